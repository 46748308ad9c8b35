"""Results on disk: one sealed JSON file per cell, found by content, rejected when edited."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NotRequired, TypedDict, TypeVar

import msgspec
import platformdirs

from corpora import Json, StorageError, identity_of, sha256_file, sha256_of
from corpora.errors import first_line
from trainer.errors import ResultDamaged
from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.metrics import collapse_warning
from trainer.plugin import Splits, Task
from trainer.runtime import environment, parse_json, write_whole

ENGINE = 6
"""Incremented whenever a change of fine-tuning changes figures for the same inputs."""

Record = TypeVar("Record")


class Evidence(TypedDict):
    """The answers to one dev set, with what is needed to score them."""

    answers: Sequence[object] | Mapping[str, str]
    """One per example, or texts by question id."""
    gold: Sequence[object]
    """The right answers; empty if there are `points`."""
    points: NotRequired[list[list[bool | float]]]
    """Exact match and F1 of each question, 0 to 1."""


@dataclass(frozen=True)
class CellResult:
    """The result of one fine-tuning."""

    metrics: dict[str, dict[str, float]]
    """By column (dev set), each metric in percent."""
    collapsed: dict[str, bool]
    """By column (dev set), whether every example got the same answer although the right ones differ."""
    updates: int
    final_loss: float
    elapsed_seconds: float
    counts: dict[str, int]
    """`train` and `truncated` examples, and `tokens` read."""
    notes: list[str]
    parameters: int
    preset: str
    device: str


@dataclass(frozen=True)
class Column:
    """One column of a table of scores: a dev set, and a model's scores on it."""

    title: str
    task: str
    metrics: dict[str, list[float]]
    """Each metric in percent, one value per seed."""
    majority: dict[str, float]
    """The metrics of always giving the most frequent answer; empty for spans."""
    seeds: list[int]
    collapsed: list[int]
    """The seeds whose model gives every example the same answer although the right ones differ."""
    dev_rows: int
    train_rows: int
    cells: list[str]
    """The path of each seed's result, relative to the folder of the evaluation."""
    preset: str
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        lengths = {len(self.seeds), len(self.cells), *map(len, self.metrics.values())}
        if len(lengths) > 1 or not self.metrics:
            raise ValueError("each metric needs one value per seed, and each seed a cell")

    @property
    def scores(self) -> list[float]:
        """One per seed: the metric, or the mean of the two metrics that GLUE prints as a pair."""
        return [sum(values) / len(values) for values in zip(*self.metrics.values(), strict=True)]

    @property
    def score(self) -> float:
        """The median over the seeds, in percent."""
        return statistics.median(self.scores)

    @property
    def warning(self) -> str | None:
        """A sentence about seeds whose model has collapsed; None if there are none."""
        return collapse_warning(len(self.collapsed), len(self.seeds)) if self.collapsed else None


@dataclass(frozen=True)
class Cell:
    """One model fine-tuned on one task with one seed: everything that affects the result, by content."""

    task: str
    seed: int
    identity: dict[str, Json]

    @property
    def key(self) -> str:
        """The sha256 of the identity."""
        return sha256_of(self.identity)

    def path(self, folder: Path) -> Path:
        """The path of the result, in a folder that many models may share."""
        return folder / f"{self.task}-{self.seed}-{self.key[:12]}.json"


def cell_of(
    task: Task,
    splits: Splits,
    model: Mapping[str, str],
    settings: Settings,
    seed: int,
) -> Cell:
    """The cell of one fine-tuning.

    Args:
        task: its name, version and options are part of the identity.
        splits: the task's data, identified by sha256.
        model: the model's fingerprint, from `model_fingerprint`.
        settings: of the fine-tuning; the preset's name is not part of the identity.
        seed: of the fine-tuning.
    """
    how = {name: value for name, value in asdict(settings).items() if name != "preset"}
    identity: dict[str, Json] = {
        "engine": ENGINE,
        "task": identity_of(task),
        "data": {"train": splits.train.sha256, **{column: dev.sha256 for column, dev in splits.dev.items()}},
        "model": dict(model),
        "settings": how,
        "seed": seed,
    }
    return Cell(task.name, seed, identity)


def write_sealed(path: Path, content: Mapping[str, object]) -> None:
    """Write JSON together with its sha256, whole or not at all.

    Args:
        path: the file; its folder is created if needed.
        content: JSON values without a key `sha256`.
    """
    sealed = {**content, "sha256": sha256_of(content)}
    write_whole(path, json.dumps(sealed, indent=1, ensure_ascii=False) + "\n")


