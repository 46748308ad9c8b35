"""Choose the form that best predicts the largest runs from the smaller ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.experiments.planning.fitting import TINY, FittedForm, Point, fit
from trainer.experiments.planning.forms import FORMS, Form

FEWEST = 4
"""Minimum number of runs to fit a form to."""
AS_GOOD, SAME = 1.1, 0.01
"""Forms with at most this many times the smallest error, or at most this much above it, are as good, since runs that
differ only in their seed are further apart. Of these, the one with the fewest parameters is chosen."""
RIVAL, CLOSE = 2.0, 0.02
"""Forms with at most this many times the chosen form's error, or at most this much above it, are rivals: the short runs
do not tell them apart, although they can differ widely far from these runs."""


@dataclass(frozen=True)
class EvaluatedForm:
    """A form fitted to all runs, with its errors when the largest runs were left out."""

    fitted: FittedForm
    errors: tuple[float, ...]
    """Logarithms of predicted over measured loss, one per prediction of a run that was left out."""

    @property
    def error(self) -> float:
        """The mean absolute error: 0.1 is about 10 %."""
        return float(np.mean(np.abs(self.errors)))

    @property
    def spread(self) -> float:
        """The root mean square error."""
        return float(np.sqrt(np.mean(np.square(self.errors))))


def compare_forms(points: Sequence[Point], forms: Sequence[Form] = FORMS) -> list[EvaluatedForm]:
    """Every form with its errors: the chosen one, then the others, best first.

    Each form is fitted to the smallest runs, from half of them (at least FEWEST) to all but the largest, and each
    time predicts all larger ones. Runs are ordered by their updates, then by their data.

    Args:
        points: more than FEWEST runs.
        forms: the forms to compare.
    """
    ordered = sorted(points, key=lambda point: (point.updates, point.data))
    known = range(max(FEWEST, len(ordered) // 2), len(ordered))
    made = []
    for form in forms:
        errors = [
            error for count in known for error in errors_of(fit(form, ordered[:count]), ordered[count:])
        ]  # fmt: skip
        made.append(EvaluatedForm(fit(form, ordered), tuple(errors)))
    made.sort(key=lambda tried: tried.error)
    as_good = [tried for tried in made if tried.error <= max(AS_GOOD * made[0].error, made[0].error + SAME)]
    chosen = min(as_good, key=lambda tried: len(tried.fitted.logs))
    return [chosen, *(tried for tried in made if tried is not chosen)]


def rivals(forms: Sequence[EvaluatedForm]) -> list[EvaluatedForm]:
    """The forms that the short runs do not tell apart from the chosen one.

    Args:
        forms: from `compare_forms`, the chosen one first.
    """
    chosen, *others = forms
    most = max(RIVAL * chosen.error, chosen.error + CLOSE)
    return [tried for tried in others if tried.error <= most]


def errors_of(fitted: FittedForm, points: Sequence[Point]) -> list[float]:
    """The logarithms of predicted over measured loss.

    Args:
        fitted: a form with its parameters.
        points: the runs to predict.
    """
    predicted = [fitted.loss(point.data, point.updates) for point in points]
    return [
        float(np.log(max(made, TINY) / max(point.loss, TINY)))
        for made, point in zip(predicted, points, strict=True)
    ]  # fmt: skip
