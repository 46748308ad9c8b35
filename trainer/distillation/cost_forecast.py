"""Forecast a run's updates, tokens, memory and hours from its plan and three trial updates."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from corpora.errors import counted
from trainer.distillation.runs.resume import Source
from trainer.distillation.settings import resolve
from trainer.distillation.setup import preparation as preparing
from trainer.distillation.setup.teachers import listed
from trainer.distillation.training.update import Training


@dataclass(frozen=True)
class Forecast:
    """The cost of a run on this machine."""

    dataset: str
    rows: int
    updates: int
    tokens: int
    """In all updates, special tokens included."""
    parameters: int
    memory_bytes: int
    """Peak memory: of one update on a GPU, of the whole process on a CPU."""
    tokens_per_second: float

    def lines(self) -> list[str]:
        """The forecast as text, one fact per line."""
        return [
            f"dataset     {self.dataset}, {counted(self.rows, 'sequence')}",
            f"updates     {self.updates:,}",
            f"tokens      {self.tokens:,}",
            f"student     {counted(self.parameters, 'parameter')}",
            f"memory      {self.memory_bytes / 2**30:.2f} GiB at most",
            f"time        {self.tokens / self.tokens_per_second / 3600:.2f} hours at "
            f"{self.tokens_per_second:,.0f} tokens/s (two updates measured, after one to warm up)",
        ]


def forecast(
    dataset: Source | None,
    teacher: str | Path | Sequence[str | Path] | None,
    *,
    preset: str = "study",
    options: Mapping[str, object] | None = None,
    allow_pickle: bool = False,
) -> Forecast:
    """Prepare a distillation, try three updates, and estimate the cost of the whole run. Nothing is written.

    Args:
        dataset: NAME, NAME@TAG, NAME@FINGERPRINT, an opened dataset, or rows.
        teacher: a model folder or hub id, or several.
        preset: a preset's name or a TOML file.
        options: settings that replace the preset's, by name on the command line.
        allow_pickle: whether a teacher's weights may be read from a pickle, which can run code.

    Raises:
        ModelError, TransferError: as in `distill` before its first update.
    """
    recipe = resolve(preset, options or {})
    with preparing.own_torch(recipe):
        job = preparing.distillation(dataset, listed(teacher), recipe, preset=preset, allow_pickle=allow_pickle)
        training, plan = job.training, job.training.plan
        tokens, elapsed = _timed(training)
        training.close()
    survey = training.rows.survey
    tokens_per_row = (survey.tokens + 2 * len(training.rows)) / len(training.rows)
    sequences = sum(place.stop - place.first for place in map(plan.span, range(min(plan.updates, plan.per_epoch))))
    return Forecast(
        dataset=training.rows.name,
        rows=len(training.rows),
        updates=plan.updates,
        tokens=round(tokens_per_row * sequences * max(plan.updates / plan.per_epoch, 1)),
        parameters=sum(weight.numel() for weight in training.engine.student.parameters()),
        memory_bytes=_memory(),
        tokens_per_second=tokens / elapsed,
    )


def _timed(training: Training) -> tuple[int, float]:
    """The tokens and seconds of two updates, after one that warms up: it compiles and allocates."""
    on_gpu, last = training.engine.device.type == "cuda", max(training.plan.updates - 1, 0)
    training.update(0)
    if on_gpu:
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    started = time.monotonic()
    tokens = sum(training.update(min(number, last)).tokens for number in (1, 2))
    if on_gpu:
        torch.cuda.synchronize()
    return tokens, time.monotonic() - started


def _memory() -> int:
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
