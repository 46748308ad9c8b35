"""Labelled examples: what every task reads, whatever the layout of its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from corpora import sha256_file, sha256_of
from trainer.errors import TaskError
from trainer.evaluation.tasks.tables import Table, read_table

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


def read_examples(files: Sequence[Path], layout: Layout, head: Head) -> Examples:
    """The examples of one split from its table files; rows that cannot be read are counted by reason.

    Raises:
        TaskError: a column is missing, or no row could be read.
    """
    first: list[str] = []
    second: list[str] = []
    gold: list[Any] = []
    unreadable: Counter[str] = Counter()
    for path in files:
        table = read_table(path, columns=layout.headerless or None)
        label, one = table.column(*layout.label), table.column(*layout.first)
        other = table.column(*layout.second) if layout.second else None
        unreadable.update(table.unreadable)
        read = _label_reader(table, label, head)
        for row in table.rows:
            value, text, pair = read(row.get(label)), row.get(one), row.get(other) if other else ""
            if not (isinstance(text, str) and isinstance(pair, str)):
                unreadable["text missing"] += 1
            elif value is None:
                unreadable["unknown label"] += 1
            else:
                first.append(text)
                second.append(pair)
                gold.append(value)
    if not first:
        reasons = ", ".join(f"{count} {reason}" for reason, count in unreadable.items()) or "no rows"
        raise TaskError(f"{files[0]}: no example could be read ({reasons})")
    ids = [str(number) for number in range(len(first))]
    sha256 = sha256_of([sha256_file(path) for path in files])
    return Examples(first, second if layout.second else None, gold, ids, dict(unreadable), sha256)


def _label_reader(table: Table, column: str, head: Head) -> Callable[[Any], Any]:
    """A function from a cell to the class number (or value), None where the cell holds none."""
    if head.problem == "regression":
        return _number
    # Class numbers are mapped by name where the file has names, since layouts differ in their order.
    names = table.names.get(column, list(head.classes))
    by_name = {name: number for number, name in enumerate(head.classes)}

    def read(cell: Any) -> int | None:
        if isinstance(cell, str) and cell in by_name:
            return by_name[cell]
        number = _number(cell)
        if number is None or number != int(number) or not 0 <= number < len(names):
            return None
        return by_name.get(names[int(number)])

    return read


def _number(cell: Any) -> float | None:
    try:
        value = float(cell)
    except (TypeError, ValueError):
        return None
    return value if abs(value) < float("inf") else None
