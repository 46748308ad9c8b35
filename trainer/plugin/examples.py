"""A task's head and its labelled examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

ProblemName = Literal["classification", "regression", "tagging", "spans"]


@dataclass(frozen=True)
class Head:
    """The kind of problem that a task is, and how answers are scored."""

    problem: ProblemName
    metrics: tuple[str, ...]
    """Keys of `trainer.evaluation.metrics.METRICS`; for spans, SQuAD's two metrics."""
    classes: tuple[str, ...] = ()
    """The class names, in the order of their numbers; empty for regression and spans."""


@dataclass(frozen=True)
class Examples:
    """The examples of one split."""

    first: Sequence[str]
    """[examples], the sentence; for spans, the question; for tagging, words joined by single spaces."""
    second: Sequence[str] | None
    """[examples], the other sentence or the context; None for tasks on one sentence."""
    gold: Sequence[Any]
    """[examples], a class number, a value, a list of class numbers, or a list of (first character, answer)."""
    ids: Sequence[str]
    unreadable: Mapping[str, int] = field(default_factory=dict)
    """Number of rows left out, by reason."""
    sha256: str = ""
    """Of the files."""

    def __len__(self) -> int:
        return len(self.first)

    def take(self, rows: Sequence[int]) -> Examples:
        """Some of the examples.

        Args:
            rows: their indices, in the order wanted.
        """
        pick: Callable[[Sequence[Any]], list[Any]] = lambda column: [column[row] for row in rows]  # noqa: E731
        second = None if self.second is None else pick(self.second)
        return Examples(pick(self.first), second, pick(self.gold), pick(self.ids), self.unreadable, self.sha256)


@dataclass(frozen=True)
class Splits:
    """A task's data: the examples to train on, and the dev sets by column in tables."""

    train: Examples
    dev: Mapping[str, Examples]


@dataclass(frozen=True)
class Layout:
    """The columns of a table with the parts of an example: for each part, alternative names in the order tried."""

    first: tuple[str, ...]
    label: tuple[str, ...]
    second: tuple[str, ...] = ()
    headerless: tuple[str, ...] = ()
    """The columns of a TSV file without a header."""
