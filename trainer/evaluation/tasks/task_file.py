"""A task described in a TOML file: evaluate on your own data without writing code."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from corpora import OptionError, UnknownName, option, sha256_file
from trainer.errors import TaskError, TaskNotFound
from trainer.evaluation.problems.lookup import problem_of
from trainer.evaluation.tasks.examples import read_examples
from trainer.evaluation.tasks.tables import read_table
from trainer.plugin import Examples, Head, Layout, Splits, Task

METRICS = {"classification": ("accuracy",), "regression": ("pearson", "spearman"), "tagging": ("macro-f1", "accuracy")}
SPAN_METRICS = ("exact match", "f1")


@dataclass(frozen=True)
class FileTask(Task):
    """A task on CSV, TSV, JSONL or Parquet files, described in a TOML file."""

    name: ClassVar[str] = "file"
    version: ClassVar[int] = 3

    called: str = option(..., "The task's name in tables.")
    problem: Literal["classification", "regression", "tagging", "spans"] = option(..., "The kind of problem.")
    train: Path = option(..., "The file to train on, relative to --data or to the TOML file.", decides=False)
    dev: Path = option(..., "The file to score on, relative to the same folders.", decides=False)
    text: str = option(..., "The column with the text; for spans, with the question.")
    text_pair: str = option("", "The column with the other text; for spans, with the context.")
    label: str = option(..., "The column with the class, value, tags, or answer.")
    labels: tuple[str, ...] = option(
        (), "The classes in the order of their numbers; default: as in the train file, sorted."
    )
    metrics: tuple[str, ...] = option((), "How to score answers; default: the usual metrics of the problem.")
    beside: Path = option(Path(), "The folder of the TOML file.", decides=False)

    @property
    def title(self) -> str:
        """The task's name in tables."""
        return self.called

    def head(self) -> Head:
        """The problem, metrics and classes."""
        if self.problem == "spans":
            return Head("spans", SPAN_METRICS)
        return Head(self.problem, self.metrics or METRICS[self.problem], self.labels)

    def read(self, data: Path) -> Splits:
        """The examples.

        Args:
            data: where to look for the files first; then they are looked for next to the TOML file.

        Raises:
            TaskError: a file is missing or cannot be read.
        """
        return Splits(self._split(data, self.train), {self.called: self._split(data, self.dev)})

    def _split(self, data: Path, name: Path) -> Examples:
        for path in (data / name, self.beside / name):
            if path.is_file():
                if self.problem in ("tagging", "spans"):
                    return self._structured(path)
                second = (self.text_pair,) if self.text_pair else ()
                return read_examples([path], Layout((self.text,), (self.label,), second), self.head())
        raise TaskNotFound(f"{self.called}: {name} is neither in {data} nor in {self.beside}")

    def _structured(self, path: Path) -> Examples:
        table, unreadable = read_table(path), Counter[str]()
        columns = [
            table.column(name) for name in (self.text, self.label, *([self.text_pair] if self.text_pair else []))
        ]
        kept: list[tuple[str, str, Any]] = []
        read = self._tagged if self.problem == "tagging" else self._asked
        for row in table.rows:
            found = read([row.get(column) for column in columns])
            if isinstance(found, str):
                unreadable[found] += 1
            else:
                kept.append(found)
        unreadable.update(table.unreadable)
        if not kept:
            reasons = ", ".join(f"{count} {reason}" for reason, count in unreadable.items()) or "no rows"
            raise TaskError(f"{path}: no example could be read ({reasons})")
        first, second, gold = (list(column) for column in zip(*kept, strict=True))
        ids = [str(number) for number in range(len(kept))]
        return Examples(first, second if self.text_pair else None, gold, ids, dict(unreadable), sha256_file(path))

    def _tagged(self, cells: list[Any]) -> tuple[str, str, list[int]] | str:
        """The words, separated by spaces, and their class numbers; or why the row cannot be read.

        Spaces within a word become no-break spaces.
        """
        words, tags = map(_listed, cells[:2])
        if not words or len(words) != len(tags):
            return "words and tags differ in number"
        if any(str(tag) not in self.labels for tag in tags):
            return "unknown label"
        kept = [str(word).replace(" ", "\u00a0") for word in words]
        return " ".join(kept), "", [self.labels.index(str(tag)) for tag in tags]

    def _asked(self, cells: list[Any]) -> tuple[str, str, list[tuple[int, str]]] | str:
        question, answer, context = cells
        if not (isinstance(question, str) and isinstance(answer, str) and isinstance(context, str)):
            return "text missing"
        if not context.strip() or not answer.strip():
            return "context or answer empty"
        start = context.find(answer)
        return "answer not in context" if start < 0 else (question, context, [(start, answer)])


def read_task(path: Path) -> Task:
    """The task described in a TOML file.

    Args:
        path: the file; its keys are the options of `FileTask`, with `name` for `called`.

    Raises:
        TaskError: the file cannot be read, or does not describe a task.
        UnknownName, OptionError: an unknown key or a wrong value.
    """
    content = _content(path)
    try:
        task = FileTask.from_options(content)
        if task.problem == "spans" and not task.text_pair:
            raise TaskError("a task on spans needs text-pair, the column with the context")
        if task.problem in ("classification", "tagging") and not task.labels:
            task = FileTask.from_options({**content, "labels": _labels_of(task)})
        problem_of(task.head())
    except (OptionError, UnknownName) as error:
        raise type(error)(f"{path}: {str(error).removeprefix(f'{FileTask.name}: ')}") from error
    except TaskError as error:
        raise TaskError(f"{path}: {error}") from error
    return task


def _content(path: Path) -> dict[str, object]:
    """The options in a TOML file, with labels as text, and the file's folder."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TaskError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise TaskError(f"{path} is not valid TOML: {error}") from error
    if isinstance(labels := content.get("labels"), list):
        content["labels"] = [str(label) if isinstance(label, int | float) else label for label in labels]
    return {"called": content.pop("name", path.stem), **content, "beside": path.parent}


def _labels_of(task: FileTask) -> list[str]:
    """The classes in the train file next to the TOML file, which does not list them."""
    path = task.beside / task.train
    if not path.is_file():
        raise TaskError(
            f"{path} does not exist; correct train, or, if the file is in --data, list the classes as labels = [...]"
        )
    table = read_table(path)
    column = table.column(task.label)
    cells = [cell for row in table.rows if (cell := row.get(column)) is not None]
    if task.problem == "tagging":
        cells = [tag for cell in cells for tag in _listed(cell)]
    found = sorted({str(cell) for cell in cells if isinstance(cell, str | int | float) and str(cell).strip()})
    if not found:
        raise TaskError(f"{path}: the column {column} has no labels; name the column with the labels as label = ...")
    return found


def _listed(cell: object) -> list[object]:
    """Words or tags: those of a list, or of a text with spaces between them; none for anything else."""
    if isinstance(cell, str):
        return list(cell.split())
    return cell if isinstance(cell, list) and all(isinstance(each, str | int | float) for each in cell) else []