def read_sealed(path: Path) -> dict[str, object]:
    """Read a file written by `write_sealed`, without the `sha256`.

    Raises:
        ResultDamaged: the file was edited or cut short, or cannot be read.
    """
    try:
        content: dict[str, object] = parse_json(path.read_bytes())
        seal, found = content.pop("sha256"), sha256_of(content)
    except OSError as error:
        raise ResultDamaged(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ResultDamaged(f"{path} is cut short or not a result; delete it to measure again") from error
    if seal != found:
        raise ResultDamaged(
            f"{path} was edited after it was written: its content no longer matches its sha256; "
            "delete it to measure again"
        )
    return content


def read_record(path: Path, kind: type[Record]) -> Record:
    """Read a file written by `write_sealed` as a record, and check the type of every field.

    Args:
        path: the file.
        kind: a dataclass; keys that it does not declare are ignored.

    Raises:
        ResultDamaged: the file was edited or cut short, or is of another kind.
    """
    return as_record(read_sealed(path), path, kind)


def as_record(content: Mapping[str, object], path: Path, kind: type[Record]) -> Record:
    """The content of a result as a record.

    Args:
        content: as read from the file.
        path: the file, for the error message.
        kind: a dataclass; keys that it does not declare are ignored.

    Raises:
        ResultDamaged: a field is missing or has another type.
    """
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise ResultDamaged(
            f"{path} is not a result of this kind ({first_line(error)}); delete it to measure again"
        ) from error


def write_cell(folder: Path, cell: Cell, result: CellResult, evidence: Mapping[str, Evidence]) -> None:
    """Store a cell's result, and next to it the evidence: every answer, by dev set.

    Args:
        folder: of all cells.
        cell: everything that affects the result.
        result: the figures.
        evidence: by column (dev set).
    """
    path = cell.path(folder)
    beside = answers_path(path)
    write_whole(beside, json.dumps(evidence, ensure_ascii=False) + "\n")
    content = {
        "task": cell.task, "seed": cell.seed, "identity": cell.identity, **asdict(result),
        "machine": environment(), "answers_sha256": sha256_file(beside),
    }  # fmt: skip
    write_sealed(path, content)


def read_cell(folder: Path, cell: Cell) -> CellResult | None:
    """A cell's stored result; None if it has not been measured yet.

    Args:
        folder: of all cells.
        cell: everything that affects the result.

    Raises:
        ResultDamaged: the files were edited, or belong to another cell.
    """
    path = cell.path(folder)
    if not path.is_file():
        return None
    content = read_sealed(path)
    if content.get("identity") != json.loads(json.dumps(cell.identity)):
        raise ResultDamaged(f"{path} is the result of other inputs; delete it to measure again")
    check_answers(path, content)
    return as_record(content, path, CellResult)


def check_answers(path: Path, content: Mapping[str, object]) -> None:
    """Check that the answers next to a cell's result are those that it was computed from.

    Args:
        path: of the result.
        content: of the result.

    Raises:
        ResultDamaged: the answers are missing or were edited.
    """
    beside = answers_path(path)
    if not beside.is_file() or sha256_file(beside) != content.get("answers_sha256"):
        raise ResultDamaged(f"{beside} is missing or was edited; delete {path} to measure again")


def shared_folder() -> Path | None:
    """The folder for results shared between studies: `$TRAINER_RESULTS`, or `.evaluations` in `$CORPORA_HOME`.

    Returns:
        None if `$TRAINER_RESULTS` is empty, which turns sharing off.
    """
    if (named := os.environ.get("TRAINER_RESULTS")) is not None:
        return Path(named).expanduser() if named else None
    home = os.environ.get("CORPORA_HOME")
    return (Path(home).expanduser() if home else platformdirs.user_data_path("corpora")) / ".evaluations"


def find_cell(folder: Path, cell: Cell) -> CellResult | None:
    """A cell's result from its own folder, or else copied from the shared one; None if neither has it.

    Args:
        folder: of all cells of this evaluation.
        cell: everything that affects the result.

    Raises:
        ResultDamaged: the files were edited, or belong to another cell.
    """
    if (own := read_cell(folder, cell)) is not None:
        share_cell(folder, cell)  # in case the process that measured it was killed before sharing it
        return own
    shared = shared_folder()
    if shared is None or (found := read_cell(shared, cell)) is None:
        return None
    _copy_cell(cell, shared, folder)
    return found


def share_cell(folder: Path, cell: Cell) -> None:
    """Copy a finished cell to the shared folder; if that is not writable, nothing is shared.

    Args:
        folder: of all cells of this evaluation.
        cell: everything that affects the result.
    """
    shared = shared_folder()
    if shared is not None and not cell.path(shared).is_file():
        with suppress(StorageError, OSError):
            _copy_cell(cell, folder, shared)


def _copy_cell(cell: Cell, source: Path, target: Path) -> None:
    """Copy the answers, then the result that seals them."""
    for path, to in (
        (answers_path(cell.path(source)), answers_path(cell.path(target))),
        (cell.path(source), cell.path(target)),
    ):
        write_whole(to, path.read_bytes())


def answers_path(path: Path) -> Path:
    """The path of a cell's answers, next to its result."""
    return path.with_suffix(".answers.json")
