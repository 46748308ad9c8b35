"""The folder of a run: its card, its log, its checkpoints, its student."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.errors import NoCheckpoint, OtherRecipe, RunError
from trainer.runtime import storing, write_whole

CARD = "run.json"
LOG = "log.jsonl"
CHECKPOINTS = "checkpoints"
SURVEY = "survey.npz"


@dataclass(frozen=True)
class RunFolder:
    """A run on disk. Every file but the log is replaced whole."""

    path: Path

    @property
    def checkpoints(self) -> Path:
        """Where checkpoints lie."""
        return self.path / CHECKPOINTS

    @property
    def survey(self) -> Path:
        """Where the counts of the dataset's ids are kept, so that a resume need not pass over it."""
        return self.path / SURVEY

    def card(self) -> dict[str, Any]:
        """The run card.

        Raises:
            NoCheckpoint: the folder holds no run.
            RunError: the card cannot be read, or is none.
        """
        try:
            card: dict[str, Any] = json.loads((self.path / CARD).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise NoCheckpoint(f"{self.path} holds no run; start one without --resume") from None
        except (OSError, ValueError) as error:
            raise RunError(f"{self.path / CARD} cannot be read: {error}") from error
        if not isinstance(card, dict):
            raise RunError(f"{self.path / CARD} is not a run card but other JSON; start again with --overwrite")
        return card

    def claim(self, *, overwrite: bool) -> None:
        """Make the folder ready for a new run.

        Raises:
            OtherRecipe: it holds a run, and `overwrite` is not set; the message says what would be lost.
            StorageError: it cannot be made.
        """
        held = [
            name for name in (CARD, LOG, CHECKPOINTS, SURVEY, "student", "config.json") if (self.path / name).exists()
        ]
        if held and not overwrite:
            lost = f"--overwrite would delete its {', '.join(held)}"
            raise OtherRecipe(f"{self.path} holds a run{_of(self.path)}; --resume continues it, {lost}")
        with storing(self.path):
            for name in held:
                gone = self.path / name
                shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
            self.path.mkdir(parents=True, exist_ok=True)

    def write_card(self, card: Mapping[str, Any]) -> None:
        """Replace the run card."""
        write_whole(self.path / CARD, json.dumps(card, indent=2, ensure_ascii=False) + "\n")

    def log(self, record: Mapping[str, Any]) -> None:
        """Add a line to the log."""
        with storing(self.path / LOG), (self.path / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def cut_log(self, updates: int) -> None:
        """Take lines off the log that are later than the checkpoint a run goes on from."""
        path = self.path / LOG
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            whole = [line for line in lines if _update_of(line) <= updates]
            write_whole(path, "".join(line + "\n" for line in whole))


def _update_of(line: str) -> float:
    """The update that a line of the log tells of; of a line cut short, one that never comes."""
    try:
        return float(json.loads(line)["update"])
    except (ValueError, TypeError, KeyError):
        return float("inf")


def _of(path: Path) -> str:
    try:
        card = json.loads((path / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return f" ({card.get('status')}, {card.get('updates', 0):,} updates, on {card.get('dataset', {}).get('name')})"
