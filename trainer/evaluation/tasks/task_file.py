"""A task described in a TOML file: evaluate on your own data without writing code."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from corpora import OptionError, UnknownName, option, sha256_file
from trainer.errors import TaskError, TaskNotFound
from trainer.evaluation.problems.lookup import problem_of
from trainer.evaluation.tasks.examples import is_missing, label_text, no_example, read_examples, unknown_labels
from trainer.evaluation.tasks.structured import Row, span_row, tagging_row, tags_in
from trainer.evaluation.tasks.tables import read_table
from trainer.plugin import Examples, Head, Layout, Splits, Task

METRICS = {"classification": ("accuracy",), "regression": ("pearson", "spearman"), "tagging": ("macro-f1", "accuracy")}
SPAN_METRICS = ("exact match", "f1")


@dataclass(frozen=True)
class FileTask(Task):
    """A task on CSV, TSV, JSONL or Parquet files, described in a TOML file."""

    name: ClassVar[str] = "file"
    version: ClassVar[int] = 4

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
        return Head(self.problem, self.metrics or METRICS[self.problem], tuple(map(label_text, self.labels)))

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
        table, unreadable, unknown = read_table(path), Counter[str](), Counter[str]()
        names = (self.text, self.label, *([self.text_pair] if self.text_pair else []))
        columns = [table.column(name) for name in names]
        classes = {name: number for number, name in enumerate(self.head().classes)}
        kept: list[Row] = []
        for row in table.rows:
            first, label, *second = (row.get(column) for column in columns)
            found = tagging_row(first, label, classes) if self.problem == "tagging" else span_row(first, label, *second)
            if isinstance(found, Row):
                kept.append(found)
            elif found.label:
                unknown[found.label] += 1
            else:
                unreadable[found.reason] += 1
        unreadable.update(table.unreadable + unknown_labels(unknown))
        if not kept:
            raise no_example(path, unreadable, list(classes))
        texts, pairs, gold = (list(column) for column in zip(*kept, strict=True))
        ids = [str(number) for number in range(len(kept))]
        return Examples(texts, pairs if self.text_pair else None, gold, ids, dict(unreadable), sha256_file(path))


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
        _check(task)
        if task.problem in ("classification", "tagging") and not task.labels:
            task = FileTask.from_options({**content, "labels": _labels_of(task)})
        problem_of(task.head())
    except (OptionError, UnknownName) as error:
        raise type(error)(f"{path}: {str(error).removeprefix(f'{FileTask.name}: ')}") from error
    except TaskError as error:
        raise TaskError(f"{path}: {error}") from error
    return task


def _check(task: FileTask) -> None:
    if not task.called.strip():
        raise TaskError("name is empty; write the task's name in tables, or leave name out")
    if task.problem == "spans" and not task.text_pair:
        raise TaskError("a task on spans needs text-pair, the column with the context")
    if task.label in (task.text, task.text_pair):
        raise TaskError(f"the column {task.label} is both the text and the label; name two columns")


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
    cells = [cell for row in table.rows if not is_missing(cell := row.get(column))]
    if task.problem == "tagging":
        cells = [tag for cell in cells for tag in tags_in(cell)]
    found = sorted({text for cell in cells if isinstance(cell, str | int | float) and (text := label_text(cell))})
    if not found:
        raise TaskError(f"{path}: the column {column} has no labels; name the column with the labels as label = ...")
    return found
