"""Find the kind of problem of a task's head."""

from __future__ import annotations

from corpora.errors import unknown_name
from trainer.errors import TaskError
from trainer.evaluation.metrics import METRICS
from trainer.evaluation.problems.heads import Classification, Problem, Regression, Tagging
from trainer.evaluation.problems.spans import Spans
from trainer.plugin import Head

KINDS: dict[str, type[Problem]] = {
    "classification": Classification,
    "regression": Regression,
    "tagging": Tagging,
    "spans": Spans,
}


VALUES, SPANS = ("pearson", "spearman"), ("exact match", "f1")


def problem_of(head: Head) -> Problem:
    """The problem of a head, by its `problem`.

    Raises:
        UnknownName: no metric has this name.
        TaskError: a metric or the classes do not fit the problem.
    """
    _check_metrics(head)
    _check_classes(head)
    return KINDS[head.problem](head)


def _check_metrics(head: Head) -> None:
    """Check that each metric can score this problem: before training, since scoring comes last."""
    of_classes = tuple(name for name in METRICS if name not in VALUES)
    usable = {"regression": VALUES, "spans": SPANS}.get(head.problem, of_classes)
    for name in head.metrics:
        if name not in (*METRICS, *SPANS):
            raise unknown_name("metric", name, usable)
        if name not in usable:
            raise TaskError(f"the metric {name} does not fit {head.problem}; use {' or '.join(usable)}")


def _check_classes(head: Head) -> None:
    """Check that a head has at least two different classes, or none if its answers are values or spans."""
    named = ", ".join(head.classes)
    if head.problem in ("regression", "spans"):
        if head.classes:
            raise TaskError(f"{head.problem} has no classes, but there are labels ({named}); leave them out")
    elif len(head.classes) < 2:
        raise TaskError(f"there is only the class {named or 'none'}; {head.problem} needs at least two labels")
    elif len(set(head.classes)) < len(head.classes):
        raise TaskError(f"a label occurs twice in {named}; list each once")
