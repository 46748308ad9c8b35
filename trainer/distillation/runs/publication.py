"""Upload a run's student to the hub, unless the licences of what it was trained on forbid to hand it on."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from corpora import check_licences, upload, without_places
from trainer.distillation.runs.folder import CARD, RunFolder
from trainer.errors import NoCheckpoint

STUDENT = "student"
SENT = ("*.safetensors", "*.json", "*.txt", "README.md")
"""What a student's folder is made of; nothing else in it goes out."""


def push(run: Path, repository: str, *, private: bool = False, may_redistribute: bool = False) -> str:
    """Upload the student of a run, with its card and the run card.

    Args:
        run: the run's folder.
        repository: OWNER/NAME; made if it is not there.
        private: make the repository private, and cut local paths in the cards down to their last names.
        may_redistribute: the user says that they may, whatever is recorded.

    Returns:
        The address of the commit.

    Raises:
        NoCheckpoint: the folder holds no run, or no finished student.
        DatasetError: a licence recorded with the dataset forbids it, or none is recorded; or the hub refuses.
    """
    card = RunFolder(run).card()
    student = run / STUDENT if (run / STUDENT).is_dir() else run
    if not (student / "model.safetensors").is_file():
        raise NoCheckpoint(f"{run} holds no finished student; finish it with trainer distill --resume --out {run}")
    if not may_redistribute:
        lineage = card["dataset"].get("lineage") or {}
        check_licences(f"the student of {run}", lineage.get("licences", {}))
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted({path for pattern in SENT for path in student.glob(pattern)}):
            (Path(folder) / path.name).symlink_to(path.resolve())
        told = without_places(card) if private else card
        texts = {CARD: json.dumps(told, indent=2, ensure_ascii=False) + "\n"}
        if (student / "README.md").exists():
            texts["README.md"] = (student / "README.md").read_text(encoding="utf-8")
        for name, text in texts.items():
            (Path(folder) / name).unlink(missing_ok=True)
            (Path(folder) / name).write_text(without_places(text) if private else text, encoding="utf-8")
        return upload(Path(folder), repository, kind="model", private=private)
