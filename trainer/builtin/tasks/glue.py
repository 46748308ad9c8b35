"""GLUE's nine tasks, from GLUE's own TSV files, the hub's Parquet files, or JSONL."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from trainer import (
    Head,
    Layout,
    ProblemName,
    Splits,
    Task,
    TaskNotFound,
    find_folder,
    find_split,
    hookimpl,
    read_examples,
)

LABEL = ("label", "gold_label")


@dataclass(frozen=True)
class GlueTask(Task, ABC):
    """A GLUE task: its files, columns, classes and metrics."""

    benchmark: ClassVar[str] = "glue"
    problem: ClassVar[ProblemName] = "classification"
    metrics: ClassVar[tuple[str, ...]] = ("accuracy",)
    classes: ClassVar[tuple[str, ...]]
    """Names as on the hub, in the order of their numbers; GLUE's own files contain either the number or the name."""
    layout: ClassVar[Layout]
    dev_stems: ClassVar[dict[str, tuple[str, ...]]] = {}
    """The stems of the dev files, by result column; if empty, there is one column with the task's printed name."""
    dev_rows: ClassVar[dict[str, int]]
    """The official size of each dev set; other sizes are noted, since their scores are not comparable."""
    bounds: ClassVar[tuple[float, float] | None] = None
    """The lowest and highest allowed label of a regression."""

    def head(self) -> Head:
        """The problem, metrics and classes."""
        return Head(self.problem, self.metrics, self.classes)

    def read(self, data: Path) -> Splits:
        """The train and dev examples; test files have no labels and are not read.

        Args:
            data: a folder that contains the task's folder or a folder `glue` with it, or the task's folder itself.

        Raises:
            TaskNotFound: the folder is missing, or it has no train or dev file.
        """
        inner = find_folder(data, "glue")
        folder = find_folder(data, self.printed, self.name) or (inner and find_folder(inner, self.printed, self.name))
        if folder is None:
            raise TaskNotFound(f"{self.printed} is not in {data}")
        stems = self.dev_stems or {self.printed: ("dev", "validation")}
        files = {"train": find_split(folder, "train")}
        files |= {column: find_split(folder, *names) for column, names in stems.items()}
        found = {split: paths for split, paths in files.items() if paths}
        if "train" not in found or len(found) == 1:
            raise TaskNotFound(f"{self.printed} has no {'dev' if 'train' in found else 'train'} file in {folder}")
        read = {
            split: read_examples(paths, self.layout, self.head(), bounds=self.bounds) for split, paths in found.items()
        }
        return Splits(read.pop("train"), read)


@dataclass(frozen=True)
class CoLA(GlueTask):
    """Is the sentence good English? (Warstadt et al. 2019)"""

    name: ClassVar[str] = "cola"
    printed: ClassVar[str] = "CoLA"
    metrics: ClassVar[tuple[str, ...]] = ("matthews",)
    classes: ClassVar[tuple[str, ...]] = ("unacceptable", "acceptable")
    layout: ClassVar[Layout] = Layout(("sentence",), LABEL, headerless=("source", "label", "star", "sentence"))
    dev_rows: ClassVar[dict[str, int]] = {"CoLA": 1043}


@dataclass(frozen=True)
class SST2(GlueTask):
    """Is the review positive? (Socher et al. 2013)"""

    name: ClassVar[str] = "sst-2"
    printed: ClassVar[str] = "SST-2"
    classes: ClassVar[tuple[str, ...]] = ("negative", "positive")
    layout: ClassVar[Layout] = Layout(("sentence",), LABEL)
    dev_rows: ClassVar[dict[str, int]] = {"SST-2": 872}


@dataclass(frozen=True)
class MRPC(GlueTask):
    """Do the two sentences mean the same? (Dolan and Brockett 2005)"""

    name: ClassVar[str] = "mrpc"
    printed: ClassVar[str] = "MRPC"
    metrics: ClassVar[tuple[str, ...]] = ("accuracy", "f1")
    classes: ClassVar[tuple[str, ...]] = ("not_equivalent", "equivalent")
    layout: ClassVar[Layout] = Layout(("#1 String", "sentence1"), ("Quality", *LABEL), ("#2 String", "sentence2"))
    dev_rows: ClassVar[dict[str, int]] = {"MRPC": 408}


