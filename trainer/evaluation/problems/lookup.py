"""Find the kind of problem of a task's head."""

from __future__ import annotations

from trainer.evaluation.problems.heads import Classification, Problem, Regression, Tagging
from trainer.evaluation.problems.spans import Spans
from trainer.plugin import Head

KINDS: dict[str, type[Problem]] = {
    "classification": Classification,
    "regression": Regression,
    "tagging": Tagging,
    "spans": Spans,
}


def problem_of(head: Head) -> Problem:
    """The problem of a head, by its `problem`."""
    return KINDS[head.problem](head)
