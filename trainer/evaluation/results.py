"""Results on disk: one sealed JSON file per cell, found again by content, refused when edited."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import platformdirs

from corpora import StorageError, identity_of, sha256_file, sha256_of
from trainer.errors import ResultDamaged
from trainer.evaluation.finetuning.settings import Settings
from trainer.plugin import Splits, Task
from trainer.runtime import environment, write_whole

ENGINE = 4
"""Raised by one whenever fine-tuning gives other figures from the same inputs."""


@dataclass(frozen=True)
class Cell:
    """One model fine-tuned on one task with one seed: everything that decides its result, by content."""

    task: str
    seed: int
    identity: dict[str, Any]

    @property
    def key(self) -> str:
        """The sha256 of the identity."""
        return sha256_of(self.identity)

    def path(self, folder: Path) -> Path:
        """The file that holds its result, in a folder that many models may share."""
        return folder / f"{self.task}-{self.seed}-{self.key[:12]}.json"


def cell_of(
    task: Task,
    splits: Splits,
    model: Mapping[str, str],
    settings: Settings,
    seed: int,
) -> Cell:
    """The cell of one fine-tuning: the task, its data, the model, the settings and the seed, all by content.

    Args:
        model: its fingerprint, from `model_fingerprint`.
    """
    how = {name: value for name, value in asdict(settings).items() if name != "preset"}
    identity = {
        "engine": ENGINE,
        "task": identity_of(task),
        "data": {"train": splits.train.sha256, **{column: dev.sha256 for column, dev in splits.dev.items()}},
        "model": dict(model),
        "settings": how,
        "seed": seed,
    }
    return Cell(task.name, seed, identity)


def write_sealed(path: Path, content: dict[str, Any]) -> None:
    """Write JSON with its own sha256 inside, whole or not at all."""
    sealed = {**content, "sha256": sha256_of(content)}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(sealed, indent=1, ensure_ascii=False) + "\n")


def read_sealed(path: Path) -> dict[str, Any]:
    """What `write_sealed` wrote.

    Raises:
        ResultDamaged: the file was edited or cut short.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        seal, found = content.pop("sha256"), sha256_of(content)
    except (ValueError, RecursionError, KeyError, AttributeError, TypeError) as error:
        raise ResultDamaged(f"{path} is cut short or not a result; delete it, and it is measured again") from error
    if seal != found:
        raise ResultDamaged(
            f"{path} was edited after it was written: its content no longer gives its sha256; "
            "delete it, and it is measured again"
        )
    return content  # type: ignore[no-any-return]


def write_cell(folder: Path, cell: Cell, result: dict[str, Any], evidence: dict[str, Any]) -> None:
    """Store a cell's result, and next to it the evidence: every answer, by dev set."""
    path = cell.path(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = answers_path(path)
    write_whole(beside, json.dumps(evidence, ensure_ascii=False) + "\n")
    content = {
        "task": cell.task, "seed": cell.seed, "identity": cell.identity, **result,
        "machine": environment(), "answers_sha256": sha256_file(beside),
    }  # fmt: skip
    write_sealed(path, content)


def read_cell(folder: Path, cell: Cell) -> dict[str, Any] | None:
    """A cell's stored result, or None if it was not measured yet.

    Raises:
        ResultDamaged: its files were edited, or are another cell's.
    """
    path = cell.path(folder)
    if not path.is_file():
        return None
    content = read_sealed(path)
    if content["identity"] != json.loads(json.dumps(cell.identity)):
        raise ResultDamaged(f"{path} is the result of other inputs; delete it, and it is measured again")
    beside = answers_path(path)
    if not beside.is_file() or sha256_file(beside) != content["answers_sha256"]:
        raise ResultDamaged(f"{beside} is missing or was edited; delete {path}, and it is measured again")
    return content


def shared_folder() -> Path | None:
    """Where results are shared between studies: `$TRAINER_RESULTS`, or `.evaluations` in the datasets' home.

    Returns:
        None if `$TRAINER_RESULTS` is empty: nothing is shared then.
    """
    if (named := os.environ.get("TRAINER_RESULTS")) is not None:
        return Path(named).expanduser() if named else None
    home = os.environ.get("CORPORA_HOME")
    return (Path(home).expanduser() if home else platformdirs.user_data_path("corpora")) / ".evaluations"


def find_cell(folder: Path, cell: Cell) -> dict[str, Any] | None:
    """A cell's result from its own folder, or copied there from the shared one; None if neither has it.

    Raises:
        ResultDamaged: its files were edited, or are another cell's.
    """
    shared = shared_folder()
    if (own := read_cell(folder, cell)) is not None or shared is None or (found := read_cell(shared, cell)) is None:
        return own
    _copy_cell(cell, shared, folder)
    return found


def share_cell(folder: Path, cell: Cell) -> None:
    """Copy a finished cell to the shared folder; a home that cannot be written costs only the sharing."""
    shared = shared_folder()
    if shared is not None and not cell.path(shared).is_file():
        with suppress(StorageError, OSError):
            _copy_cell(cell, folder, shared)


def _copy_cell(cell: Cell, source: Path, target: Path) -> None:
    """Copy the answers, then the result that seals them."""
    target.mkdir(parents=True, exist_ok=True)
    for path, to in (
        (answers_path(cell.path(source)), answers_path(cell.path(target))),
        (cell.path(source), cell.path(target)),
    ):
        write_whole(to, path.read_bytes())


def answers_path(path: Path) -> Path:
    """Where the answers of a cell are: next to its result."""
    return path.with_suffix(".answers.json")
