"""The length of a run, and the rows and learning rate of each update, computed from its number alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpora import OptionError
from trainer.data import rows_at
from trainer.distillation.settings import MOST_UPDATES, RunSettings


@dataclass(frozen=True)
class Place:
    """One update's rows: these positions in the order of this epoch."""

    epoch: int
    first: int
    stop: int


@dataclass(frozen=True)
class Plan:
    """Updates of a run. An update never spans two epochs: the last one of an epoch is smaller."""

    rows: int
    sequences: int
    """Rows per update, except the last of an epoch."""
    updates: int
    warmup: int
    """Updates over which the learning rate rises."""
    seed: int

    @property
    def per_epoch(self) -> int:
        """Updates per epoch."""
        return -(-self.rows // self.sequences)

    def place(self, update: int) -> Place:
        """The epoch and the positions of an update, counted from 0."""
        epoch, number = divmod(update, self.per_epoch)
        first = number * self.sequences
        return Place(epoch, first, min(first + self.sequences, self.rows))

    def rows_of(self, update: int) -> NDArray[np.int64]:
        """The row numbers of an update; the order of the rows differs from epoch to epoch."""
        place = self.place(update)
        positions = np.arange(place.first, place.stop)
        return rows_at(positions, rows=self.rows, key=("order", self.seed, place.epoch))

    def rate(self, update: int) -> float:
        """What the learning rate is multiplied by: up to 1 over the warm-up, then down to 0 at the end."""
        return learning_rate_factor(update, updates=self.updates, warmup=self.warmup)


def learning_rate_factor(update: int, *, updates: int, warmup: int) -> float:
    """What the learning rate is multiplied by: linear warm-up to 1, then linear decay to 0.

    Distillation, pre-training and fine-tuning all use this schedule.

    Args:
        update: from 0; the first one already moves the weights.
        updates: of the whole run.
        warmup: updates of the warm-up; `warmup_updates` gives them from a share.
    """
    if update < warmup:
        return (update + 1) / warmup
    return (updates - update) / max(updates - warmup, 1)


def warmup_updates(rate: float, *, updates: int) -> int:
    """The updates of the warm-up, rounded up.

    Args:
        rate: share of all updates, 0 to 1.
    """
    return math.ceil(rate * updates)


def plan(recipe: RunSettings, *, rows: int, tokens: int) -> Plan:
    """The plan of a recipe on a dataset.

    Args:
        rows: of the dataset.
        tokens: of the dataset, special tokens counted.

    Raises:
        OptionError: the budget makes more updates than can be done.
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
            f"distill: budget is {recipe.budget!r}, which is {updates:,} updates; at most {MOST_UPDATES:,} can be done"
        )
    return Plan(rows, recipe.sequences, updates, warmup_updates(recipe.warmup, updates=updates), recipe.seed)
