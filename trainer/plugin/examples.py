"""Labelled examples: what a task asks of a model, and the data it is asked with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

ProblemName = Literal["classification", "regression", "tagging", "spans"]


@dataclass(frozen=True)
class Head:
    """What a task asks of a model, and how its answers are scored."""

    problem: ProblemName
    metrics: tuple[str, ...]
    """Names out of `trainer.evaluation.metrics.METRICS`; for spans the two of SQuAD."""
    classes: tuple[str, ...] = ()
    """The class names, in the order of their numbers; empty for regression and spans."""


@dataclass(frozen=True)
class Examples:
    """The examples of one split."""

    first: Sequence[str]
    """[examples], the sentence; for spans the question; for tagging words joined by single spaces."""
    second: Sequence[str] | None
    """[examples], the other sentence or the context; None for tasks on one sentence."""
    gold: Sequence[Any]
    """[examples], a class number, a value, a list of class numbers, or a list of (first character, answer)."""
    ids: Sequence[str]
    unreadable: Mapping[str, int] = field(default_factory=dict)
    """Rows that were left out, counted by reason."""
    sha256: str = ""
    """Of the files it was read from."""

    def __len__(self) -> int:
        return len(self.first)

    def take(self, rows: Sequence[int]) -> Examples:
        """These examples only, in this order."""
        pick: Callable[[Sequence[Any]], list[Any]] = lambda column: [column[row] for row in rows]  # noqa: E731
        second = None if self.second is None else pick(self.second)
        return Examples(pick(self.first), second, pick(self.gold), pick(self.ids), self.unreadable, self.sha256)


@dataclass(frozen=True)
class Splits:
    """A task's data: what is trained on, and the dev sets by the column that they fill in tables."""

    train: Examples
    dev: Mapping[str, Examples]


@dataclass(frozen=True)
class Layout:
    """Where in a table the parts of an example are: for each the columns that may hold it, in the order tried."""

    first: tuple[str, ...]
    label: tuple[str, ...]
    second: tuple[str, ...] = ()
    headerless: tuple[str, ...] = ()
    """The columns of a TSV file without a header."""
