"""Checks for authors of trainer plugins: does a component fulfil the contract of its kind?

Each check takes a component class or a component (`check_family` also a tiny model), and raises
`corpora.testing.ContractBroken`, an `AssertionError` with one sentence on what is wrong.
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
