"""Predictions for longer runs and more data, with intervals from a bootstrap over runs and from rival forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from corpora import generator
from trainer.experiments.planning.choice import EvaluatedForm
from trainer.experiments.planning.fitting import FittedForm, Point, fit

RESAMPLES = 400
MULTIPLES = (1, 2, 4, 10)
FAR = 1e6
"""Searches end at this many times the planned updates or data."""
STEPS = 400


@dataclass(frozen=True)
class Estimate:
    """A value with the interval of 95 % of its resamples, widened to the values of rival forms.

    `high` is None if it is beyond the searched range.
    """

    value: float | None
    """None if no value fits."""
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Scale:
    """The amount of data and the updates of the planned run."""

    tokens: float
    """In the dataset, special tokens included."""
    tokens_per_update: float
    updates: int
    """Of the planned run."""

    def seen(self, tokens: float, updates: float) -> float:
        """The tokens of distinct text that a run reads, at most all of its dataset.

        Args:
            tokens: in the dataset.
            updates: of the run.
        """
        return min(tokens, updates * self.tokens_per_update)


@dataclass(frozen=True)
class Prediction:
    """A run with this many times the data."""

    multiple: float
    updates: int
    epochs: float
    loss: Estimate
    hours: Estimate


@dataclass(frozen=True)
class Requirement:
    """The updates or data needed to reach a target."""

    updates: Estimate
    """On the dataset itself."""
    multiple: Estimate
    """How many times the data, with the planned number of epochs."""
    floor: Estimate
    """The loss after any number of updates on the dataset."""
    floor_of_data: Estimate
    """The loss after any number of updates on any amount of data."""

    @property
    def verdict(self) -> Literal["within reach", "open", "out of reach"]:
        """Open if only a rival form or resamples of the chosen form reach the target."""
        if self.multiple.value is not None:
            return "within reach"
        return "out of reach" if self.multiple.low is None else "open"


@dataclass(frozen=True)
class Bootstrap:
    """The chosen form, fitted to all runs and to resamples of them."""

    chosen: EvaluatedForm
    resampled: tuple[FittedForm, ...]
    errors: tuple[float, ...]
    """[resamples], the error of each prediction, as a logarithm, drawn from the errors on runs left out."""
    rivals: tuple[EvaluatedForm, ...] = ()
    """Forms that the short runs do not tell apart from the chosen one."""

    def loss(self, data: float, updates: float) -> Estimate:
        """The loss of a run, with an interval that includes the form's errors on runs left out, and the rival forms.

        Args:
            data: tokens of distinct text.
            updates: of the whole run.
        """
        drawn = [
            each.loss(data, updates) * float(np.exp(error))
            for each, error in zip(self.resampled, self.errors, strict=True)
        ]
        others = [rival.fitted.loss(data, updates) for rival in self.rivals]
        return Estimate(self.chosen.fitted.loss(data, updates), *_ends(drawn, others))

    def of(self, value: Callable[[FittedForm], float | None]) -> Estimate:
        """Any other value of the form, with an interval that includes the rival forms.

        Args:
            value: computes it from a fit; None counts as larger than any number.
        """
        found = [value(each) for each in (*self.resampled, *(rival.fitted for rival in self.rivals))]
        sized = [np.inf if each is None else each for each in found]
        drawn = len(self.resampled)
        return Estimate(value(self.chosen.fitted), *_ends(sized[:drawn], sized[drawn:]))


def bootstrap(
    tried: EvaluatedForm, points: Sequence[Point], *, rivals: Sequence[EvaluatedForm] = (), resamples: int = RESAMPLES
) -> Bootstrap:
    """Fit the chosen form to resamples of the runs, drawn with replacement, including repetitions with other seeds.

    Args:
        tried: the chosen form with its errors.
        points: the short runs.
        rivals: the forms that the short runs do not tell apart from it.
        resamples: how many to draw.
    """
    rng = generator("planning", tried.fitted.form.name, [[p.data, p.updates, p.loss] for p in points])
    drawn = rng.integers(len(points), size=(resamples, len(points)))
    fits = tuple(fit(tried.fitted.form, [points[n] for n in row], near=tried.fitted) for row in drawn.tolist())
    return Bootstrap(tried, fits, tuple(rng.normal(0, tried.spread, resamples).tolist()), tuple(rivals))


def predict_multiples(made: Bootstrap, scale: Scale, speeds: Sequence[float], *, grow: bool) -> list[Prediction]:
    """The planned run with 1, 2, 4 and 10 times the data.

    Args:
        made: the fits to the resamples.
        scale: of the planned run.
        speeds: tokens per second of the short runs.
        grow: whether updates grow with the data, so that epochs stay the same; else the updates stay the same.
    """
    return [_prediction(made, scale, speeds, multiple, grow=grow) for multiple in MULTIPLES]


def _prediction(made: Bootstrap, scale: Scale, speeds: Sequence[float], multiple: float, *, grow: bool) -> Prediction:
    updates, tokens = round(scale.updates * (multiple if grow else 1)), multiple * scale.tokens
    trained = updates * scale.tokens_per_update
    loss = made.loss(scale.seen(tokens, updates), updates)
    return Prediction(multiple, updates, trained / tokens, loss, hours(trained, speeds))


def hours(tokens: float, speeds: Sequence[float]) -> Estimate:
    """The hours needed at the median speed; the interval is from the fastest to the slowest run.

    Args:
        tokens: to train on.
        speeds: tokens per second of the short runs.
    """
    slow, middle, fast = (tokens / 3600 / speed for speed in (min(speeds), float(np.median(speeds)), max(speeds)))
    return Estimate(middle, fast, slow)


def crossover(fitted: FittedForm, scale: Scale) -> float | None:
    """The update from which doubling the data lowers the loss more than doubling the updates does.

    It is never within the first epoch, in which more data would not be read.

    Args:
        fitted: a form with its parameters.
        scale: of the planned run.

    Returns:
        None if the searched range has no such update.
    """
    updates = _grid(scale)
    seen = np.minimum(scale.tokens, updates * scale.tokens_per_update)
    more_data = np.minimum(2 * scale.tokens, updates * scale.tokens_per_update)
    longer = np.minimum(scale.tokens, 2 * updates * scale.tokens_per_update)
    helps = fitted.losses(more_data, updates) < fitted.losses(longer, 2 * updates)
    helps &= more_data > seen
    return float(updates[np.argmax(helps)]) if helps.any() else None


def requirement(made: Bootstrap, scale: Scale, target: float) -> Requirement:
    """The updates or the data needed to reduce the loss to a target.

    Args:
        made: the fits to the resamples.
        scale: of the planned run.
        target: a loss.
    """
    far = FAR * scale.updates

    def by_updates(fitted: FittedForm) -> float | None:
        updates = _grid(scale)
        seen = np.minimum(scale.tokens, updates * scale.tokens_per_update)
        return _first(updates, fitted.losses(seen, updates) <= target)

    return Requirement(
        made.of(by_updates),
        made.of(lambda fitted: data_needed(fitted, scale, target)),
        made.loss(scale.tokens, far),
        made.loss(FAR * scale.tokens, far),
    )


def data_needed(fitted: FittedForm, scale: Scale, target: float) -> float | None:
    """How many times the data reduce the loss to a target by one form, with the planned number of epochs.

    Args:
        fitted: a form with its parameters.
        scale: of the planned run.
        target: a loss.

    Returns:
        None if no amount in the searched range does.
    """
    times = np.geomspace(1e-3, FAR, 3 * STEPS)
    updates = times * scale.updates
    seen = np.minimum(times * scale.tokens, updates * scale.tokens_per_update)
    return _first(times, fitted.losses(seen, updates) <= target)


def _grid(scale: Scale) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.geomspace(1, FAR * scale.updates, 3 * STEPS)


def _first(values: np.ndarray[tuple[int], np.dtype[np.float64]], holds: np.ndarray) -> float | None:
    return float(values[np.argmax(holds)]) if holds.any() else None


def _ends(drawn: Sequence[float], others: Sequence[float] = ()) -> tuple[float | None, float | None]:
    """The interval of 95 % of the drawn values, widened to the other values; None for an infinite end."""
    low, high = np.quantile(drawn, [0.025, 0.975], method="inverted_cdf").tolist()
    low, high = min([low, *others]), max([high, *others])
    return (low if np.isfinite(low) else None), (high if np.isfinite(high) else None)
