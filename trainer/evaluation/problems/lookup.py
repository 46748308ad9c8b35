"""Which problem a task's head poses."""

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
    """The problem that a head poses."""
    return KINDS[head.problem](head)
