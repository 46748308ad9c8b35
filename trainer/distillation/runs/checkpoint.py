"""Checkpoints: written atomically, and read only if their sha256 matches."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from corpora import StorageError, sha256_file
from corpora.errors import first_line
from trainer.distillation.training.divergence import LossState
from trainer.distillation.training.selection import SelectionState
from trainer.errors import NoCheckpoint
from trainer.runtime import ScaleState, usual_modes

TENSORS, MANIFEST = "state.safetensors", "checkpoint.json"


@dataclass(frozen=True)
class Position:
    """What a run and a checkpoint must have in common for it to resume, and the run's state except for tensors."""

    recipe: str = ""
    """The hash of the settings that decide the student."""
    dataset: str = ""
    """The fingerprint of the transfer dataset."""
    teacher: str | list[tuple[str, float]] | None = None
    """The fingerprint of the teacher's weights; with several teachers, each one's with its share."""
    held_out: str | None = None
    """The fingerprint of the held-out dataset, if it selects the student."""
    vocabulary: str | None = None
    """The sha256 of the pieces that the student keeps, if its vocabulary is smaller than its teacher's."""
    plugins: dict[str, str] = field(default_factory=dict)
    """The sha256 of the code of losses and students that are not built in."""
    ranks: int = 1
    versions: dict[str, str] = field(default_factory=dict)
    micro_batch_tokens: int | None = None
    scale: ScaleState | None = None
    losses: LossState | None = None
    selection: SelectionState | None = None


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run after an update."""

    update: int
    """Number of updates done."""
    tensors: Mapping[str, Tensor]
    """The weights and the optimizer's averages, by name."""
    about: Position = field(default_factory=Position)


@dataclass(frozen=True)
class _Manifest:
    update: int
    sha256: str
    about: Position


def save(folder: Path, checkpoint: Checkpoint, *, keep: int | None = None, bad_from: int | None = None) -> Path:
    """Write a checkpoint whole or not at all, then remove the oldest ones.

    Args:
        folder: the run's `checkpoints`.
        checkpoint: what to write; it replaces a checkpoint of the same update.
        keep: how many to keep; None keeps all.
        bad_from: the first update of a rise in the loss that has not ended; the newest checkpoint from before it is
            always kept.

    Returns:
        The folder of the checkpoint.

    Raises:
        StorageError: no space or no permission; the older checkpoints are unchanged.
    """
    place = folder / _name(checkpoint.update)
    staging = folder / f".staging-{secrets.token_hex(6)}"
    try:
        staging.mkdir(parents=True)
        save_file({name: tensor.detach().cpu() for name, tensor in checkpoint.tensors.items()}, staging / TENSORS)
        manifest = _Manifest(checkpoint.update, sha256_file(staging / TENSORS), checkpoint.about)
        (staging / MANIFEST).write_text(json.dumps(msgspec.to_builtins(manifest), indent=2), encoding="utf-8")
        usual_modes(staging)
        for path in (staging / TENSORS, staging / MANIFEST, staging):
            _sync(path)
        shutil.rmtree(place, ignore_errors=True)
        staging.rename(place)
        _sync(folder)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise StorageError(
            f"the checkpoint {place} could not be written: {error}; free some space, then --resume"
        ) from error
    spared = None if bad_from is None else before(folder, bad_from)
    for old in kept(folder)[keep:] if keep is not None else ():
        if old != spared:
            shutil.rmtree(old, ignore_errors=True)
    return place


def kept(folder: Path) -> list[Path]:
    """The folders of a run's checkpoints, newest first, intact or not."""
    return sorted((place for place in folder.glob("update-*") if not place.is_symlink()), reverse=True)


def before(folder: Path, update: int) -> Path | None:
    """The newest checkpoint, intact or not, with weights from before an update.

    Args:
        folder: the run's `checkpoints`.
        update: counted from 1.
    """
    return next((place for place in kept(folder) if place.name < _name(update)), None)


def newest(folder: Path) -> tuple[Checkpoint, list[str]]:
    """The newest intact checkpoint.

    Args:
        folder: the run's `checkpoints`.

    Returns:
        The checkpoint, and a line for each newer one that is damaged.

    Raises:
        NoCheckpoint: there is none, or all are damaged.
    """
    damaged: list[str] = []
    for place in kept(folder):
        try:
            return _read(place), damaged
        except (OSError, ValueError, SafetensorError, RecursionError) as error:
            damaged.append(f"{place} is damaged ({first_line(error)}); using the one before it")
    found = f"all {len(damaged)} checkpoints are damaged" if damaged else "there is no checkpoint"
    raise NoCheckpoint(f"{folder}: {found}; start again with --overwrite")


def weights_of(folder: Path, update: int) -> Mapping[str, Tensor]:
    """The tensors of one update's checkpoint.

    Args:
        folder: the run's `checkpoints` or `best`.
        update: the number of updates done when it was written.

    Raises:
        NoCheckpoint: it is missing or damaged.
    """
    try:
        return _read(folder / _name(update)).tensors
    except (OSError, ValueError, SafetensorError, RecursionError) as error:
        raise NoCheckpoint(
            f"{folder / _name(update)} is missing or damaged ({first_line(error)}); start again with --overwrite"
        ) from error


def discard(folder: Path, *, but: set[int]) -> None:
    """Remove a folder's checkpoints, except those of some updates.

    Args:
        folder: the run's `checkpoints` or `best`.
        but: the updates whose checkpoints are kept.
    """
    spared = {_name(update) for update in but}
    for place in kept(folder):
        if place.name not in spared:
            shutil.rmtree(place, ignore_errors=True)


def positions(folder: Path) -> list[Position]:
    """The positions of a run's checkpoints, newest first; unreadable ones are skipped.

    Args:
        folder: the run's `checkpoints`.
    """
    found = []
    for place in kept(folder):
        try:
            found.append(_manifest(place).about)
        except (OSError, ValueError, RecursionError):
            continue
    return found


def _name(update: int) -> str:
    return f"update-{update:08d}"


def _manifest(place: Path) -> _Manifest:
    return msgspec.convert(json.loads((place / MANIFEST).read_text(encoding="utf-8")), _Manifest)


def _read(place: Path) -> Checkpoint:
    told = _manifest(place)
    if sha256_file(place / TENSORS) != told.sha256:
        raise ValueError("its content has changed")
    return Checkpoint(told.update, load_file(place / TENSORS), told.about)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
