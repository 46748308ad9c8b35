"""Upload a run's student to the hub, unless the licences of what it was trained on forbid it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from corpora import check_licences, upload, without_places
from trainer.distillation.runs.card import CARD, card_text
from trainer.distillation.runs.folder import STUDENT, RunFolder
from trainer.errors import NoCheckpoint, RunError

SENT = ("*.safetensors", "*.json", "*.txt", "README.md")
"""The files of a student; nothing else in its folder is uploaded."""


def push(run: Path, repository: str, *, private: bool = False, may_redistribute: bool = False) -> str:
    """Upload the student of a run, with its model card and the run card.

    Args:
        run: the run's folder.
        repository: OWNER/NAME; made if it does not exist.
        private: make the repository private, and reduce local paths in the cards to their last names.
        may_redistribute: the user says that they may, whatever is recorded.

    Returns:
        The address of the commit.

    Raises:
        NoCheckpoint: the folder holds no run, or no finished student.
        RunError: the run card is damaged, or a file of the student is a symbolic link out of the run.
        DatasetError: a licence recorded with the dataset forbids it, or none is recorded; or the hub refuses.
    """
    card = RunFolder(run).card()
    student = run / STUDENT if (run / STUDENT).is_dir() else run
    if not (student / "model.safetensors").is_file():
        raise NoCheckpoint(f"{run} holds no finished student; finish it with trainer distill --resume --out {run}")
    if not may_redistribute:
        check_licences(f"the student of {run}", card.dataset.lineage.licences if card.dataset.lineage else {})
    files = sorted({path for pattern in SENT for path in student.glob(pattern)})
    _check_inside(run, files)
    with tempfile.TemporaryDirectory() as folder:
        for path in files:
            (Path(folder) / path.name).symlink_to(path.resolve())
        texts = {CARD: card_text(card.without_places() if private else card)}
        if (student / "README.md").exists():
            texts["README.md"] = (student / "README.md").read_text(encoding="utf-8")
        for name, text in texts.items():
            (Path(folder) / name).unlink(missing_ok=True)
            (Path(folder) / name).write_text(without_places(text) if private else text, encoding="utf-8")
        return upload(Path(folder), repository, kind="model", private=private)


def _check_inside(run: Path, files: list[Path]) -> None:
    for path in files:
        if not path.resolve().is_relative_to(run.resolve()):
            raise RunError(f"{path} leads out of the run, to {path.resolve()}; only files of the run are uploaded")
