"""The length of a run, and each update's rows and learning rate, computed from the update's number alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpora import OptionError
from trainer.data import rows_at
from trainer.distillation.settings import MOST_UPDATES, RunSettings


@dataclass(frozen=True)
class EpochSpan:
    """The location of an update's rows: positions `first` to `stop` in the order of an epoch."""

    epoch: int
    first: int
    stop: int


@dataclass(frozen=True)
class Plan:
    """The updates of a run. An update never spans two epochs: the last one of an epoch is smaller."""

    rows: int
    sequences: int
    """Rows per update, except the last of an epoch."""
    updates: int
    warmup: int
    """Number of updates that warm up the learning rate."""
    seed: int

    @property
    def per_epoch(self) -> int:
        """Updates per epoch."""
        return -(-self.rows // self.sequences)

    def span(self, update: int) -> EpochSpan:
        """The epoch and positions of an update.

        Args:
            update: counted from 0.
        """
        epoch, number = divmod(update, self.per_epoch)
        first = number * self.sequences
        return EpochSpan(epoch, first, min(first + self.sequences, self.rows))

    def rows_of(self, update: int) -> NDArray[np.int64]:
        """The row numbers of an update; the order of the rows differs from epoch to epoch.

        Args:
            update: counted from 0.

        Returns:
            [n], int64, with n at most `sequences`.
        """
        span = self.span(update)
        positions = np.arange(span.first, span.stop)
        return rows_at(positions, rows=self.rows, key=("order", self.seed, span.epoch))

    def rate(self, update: int) -> float:
        """The factor of the learning rate: up to 1 during warm-up, then down to 0 at the end.

        Args:
            update: counted from 0.
        """
        return learning_rate_factor(update, updates=self.updates, warmup=self.warmup)


def learning_rate_factor(update: int, *, updates: int, warmup: int) -> float:
    """The factor of the learning rate: linear warm-up to 1, then linear decay to 0.

    Distillation, pre-training and fine-tuning all use this schedule.

    Args:
        update: from 0; the rate of the first update is already above 0.
        updates: in the whole run.
        warmup: number of warm-up updates; `warmup_updates` computes it from a share.
    """
    if update < warmup:
        return (update + 1) / warmup
    return (updates - update) / max(updates - warmup, 1)


def warmup_updates(rate: float, *, updates: int) -> int:
    """The number of warm-up updates, rounded up.

    Args:
        rate: share of all updates, 0 to 1.
        updates: in the whole run.
    """
    return math.ceil(rate * updates)


def plan(recipe: RunSettings, *, rows: int, tokens: int) -> Plan:
    """The plan of a recipe on a dataset.

    Args:
        recipe: its budget, sequences per update, warm-up and seed are used.
        rows: in the dataset.
        tokens: in the dataset, special tokens included.

    Raises:
        OptionError: the budget gives too many updates.
    """
    unit, amount = recipe.budget_parts
    per_epoch = -(-rows // recipe.sequences)
    updates = {
        "epochs": math.ceil(amount * per_epoch),
        "updates": int(amount),
        "tokens": math.ceil(amount / (tokens / per_epoch)),
    }[unit]
    if updates > MOST_UPDATES:
        raise OptionError(
            f"distill: budget is {recipe.budget!r}, which is {updates:,} updates; the maximum is {MOST_UPDATES:,}"
        )
    return Plan(rows, recipe.sequences, updates, warmup_updates(recipe.warmup, updates=updates), recipe.seed)