@dataclass(frozen=True)
class STSB(GlueTask):
    """How alike are the two sentences, from 0 to 5? (Cer et al. 2017)"""

    name: ClassVar[str] = "sts-b"
    printed: ClassVar[str] = "STS-B"
    problem: ClassVar[ProblemName] = "regression"
    metrics: ClassVar[tuple[str, ...]] = ("pearson", "spearman")
    classes: ClassVar[tuple[str, ...]] = ()
    layout: ClassVar[Layout] = Layout(("sentence1",), ("score", *LABEL), ("sentence2",))
    bounds: ClassVar[tuple[float, float]] = (0.0, 5.0)
    dev_rows: ClassVar[dict[str, int]] = {"STS-B": 1500}


@dataclass(frozen=True)
class QQP(GlueTask):
    """Do the two questions ask the same? (Iyer et al. 2017)"""

    name: ClassVar[str] = "qqp"
    printed: ClassVar[str] = "QQP"
    metrics: ClassVar[tuple[str, ...]] = ("accuracy", "f1")
    classes: ClassVar[tuple[str, ...]] = ("not_duplicate", "duplicate")
    layout: ClassVar[Layout] = Layout(("question1",), ("is_duplicate", *LABEL), ("question2",))
    dev_rows: ClassVar[dict[str, int]] = {"QQP": 40430}


@dataclass(frozen=True)
class MNLI(GlueTask):
    """Does the premise entail the hypothesis? (Williams et al. 2018)"""

    name: ClassVar[str] = "mnli"
    printed: ClassVar[str] = "MNLI"
    classes: ClassVar[tuple[str, ...]] = ("entailment", "neutral", "contradiction")
    layout: ClassVar[Layout] = Layout(("sentence1", "premise"), ("gold_label", "label"), ("sentence2", "hypothesis"))
    dev_stems: ClassVar[dict[str, tuple[str, ...]]] = {
        "MNLI-m": ("dev_matched", "validation_matched"),
        "MNLI-mm": ("dev_mismatched", "validation_mismatched"),
    }
    dev_rows: ClassVar[dict[str, int]] = {"MNLI-m": 9815, "MNLI-mm": 9832}


@dataclass(frozen=True)
class QNLI(GlueTask):
    """Does the sentence answer the question? (Wang et al. 2019, after SQuAD)"""

    name: ClassVar[str] = "qnli"
    printed: ClassVar[str] = "QNLI"
    classes: ClassVar[tuple[str, ...]] = ("entailment", "not_entailment")
    layout: ClassVar[Layout] = Layout(("question",), LABEL, ("sentence",))
    dev_rows: ClassVar[dict[str, int]] = {"QNLI": 5463}


@dataclass(frozen=True)
class RTE(GlueTask):
    """Does the first sentence entail the second? (Dagan et al. 2006)"""

    name: ClassVar[str] = "rte"
    printed: ClassVar[str] = "RTE"
    classes: ClassVar[tuple[str, ...]] = ("entailment", "not_entailment")
    layout: ClassVar[Layout] = Layout(("sentence1",), LABEL, ("sentence2",))
    dev_rows: ClassVar[dict[str, int]] = {"RTE": 277}


@dataclass(frozen=True)
class WNLI(GlueTask):
    """Is the sentence with the pronoun resolved entailed? (Levesque et al. 2012)"""

    name: ClassVar[str] = "wnli"
    printed: ClassVar[str] = "WNLI"
    classes: ClassVar[tuple[str, ...]] = ("not_entailment", "entailment")
    layout: ClassVar[Layout] = Layout(("sentence1",), LABEL, ("sentence2",))
    dev_rows: ClassVar[dict[str, int]] = {"WNLI": 71}


@hookimpl
def trainer_tasks() -> Iterable[type[Task]]:
    """The nine tasks of GLUE."""
    return [CoLA, SST2, MRPC, STSB, QQP, MNLI, QNLI, RTE, WNLI]
