"""What the author of a trainer plugin runs: does a component keep to its kind's contract?

Each check takes a component class or a component (`check_family` a tiny model too), and raises
`corpora.testing.ContractBroken`, an `AssertionError` that says in one sentence what is wrong.
"""

from trainer.testing.callbacks import check_callback
from trainer.testing.families import check_family
from trainer.testing.losses import check_loss
from trainer.testing.probes import check_probe
from trainer.testing.students import check_student
from trainer.testing.tasks import check_task
from trainer.testing.tiny import tiny_batch, tiny_bert, tiny_model_folder

__all__ = [
    "check_callback",
    "check_family",
    "check_loss",
    "check_probe",
    "check_student",
    "check_task",
    "tiny_batch",
    "tiny_bert",
    "tiny_model_folder",
]
