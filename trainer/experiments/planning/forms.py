"""Curves of held-out loss over data and updates, each with its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Curve = Callable[[Floats, Floats, Floats, float], Floats]
"""(parameters [k], data [points], updates [points], start) -> loss [points]. Data and updates are relative to the
largest short run; the start is the loss of the untrained student, which is measured, not fitted."""
Role = Literal["loss", "exponent", "updates", "shape"]


@dataclass(frozen=True)
class Parameter:
    """One parameter of a form. All are positive and fitted as logarithms."""

    name: str
    role: Role
    """`loss`: in units of the loss. `updates`: relative to the largest short run."""


@dataclass(frozen=True)
class Form:
    """A curve with its parameters."""

    name: str
    formula: str
    """D is the tokens of distinct text that are read, u the updates, and S the loss of the untrained student."""
    source: str
    parameters: tuple[Parameter, ...]
    curve: Curve

    def loss(self, logs: Floats, data: Floats, updates: Floats, start: float = 1.0) -> Floats:
        """The loss for some parameters.

        Args:
            logs: [k], the logarithms of the parameters.
            data: [points], relative to the largest short run.
            updates: [points], relative to the longest short run.
            start: the loss of the untrained student.

        Returns:
            [points].
        """
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            return self.curve(np.exp(np.clip(logs, -60, 60)), data, updates, start)


def _level(p: Floats, data: Floats, updates: Floats, start: float) -> Floats:
    return np.full(data.shape, p[0])


def _decline(p: Floats, data: Floats, updates: Floats, start: float) -> Floats:
    return np.asarray(start / (1 + (updates / p[0]) ** p[1]))


def _approach(p: Floats, data: Floats, updates: Floats, start: float) -> Floats:
    return np.asarray(p[0] + (start - p[0]) / (1 + (updates / p[1]) ** p[2]))


def _floor(p: Floats, data: Floats, updates: Floats, start: float) -> Floats:
    floor = p[0] + p[1] * data ** -p[2]
    return np.asarray(floor + (start - floor) / (1 + (updates / p[3]) ** p[4]))


def _tokens(p: Floats, data: Floats, updates: Floats, start: float) -> Floats:
    return np.asarray(p[0] + p[1] * data ** -p[2])


def _updates(p: Floats, data: Floats, updates: Floats, start: float) -> Floats:
    return np.asarray(p[0] / (1 + (updates / p[1]) ** p[2]))


def _both(p: Floats, data: Floats, updates: Floats, start: float) -> Floats:
    return np.asarray(p[0] + p[1] * data ** -p[2] + p[3] * updates ** -p[4])


def _joint(p: Floats, data: Floats, updates: Floats, start: float) -> Floats:
    g = p[5]
    of_data, of_updates = (p[1] * data ** -p[2]) ** (1 / g), (p[3] * updates ** -p[4]) ** (1 / g)
    return np.asarray(p[0] + (of_data + of_updates) ** g)


def _saturating(p: Floats, data: Floats, updates: Floats, start: float) -> Floats:
    return np.asarray(p[0] * data ** -p[1] + p[2] / (1 + (updates / p[3]) ** p[4]))


_E, _A, _B = Parameter("E", "loss"), Parameter("A", "loss"), Parameter("B", "loss")
_a, _b = Parameter("a", "exponent"), Parameter("b", "exponent")
_L0, _u0, _g = Parameter("L0", "loss"), Parameter("u0", "updates"), Parameter("g", "shape")

FORMS = (
    Form("level", "E", "no effect of either", (_E,), _level),
    Form("decline", "S/(1 + (u/u0)^b)", "from the untrained student to zero", (_u0, _b), _decline),
    Form("approach", "E + (S - E)/(1 + (u/u0)^b)", "from the untrained student to a floor", (_E, _u0, _b), _approach),
    Form(
        "floor", "F + (S - F)/(1 + (u/u0)^b), F = E + A/D^a", "from the untrained student to the floor of its data",
        (_E, _A, _a, _u0, _b), _floor,
    ),
    Form("tokens", "E + A/D^a", "Hestness et al. 2017, arXiv 1712.00409", (_E, _A, _a), _tokens),
    Form("updates", "L0/(1 + (u/u0)^b)", "from a fitted start to zero", (_L0, _u0, _b), _updates),
    Form("both", "E + A/D^a + B/u^b", "Hoffmann et al. 2022, arXiv 2203.15556", (_E, _A, _a, _B, _b), _both),
    Form(
        "joint", "E + ((A/D^a)^(1/g) + (B/u^b)^(1/g))^g", "after Busbridge et al. 2025, arXiv 2502.08606",
        (_E, _A, _a, _B, _b, _g), _joint,
    ),
    Form(
        "saturating", "A/D^a + L0/(1 + (u/u0)^b)", "the sum of the two curves of one variable",
        (_A, _a, _L0, _u0, _b), _saturating,
    ),
)  # fmt: skip
