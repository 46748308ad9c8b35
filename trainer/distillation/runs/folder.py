"""The folder of a run: card, log, checkpoints and student."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Required, TypedDict

import msgspec

from corpora.errors import counted, first_line
from trainer.distillation.runs.lock import locked
from trainer.distillation.runs.run_card import CARD, RunCard, card_text, read_card
from trainer.errors import OtherRecipe, RunError
from trainer.runtime import parse_json, storing, write_whole

LOG = "log.jsonl"
CHECKPOINTS = "checkpoints"
BEST = "best"
SURVEY = "survey.npz"
STUDENT = "student"
TOKENIZER = "tokenizer"
OURS = (CARD, LOG, CHECKPOINTS, BEST, SURVEY, STUDENT, TOKENIZER, "tracker-id")
"""The files and folders that a run writes and --overwrite deletes."""
SCRATCH = (".scratch-*", f".{STUDENT}.*", f".{CARD}.*", f".{SURVEY}.*", f".{LOG}.*", "*/.staging-*", "*/.vocab.txt.*")
"""Patterns of temporary files, before they are renamed into place."""


@dataclass(frozen=True)
class RunFolder:
    """A run on disk. Every file except the log is replaced atomically."""

    path: Path

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints."""
        return self.path / CHECKPOINTS

    @property
    def best(self) -> Path:
        """The folder of the weights that scored best on held-out text."""
        return self.path / BEST

    @property
    def survey(self) -> Path:
        """The counts of the dataset's ids, so that resuming does not have to read the whole dataset."""
        return self.path / SURVEY

    @property
    def tokenizer(self) -> Path:
        """The folder of the student's tokenizer, if its vocabulary is smaller than its teacher's."""
        return self.path / TOKENIZER

    @contextmanager
    def opened(self, *, first: bool = True, break_lock: bool = False) -> Iterator[None]:
        """Hold the run's lock, after checking that the folder has no symbolic links out of it.

        Args:
            first: whether this is the rank that writes; other ranks take no lock.
            break_lock: take over a lock that cannot be checked from here.

        Raises:
            RunInUse: another process is training in the folder.
            RunError: a file or folder that the run writes is a symbolic link.
            StorageError: the folder is not writable.
        """
        if not first:
            yield
            return
        with locked(self.path, break_lock=break_lock):
            self.check_links()
            self._clean()
            yield

    def _clean(self) -> None:
        """Remove unfinished files of a process that was killed."""
        for pattern in SCRATCH:
            for left in self.path.glob(pattern):
                if left.is_dir() and not left.is_symlink():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink(missing_ok=True)

    def check_links(self) -> None:
        """Check that nothing that the run writes is a symbolic link.

        Raises:
            RunError: one was found; writing through it would change files elsewhere.
        """
        for name in (*OURS, "tensorboard", "wandb"):
            if (self.path / name).is_symlink():
                target = (self.path / name).readlink()
                raise RunError(
                    f"{self.path / name} is a symbolic link to {target}, and a run writes only in its own folder; "
                    "remove the link and repeat the command"
                )

    def card(self) -> RunCard:
        """The run card.

        Raises:
            NoCheckpoint: there is no run in the folder.
            RunError: the card cannot be read, or is not a run card.
        """
        return read_card(self.path / CARD)

    def claim(self, *, overwrite: bool) -> None:
        """Prepare the folder for a new run.

        Args:
            overwrite: whether to delete an earlier run.

        Raises:
            OtherRecipe: there is a run, and `overwrite` is not set; the message says what would be lost.
            StorageError: the folder cannot be created.
        """
        self.check_free(overwrite=overwrite)
        with storing(self.path):
            for name in OURS:
                gone = self.path / name
                shutil.rmtree(gone) if gone.is_dir() else gone.unlink(missing_ok=True)
            (self.path / "config.json").unlink(missing_ok=True)
            self.path.mkdir(parents=True, exist_ok=True)

    def check_free(self, *, overwrite: bool) -> None:
        """Check that a new run may start in the folder.

        Args:
            overwrite: whether an earlier run may be deleted.

        Raises:
            OtherRecipe: there is a run or a model, and `overwrite` is not set; the message says what would be lost.
        """
        held = [name for name in (*OURS, "config.json") if (self.path / name).exists()]
        if held and not overwrite:
            lost = f"--overwrite deletes its {', '.join(held)}"
            raise OtherRecipe(f"{self.path} already has a run{_of(self.path)}; --resume continues it, {lost}")

    def check_apart(self, models: Iterable[str | Path]) -> None:
        """Check that a new run would not replace or delete a model that it reads.

        Args:
            models: folders or hub ids.

        Raises:
            OtherRecipe: a model is this folder, or is in a folder that the run writes, such as `student`.
        """
        here = self.path.resolve()
        for model in models:
            place = Path(model).resolve()
            if place == here or any(place.is_relative_to(here / name) for name in OURS):
                raise OtherRecipe(
                    f"the run would replace the model {model} that it reads, because --out is {self.path}; choose "
                    "another --out"
                )

    def write_card(self, card: RunCard | Mapping[str, object]) -> None:
        """Replace the run card."""
        write_whole(self.path / CARD, card_text(card))

    def log(self, record: Mapping[str, object]) -> None:
        """Add a line to the log."""
        with storing(self.path / LOG), (self.path / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def cut_log(self, updates: int) -> None:
        """Remove log lines of updates after the checkpoint that a run resumes from.

        Args:
            updates: the number of updates done at the checkpoint.
        """
        path = self.path / LOG
        if path.exists():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            whole = [line for line in lines if _update_of(line) <= updates]
            write_whole(path, "".join(line + "\n" for line in whole))


class LogLine(TypedDict, total=False):
    """A line of a run's log; callbacks may add other keys."""

    update: Required[int]
    losses: dict[str, float | None]
    held_out: dict[str, float]
    tokens_per_second: float | None
    elapsed_seconds: float


def read_log(path: Path) -> list[LogLine]:
    """The lines of a run's log, without a last line that was cut short when the run was killed.

    Args:
        path: of the `log.jsonl`.

    Returns:
        Empty if there is no log.

    Raises:
        RunError: a line is damaged.
    """
    try:
        *lines, last = path.read_bytes().split(b"\n")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}") from error
    found = []
    for number, line in enumerate([*lines, last] if last.endswith(b"}") else lines, start=1):
        try:
            found.append(msgspec.convert(parse_json(line), LogLine))
        except ValueError as error:
            if number > len(lines):
                break
            raise RunError(
                f"{path}, line {number:,} is damaged ({first_line(error)}); restore the file, or delete the line"
            ) from error
    return found


def _update_of(line: str) -> float:
    """The update of a log line; infinity for a line that was cut short."""
    try:
        return float(json.loads(line)["update"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return float("inf")


def _of(path: Path) -> str:
    try:
        card = read_card(path / CARD)
    except RunError:
        return ""
    return f" ({card.status}, {counted(card.updates or 0, 'update')}, on {card.dataset.name})"
