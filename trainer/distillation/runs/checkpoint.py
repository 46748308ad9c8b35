"""Save and resume: a checkpoint is written whole or not at all, and read only if its content is what was written."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from corpora import StorageError, sha256_file
from trainer.errors import NoCheckpoint

TENSORS, MANIFEST = "state.safetensors", "checkpoint.json"


@dataclass(frozen=True)
class Checkpoint:
    """Where a run was."""

    update: int
    """Updates done."""
    tensors: Mapping[str, Tensor]
    """Weights and the optimizer's memory, by name."""
    about: Mapping[str, Any]
    """JSON: recipe hash, dataset fingerprint, number of ranks, loss scale, versions."""


def save(folder: Path, checkpoint: Checkpoint, *, keep: int, bad_from: int | None = None) -> Path:
    """Write a checkpoint, its manifest last, under one rename; then remove the oldest ones.

    Args:
        folder: the run's `checkpoints`.
        keep: how many stay.
        bad_from: the first update of a rise that goes on; the newest checkpoint from before it stays in any case.

    Raises:
        StorageError: no space, or no permission; what was there stays.
    """
    place = folder / _name(checkpoint.update)
    staging = folder / f".staging-{os.getpid()}"
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        save_file({name: tensor.detach().cpu() for name, tensor in checkpoint.tensors.items()}, staging / TENSORS)
        told = {"update": checkpoint.update, "sha256": sha256_file(staging / TENSORS), "about": checkpoint.about}
        (staging / MANIFEST).write_text(json.dumps(told, indent=2), encoding="utf-8")
        for path in (staging / TENSORS, staging / MANIFEST, staging):
            _sync(path)
        shutil.rmtree(place, ignore_errors=True)
        staging.rename(place)
        _sync(folder)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise StorageError(f"the checkpoint {place} could not be written: {error}; make room, then --resume") from error
    spared = None if bad_from is None else before(folder, bad_from)
    for old in kept(folder)[keep:]:
        if old != spared:
            shutil.rmtree(old, ignore_errors=True)
    return place


def kept(folder: Path) -> list[Path]:
    """The checkpoints of a run, newest first, whole or not."""
    return sorted(folder.glob("update-*"), reverse=True)


def before(folder: Path, update: int) -> Path | None:
    """The newest checkpoint, whole or not, with weights from before an update, which are counted from 1."""
    return next((place for place in kept(folder) if place.name < _name(update)), None)


def newest(folder: Path) -> tuple[Checkpoint, list[str]]:
    """The newest checkpoint whose content is what was written.

    Returns:
        It, and a line for each newer one that is damaged.

    Raises:
        NoCheckpoint: there is none, or all are damaged.
    """
    damaged: list[str] = []
    for place in kept(folder):
        try:
            return _read(place), damaged
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            damaged.append(f"{place} is damaged ({error}); the one before it is used")
    found = f"all {len(damaged)} checkpoints are damaged" if damaged else "there is no checkpoint"
    raise NoCheckpoint(f"{folder}: {found}; start again with --overwrite")


def _name(update: int) -> str:
    return f"update-{update:08d}"


def _read(place: Path) -> Checkpoint:
    told = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    if sha256_file(place / TENSORS) != told["sha256"]:
        raise ValueError("its content changed")
    return Checkpoint(int(told["update"]), load_file(place / TENSORS), told["about"])


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
