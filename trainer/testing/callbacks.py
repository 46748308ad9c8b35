"""Check that a callback watches a run without changing it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from corpora import Sequences
from corpora.testing import called, check_component, require
from trainer.data import Rows
from trainer.distillation import RunFolder, distill
from trainer.plugin import Callback
from trainer.testing.tiny import VOCABULARY, tiny_model_folder

OPTIONS = {
    "sequences": 4, "budget": "updates=4", "student": "layers:layers=1", "log-every": 1, "checkpoint-every": "2",
    "micro-batch-tokens": "64",
}  # fmt: skip


def check_callback(given: type[Callback] | Callback, **options: object) -> None:
    """Check that a callback works in a real run, stopped and resumed, and does not change the run's student.

    Args:
        given: the class, or a component with the options to test.
        options: for a class, options that replace its defaults.

    Raises:
        ContractBroken: the check failed; the message says how.
    """
    component = check_component(given(**options) if isinstance(given, type) else given, Callback, travels=False)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        teacher = tiny_model_folder(place / "teacher", layers=3)
        alone = _run(teacher, place / "alone", [])
        watched = called(component, "a run that it watched", _run, teacher, place / "watched", [component])
    require(watched[0] == alone[0], component, "the run's student differs when it watches; change nothing in torch")
    changed = [key for key in {**alone[1], **watched[1]} if watched[1].get(key) != alone[1].get(key)]
    require(not changed, component, f"it changes the run card's {', '.join(changed)}; a callback only reads the card")


def _run(teacher: Path, out: Path, watch: Sequence[Callback]) -> tuple[bytes, dict[str, object]]:
    """The weights and the card of a run of four updates that stops after the first one and is resumed."""
    ids = [[5 + (7 * row + at) % (VOCABULARY - 5) for at in range(6)] for row in range(16)]
    rows = Rows([Sequences.from_rows(ids)])
    distill(rows, teacher, out, options=OPTIONS, stop_after="0s", watch=watch)
    distill(rows, teacher, out, resume=True, watch=watch)
    card = {key: value for key, value in RunFolder(out).card().to_json().items() if key != "speed"}
    return (out / "student" / "model.safetensors").read_bytes(), card
