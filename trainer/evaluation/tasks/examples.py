"""Read labelled examples from a task's table files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from corpora import sha256_file, sha256_of
from trainer.errors import TaskError
from trainer.evaluation.tasks.tables import Table, read_table
from trainer.plugin import Examples, Head, Layout

LARGEST = 3e38
"""Values are trained in float32."""
WHOLE = re.compile(r"([+-]?\d+)\.0*")
NAMED = 3
"""How many unknown labels are named; the others are only counted."""


def label_text(cell: object) -> str:
    """The class that a cell names: its text without spaces around it; a whole number is written without `.0`.

    Programs that write tables turn 1 into 1.0 where a row of the column is empty. Both are one class.
    """
    text = str(cell).strip()
    return whole[1] if (whole := WHOLE.fullmatch(text)) else text


def is_missing(cell: object) -> bool:
    """Whether a cell has no label: null, empty, only spaces, or not a number (NaN)."""
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())


def unknown_labels(cells: Counter[str]) -> Counter[str]:
    """The reasons why rows with these labels cannot be read; the most frequent labels are named."""
    named = {f"with the unknown label {shortened(label)!r}": count for label, count in cells.most_common(NAMED)}
    rest = cells.total() - sum(named.values())
    return Counter({**named, **({"with other unknown labels": rest} if rest else {})})


def no_example(path: Path, unreadable: Counter[str], classes: Sequence[str]) -> TaskError:
    """The error of a file of which no row could be read."""
    reasons = ", ".join(f"{count} {reason}" for reason, count in unreadable.items()) or "no rows"
    known = f"; the labels are {shortened(', '.join(classes))}" if "unknown label" in reasons else ""
    return TaskError(f"{path}: no example could be read ({reasons}){known}")


def shortened(text: str, *, width: int = 60) -> str:
    """A text of a user's file, short enough for an error message."""
    return text if len(text) <= width else text[: width - 1] + "…"


def read_examples(
    files: Sequence[Path], layout: Layout, head: Head, *, bounds: tuple[float, float] | None = None
) -> Examples:
    """The examples of one split; rows that cannot be read are counted by reason.

    Args:
        files: the split's tables, in order.
        layout: the columns of the texts and the label.
        head: the classes, or that the label is a value.
        bounds: the lowest and highest allowed label of a regression, such as 0 and 5 for STS-B.

    Raises:
        TaskError: a column is missing, a label is out of bounds, or no row could be read.
    """
    first: list[str] = []
    second: list[str] = []
    gold: list[Any] = []
    unreadable: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for path in files:
        table = read_table(path, columns=layout.headerless or None)
        label, one = table.column(*layout.label), table.column(*layout.first)
        other = table.column(*layout.second) if layout.second else None
        unreadable.update(table.unreadable)
        read = _label_reader(table, label, head)
        for number, row in enumerate(table.rows, start=1):
            cell, text, pair = row.get(label), row.get(one), row.get(other) if other else ""
            value = read(cell)
            if not (isinstance(text, str) and isinstance(pair, str)):
                unreadable["text missing"] += 1
            elif value is None and is_missing(cell):
                unreadable["without a label"] += 1
            elif value is None and head.problem == "regression":
                unreadable["label not a number"] += 1
            elif value is None:
                unknown[str(cell)] += 1
            elif bounds and not bounds[0] <= value <= bounds[1]:
                raise TaskError(
                    f"{path}: example {number} has the {label} {value:g}; it must be from {bounds[0]:g} to "
                    f"{bounds[1]:g}; correct the file, or download it again"
                )
            else:
                first.append(text)
                second.append(pair)
                gold.append(value)
    unreadable.update(unknown_labels(unknown))
    if not first:
        raise no_example(files[0], unreadable, head.classes)
    ids = [str(number) for number in range(len(first))]
    sha256 = sha256_of([sha256_file(path) for path in files])
    return Examples(first, second if layout.second else None, gold, ids, dict(unreadable), sha256)


def _label_reader(table: Table, column: str, head: Head) -> Callable[[Any], Any]:
    """A function that returns a cell's class number (or value), or None if it has none."""
    if head.problem == "regression":
        return _number
    # The order of classes differs between layouts, so numbers are mapped by name if the file has names.
    named = column in table.names
    names = table.names.get(column, list(head.classes))
    by_name = {name: number for number, name in enumerate(head.classes)}
    numeric = any(_number(name) is not None for name in head.classes)

    def read(cell: object) -> int | None:
        if isinstance(cell, str) and (text := label_text(cell)) in by_name:
            return by_name[text]
        number = _number(cell)
        if number is None or number != int(number):
            return None
        if not named:
            texts = (str(cell), str(cell).lower(), str(int(number)))
            if found := [by_name[text] for text in texts if text in by_name]:
                return found[0]
        if not 0 <= number < len(names) or (numeric and not named):  # 2 is neither "1" nor "3"
            return None
        return by_name.get(names[int(number)])

    return read


def _number(cell: Any) -> float | None:
    try:
        value = float(cell)
    except (TypeError, ValueError, OverflowError):
        return None
    return value if abs(value) <= LARGEST else None
