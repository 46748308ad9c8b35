"""SQuAD v1.1, from its own JSON files or the hub's Parquet files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from corpora import sha256_file, sha256_of
from trainer import (
    Examples,
    Head,
    Question,
    Splits,
    Task,
    TaskError,
    TaskNotFound,
    find_folder,
    hookimpl,
    read_table,
    squad_questions,
)


@dataclass(frozen=True)
class Squad(Task):
    """Which words of the paragraph answer the question? (Rajpurkar et al. 2016)"""

    name: ClassVar[str] = "squad"
    printed: ClassVar[str] = "SQuAD"
    benchmark: ClassVar[str] = "squad"
    dev_rows: ClassVar[dict[str, int]] = {"SQuAD": 10570}

    def head(self) -> Head:
        """Answer spans, scored by SQuAD's own rule."""
        return Head("spans", ("exact match", "f1"))

    def read(self, data: Path) -> Splits:
        """The questions; training questions whose answer is not in the context are counted and left out.

        Args:
            data: a folder with the files, or with a folder `squad` or `plain_text` that has them.

        Raises:
            TaskNotFound: train or dev files are missing.
        """
        folders = [data, *([inner] if (inner := find_folder(data, "squad", "plain_text")) else [])]
        for folder in folders:
            train, dev = _files(folder, "train"), _files(folder, "dev", "validation")
            if train and dev:
                return Splits(_examples(train, train=True), {self.printed: _examples(dev, train=False)})
        raise TaskNotFound(f"SQuAD is not in {data}: it needs train-v1.1.json and dev-v1.1.json, or Parquet files")


def _files(folder: Path, *stems: str) -> list[Path]:
    for stem in stems:
        for pattern in (f"{stem}-v1.1.json", f"{stem}.json", f"{stem}*.json", f"{stem}-*.parquet", f"{stem}.parquet"):
            if found := sorted(folder.glob(pattern)):
                return found
    return []


def _questions(path: Path) -> Iterable[Question]:
    if path.suffix == ".json":
        yield from squad_questions(path)
        return
    table = read_table(path)
    id, asked, context, answers = (table.column(name) for name in ("id", "question", "context", "answers"))
    for number, row in enumerate(table.rows, start=1):
        try:
            found = list(zip(row[answers]["answer_start"], row[answers]["text"], strict=True))
            texts = (row[id], row[asked], row[context], *(text for _, text in found))
            whole = all(isinstance(text, str) for text in texts) and all(isinstance(start, int) for start, _ in found)
        except (KeyError, TypeError, ValueError):
            whole = False
        if not whole:
            raise TaskError(f"{path}: row {number:,} does not have the layout of SQuAD v1.1; download the file again")
        if not found:
            raise TaskError(f"{path}: question {row[id]} has no answer, as in SQuAD v2; use version 1.1")
        yield row[id], row[asked], row[context], found


def _examples(files: Sequence[Path], *, train: bool) -> Examples:
    kept: list[Question] = []
    lost = 0
    for path in files:
        for id, asked, context, answers in _questions(path):
            placed = [(_placed(context, start, text), text) for start, text in answers]
            occurring = [(start, text) for start, text in placed if start >= 0]
            lost += not occurring
            if occurring or not train:
                kept.append((id, asked, context, occurring if train else placed))
    if not kept:
        raise TaskError(f"{files[0]} has no readable question")
    ids, questions, contexts, gold = (list(column) for column in zip(*kept, strict=True))
    unreadable = {"answer not in context" if train else "answer not in context, still scored": lost} if lost else {}
    return Examples(questions, contexts, gold, ids, unreadable, sha256_of([sha256_file(path) for path in files]))


def _placed(context: str, start: int, text: str) -> int:
    """Where the answer begins: at `start`, or else at its occurrence nearest to `start`, or else -1."""
    if text and context.startswith(text, start):
        return start
    before, after = context.rfind(text, 0, max(start, 0)), context.find(text, max(start, 0))
    found = [place for place in (before, after) if place >= 0 and text]
    return min(found, key=lambda place: abs(place - start), default=-1)


@hookimpl
def trainer_tasks() -> Iterable[type[Task]]:
    """SQuAD v1.1."""
    return [Squad]
