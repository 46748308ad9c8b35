"""Fit a form to short runs by least squares on the logarithm of the loss, with a prior where runs leave it open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from trainer.experiments.planning.forms import Floats, Form, Parameter

NOISE = 0.02
"""The assumed difference between two runs with different seeds, as a share of the loss."""
STARTS = ((0.0, 0.0, 0.0), (0.7, -0.7, 0.7), (-0.7, 0.7, 0.7), (-0.7, -0.7, -0.7))
"""Starting points: shifts from the prior's centre, for losses, exponents and other parameters."""
TINY = 1e-12


@dataclass(frozen=True)
class Point:
    """A finished short run, as a point to fit."""

    data: float
    """Tokens of distinct text read, special tokens included."""
    updates: float
    loss: float
    """KL, or the share of words on which the student disagrees; lower is better."""
    start: float = 1.0
    """The loss of the student before any update."""


@dataclass(frozen=True)
class FittedForm:
    """A form with its parameters."""

    form: Form
    logs: tuple[float, ...]
    data: float
    """The data that the form's D is relative to, in tokens."""
    updates: float
    start: float = 1.0
    """The loss of the untrained student, the form's S."""

    def loss(self, data: float, updates: float) -> float:
        """The predicted loss of a run.

        Args:
            data: tokens of distinct text, special tokens included.
            updates: of the whole run.
        """
        return float(self.losses(np.array([data]), np.array([updates]))[0])

    def losses(self, data: Floats, updates: Floats) -> Floats:
        """The predicted losses of several runs.

        Args:
            data: [points], tokens of distinct text.
            updates: [points], of the whole runs.

        Returns:
            [points].
        """
        return self.form.loss(np.asarray(self.logs), data / self.data, updates / self.updates, self.start)

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name, as in the formula, with D and u relative to the largest short run."""
        return {p.name: float(np.exp(log)) for p, log in zip(self.form.parameters, self.logs, strict=True)}


def fit(form: Form, points: Sequence[Point], *, near: FittedForm | None = None) -> FittedForm:
    """The form's parameters that are most likely given the runs and the prior.

    The prior is wide: it decides only what the runs leave open. Exponents are near 0.4, as published for data and
    training steps (0.3 to 0.5), and the loss terms at the largest run are of the size of its loss.

    Args:
        form: the curve to fit.
        points: at least one run.
        near: a fit of similar points, at which the only search starts; None starts from several points.
    """
    data, updates = (max(getattr(point, name) for point in points) for name in ("data", "updates"))
    return _fit(points, near or FittedForm(form, (), data, updates, points[0].start))


def _fit(points: Sequence[Point], near: FittedForm) -> FittedForm:
    """Fit again, starting from the parameters of `near`, or from several points if it has none."""
    from scipy.optimize import least_squares

    form = near.form
    data, updates, loss = (np.array([getattr(p, name) for p in points]) for name in ("data", "updates", "loss"))
    at = data / near.data, updates / near.updates, near.start
    lowest, highest = float(loss.min()), float(loss.max())
    priors = [_prior(parameter, lowest, highest) for parameter in form.parameters]
    centre, spread = np.array(priors).T
    observed = np.log(np.maximum(loss, TINY))

    def residuals(logs: Floats) -> Floats:
        made = np.log(np.clip(form.loss(logs, *at), TINY, 1 / TINY))
        found = np.concatenate([(made - observed) / NOISE, (logs - centre) / spread])
        return np.asarray(np.nan_to_num(found, nan=1e6, posinf=1e6, neginf=-1e6))

    starts = [np.asarray(near.logs)] if near.logs else [centre + _shift(form, shift) for shift in STARTS]
    found = [least_squares(residuals, start, method="lm", max_nfev=600) for start in starts]
    best = min(found, key=lambda each: float(each.cost))
    return replace(near, logs=tuple(best.x.tolist()))


def _prior(parameter: Parameter, lowest: float, highest: float) -> tuple[float, float]:
    """Centre and standard deviation of a parameter's logarithm."""
    if parameter.role == "exponent":
        return float(np.log(0.4)), 0.7
    if parameter.role == "updates":
        return float(np.log(0.1)), 1.5
    if parameter.role == "shape":
        return 0.0, 0.4
    if parameter.name == "L0":
        return float(np.log(2 * max(highest, TINY))), 1.0
    return float(np.log(0.3 * max(lowest, TINY))), 1.5


def _shift(form: Form, shift: tuple[float, float, float]) -> Floats:
    places = {"loss": 0, "exponent": 1, "updates": 2, "shape": 2}
    return np.array([shift[places[parameter.role]] for parameter in form.parameters])
