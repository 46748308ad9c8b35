"""Read a task's inputs without labels, for which a student learns from its teacher alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from corpora import sha256_file
from trainer.errors import TaskError
from trainer.evaluation.tasks.tables import Table, read_table
from trainer.plugin import Examples, Layout, Task

FIRST = ("text", "sentence", "sentence1", "question", "premise")
SECOND = ("text-pair", "text_pair", "sentence2", "context", "hypothesis")
"""The usual names of text columns, for tasks that do not name theirs."""


def read_unlabelled(path: Path, task: Task, *, pairs: bool) -> Examples:
    """The inputs in a file, as examples without labels.

    Args:
        path: `.txt` with one input per line, the two texts of a pair separated by a tab; or a table with the task's
            text columns, whose other columns are ignored.
        task: decides the names of the text columns.
        pairs: whether an input has two texts.

    Raises:
        TaskError: the file has no inputs for this task, or cannot be read.
    """
    layout = _layout(task, pairs=pairs)
    table = _lines(path, layout) if path.suffix == ".txt" else _table(path, layout)
    one, other = table.column(*layout.first), table.column(*layout.second) if pairs else None
    kept: list[tuple[str, str]] = []
    unreadable = Counter(table.unreadable)
    for row in table.rows:
        first, second = row.get(one), row.get(other) if other else ""
        words = " ".join(map(str, first)) if isinstance(first, list) and task.head().problem == "tagging" else first
        if isinstance(words, str) and words.strip() and isinstance(second, str) and (second.strip() or not pairs):
            kept.append((words, second))
        else:
            unreadable["text missing"] += 1
    if not kept:
        reasons = ", ".join(f"{count} {reason}" for reason, count in unreadable.items()) or "no rows"
        raise TaskError(f"{path}: no unlabelled row could be read ({reasons})")
    ids = [f"unlabelled {number}" for number in range(1, len(kept) + 1)]
    texts = [first for first, _ in kept]
    gold = [[0] * len(text.split(" ")) if task.head().problem == "tagging" else 0 for text in texts]
    return Examples(texts, [second for _, second in kept] if pairs else None, gold, ids, unreadable, sha256_file(path))


def _layout(task: Task, *, pairs: bool) -> Layout:
    """The columns of the task's texts: those that it names, or those with the usual names."""
    own = getattr(task, "layout", None)
    if isinstance(own, Layout):
        return own
    text, pair = getattr(task, "text", None), getattr(task, "text_pair", None)
    first = (text,) if isinstance(text, str) and text else FIRST
    second = (pair,) if isinstance(pair, str) and pair else SECOND
    return Layout(first, (), second if pairs else ())


def _table(path: Path, layout: Layout) -> Table:
    """A table with a header, or one without in the task's own layout."""
    table = read_table(path)
    if len(layout.headerless) == len(table.columns) and not set(layout.first) & set(table.columns):
        return read_table(path, columns=layout.headerless)
    return table


def _lines(path: Path, layout: Layout) -> Table:
    """A text file as a table: each line is a row, and a tab separates the two texts of a pair."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise TaskError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise TaskError(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from error
    names = (*layout.first[:1], *layout.second[:1])
    table = Table(path, names, [])
    for line in lines:
        cells = line.removesuffix("\r").split("\t") if layout.second else [line.removesuffix("\r")]
        if not line.strip():
            continue
        if len(cells) == len(names):
            table.rows.append(dict(zip(names, cells, strict=True)))
        else:
            table.unreadable["lines without exactly one tab between two texts"] += 1
    return table
