"""Response surfaces: forms that describe how a measure depends on the shares, fitted to proxies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SMALLEST_SHARE = 0.01
"""The lower bound of shares in logarithms, since a part that is left out has a share of 0."""
SPARE = 2
"""Number of proxies beyond the parameters, so that a fit without one proxy still has residuals."""


class Form(ABC):
    """A form of response surface."""

    name: str
    formula: str
    positive: bool = False
    """Whether the form can describe only values above 0."""

    @abstractmethod
    def parameters(self, parts: int) -> int:
        """The number of parameters.

        Args:
            parts: the number of shares.
        """

    @abstractmethod
    def fit(self, shares: Floats, values: Floats, start: Floats | None = None) -> Floats:
        """The parameters with the least squared error.

        Args:
            shares: [proxies, parts], rows that add up to 1.
            values: [proxies], lower is better.
            start: parameters to start from, for forms with an iterative fit.

        Returns:
            [parameters].
        """

    @abstractmethod
    def predict(self, parameters: Floats, shares: Floats) -> Floats:
        """The values at some shares.

        Args:
            parameters: [parameters], as returned by `fit`.
            shares: [mixes, parts].

        Returns:
            [mixes].
        """


@dataclass(frozen=True)
class Linear(Form):
    """A form that is linear in its parameters."""

    name: str
    formula: str
    features: Callable[[Floats], Floats]
    """[mixes, parts] to [mixes, parameters], the regressors."""

    def parameters(self, parts: int) -> int:
        """The number of regressors."""
        return int(self.features(np.zeros((1, parts))).shape[1])

    def fit(self, shares: Floats, values: Floats, start: Floats | None = None) -> Floats:
        """The parameters with the least squared error.

        Args:
            shares: of the shape [proxies, parts]; rows add up to 1.
            values: [proxies], the losses.
            start: ignored, since the solution is exact.

        Returns:
            [parameters].
        """
        return np.asarray(np.linalg.lstsq(self.features(shares), values, rcond=None)[0])

    def predict(self, parameters: Floats, shares: Floats) -> Floats:
        """The values at these shares.

        Args:
            parameters: of the shape [parameters], from `fit`.
            shares: [mixes, parts].

        Returns:
            [mixes].
        """
        return np.asarray(self.features(shares) @ parameters)


class Exponential(Form):
    """The exponential data-mixing law (Ye et al. 2024, arXiv 2403.16952): c + k exp(t · shares).

    Shares add up to 1, so k would only shift every t; it is therefore left out.
    """

    name = "exponential"
    formula = "c + exp(Σ tᵢ xᵢ)"

    def parameters(self, parts: int) -> int:
        """One per part, and c."""
        return parts + 1

    def fit(self, shares: Floats, values: Floats, start: Floats | None = None) -> Floats:
        """The parameters with the least squared error, from several starting points unless one is given.

        Args:
            shares: of the shape [proxies, parts]; rows add up to 1.
            values: [proxies], the losses.
            start: of the shape [parts + 1]; None tries three starting points.

        Returns:
            [parts + 1]: the constant c, then t for each part.
        """
        from scipy.optimize import least_squares

        span = float(np.ptp(values)) or 1.0
        low = float(values.min())
        starts = (
            [start] if start is not None else [_start(shares, values, low - each * span) for each in (0.05, 0.5, 3)]
        )
        fits = [
            least_squares(lambda p: self.predict(p, shares) - values, begin, lambda p: _slopes(p, shares), max_nfev=100)
            for begin in starts
        ]
        return np.asarray(min(fits, key=lambda fit: fit.cost).x)

    def predict(self, parameters: Floats, shares: Floats) -> Floats:
        """The values at these shares.

        Args:
            parameters: of the shape [parts + 1], from `fit`.
            shares: [mixes, parts].

        Returns:
            [mixes].
        """
        return np.asarray(parameters[0] + np.exp(np.clip(shares @ parameters[1:], -50, 50)))


class LogQuadratic(Form):
    """Scheffé's polynomial of the logarithm: never below 0, and flat near the lowest losses."""

    name = "log-quadratic"
    formula = "exp(Σ bᵢ xᵢ + Σ bᵢⱼ xᵢ xⱼ)"
    positive = True

    def parameters(self, parts: int) -> int:
        """One per part and one per pair of parts."""
        return parts * (parts + 1) // 2

    def fit(self, shares: Floats, values: Floats, start: Floats | None = None) -> Floats:
        """The parameters with the least squared error of the logarithms.

        Args:
            shares: of the shape [proxies, parts]; rows add up to 1.
            values: [proxies], the losses, above 0.
            start: ignored, since the solution is exact.

        Returns:
            [parameters].
        """
        logarithms = np.log(np.maximum(values, np.finfo(float).tiny))
        return np.asarray(np.linalg.lstsq(_products(shares), logarithms, rcond=None)[0])

    def predict(self, parameters: Floats, shares: Floats) -> Floats:
        """The values at these shares.

        Args:
            parameters: of the shape [parameters], from `fit`.
            shares: [mixes, parts].

        Returns:
            [mixes].
        """
        return np.asarray(np.exp(np.clip(_products(shares) @ parameters, -50, 50)))


def _slopes(parameters: Floats, shares: Floats) -> Floats:
    """[mixes, parameters], the derivatives of the exponential form."""
    return np.hstack([_ones(shares), np.exp(np.clip(shares @ parameters[1:], -50, 50))[:, None] * shares])


def _ones(shares: Floats) -> Floats:
    return np.ones((len(shares), 1))


def _logarithms(shares: Floats) -> Floats:
    return np.hstack([_ones(shares), np.log(np.maximum(shares, SMALLEST_SHARE))])


def _products(shares: Floats) -> Floats:
    pairs = [shares[:, i] * shares[:, j] for i, j in combinations(range(shares.shape[1]), 2)]
    return np.column_stack([shares, *pairs])


def _start(shares: Floats, values: Floats, floor: float) -> Floats:
    """The parameters that fit the logarithm of the values minus a floor."""
    slopes = np.linalg.lstsq(shares, np.log(values - floor), rcond=None)[0]
    return np.asarray([floor, *slopes])


FORMS: tuple[Form, ...] = (
    Linear("constant", "b", _ones),
    Linear("linear", "Σ bᵢ xᵢ", lambda shares: shares),
    Linear("log-linear", "b + Σ bᵢ log xᵢ", _logarithms),
    Exponential(),
    Linear("quadratic", "Σ bᵢ xᵢ + Σ bᵢⱼ xᵢ xⱼ", _products),
    LogQuadratic(),
)
"""In ascending order of parameters. Quadratic is Scheffé's (1958); constant is for shares without effect."""


def proxies_needed(form: Form, parts: int) -> int:
    """The minimum number of proxies to fit a form.

    Args:
        form: the response surface.
        parts: the number of shares.
    """
    return form.parameters(parts) + SPARE


def left_out_error(form: Form, shares: Floats, values: Floats) -> float:
    """The root mean squared error of predicting each proxy from all others.

    Args:
        form: the response surface.
        shares: [proxies, parts].
        values: [proxies].
    """
    whole = form.fit(shares, values)
    start = whole if isinstance(form, Exponential) else None
    errors = []
    for number in range(len(values)):
        others = np.arange(len(values)) != number
        parameters = form.fit(shares[others], values[others], start)
        errors.append(float(form.predict(parameters, shares[[number]])[0] - values[number]))
    return float(np.sqrt(np.mean(np.square(errors))))
