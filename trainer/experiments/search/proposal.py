"""Propose the best mix: choose a response surface by cross-validation, find its optimum, and add intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from corpora import generator
from trainer.experiments.search.draws import rounded
from trainer.experiments.search.surfaces import Floats, Form, left_out_error, proxies_needed

RESAMPLES = 400
LATTICE = 6000
"""Maximum number of mixes compared before the best one is refined."""
NEW_MIX = 0.05
"""The minimum difference from every measured mix for another proxy to be worth training."""
AS_GOOD = 0.1
"""A simpler form is chosen if its left-out error is at most this share above the lowest."""
PROPOSED_STEPS = 100
"""Proposals are in whole percent, since the surface cannot distinguish finer ones."""


@dataclass(frozen=True)
class Surface:
    """A fitted response surface of one measure. Values are losses: lower is better."""

    form: Form
    parameters: Floats
    errors: dict[str, float]
    """By form, the error of predicting left-out proxies; infinite for a form that needs more proxies."""
    fitted: Floats
    """[proxies], the surface's values."""
    shares: Floats
    values: Floats

    def predict(self, shares: Floats) -> Floats:
        """The predicted losses.

        Args:
            shares: [mixes, parts], each row adding up to 1.

        Returns:
            [mixes].
        """
        return self.form.predict(self.parameters, shares)

    @property
    def says_nothing(self) -> bool:
        """Whether no form predicts a left-out proxy better than the mean of the others."""
        return self.form.name == "constant"


@dataclass(frozen=True)
class Proposal:
    """The mix with the lowest predicted loss, with 95 % intervals from a bootstrap of the residuals."""

    shares: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    value: float
    """The predicted loss."""
    value_low: float
    value_high: float


def fit_surface(forms: Sequence[Form], shares: Floats, values: Floats) -> Surface:
    """Choose the form that predicts left-out proxies best, or a simpler one that is about as good, and fit it to all.

    If every value is above 0, as divergences are, forms that predict a value below 0 for some mix are not chosen.

    Args:
        forms: in ascending order of their numbers of parameters.
        shares: [proxies, parts].
        values: [proxies], losses.
    """
    positive = bool(values.min() > 0)
    enough = [form for form in forms if proxies_needed(form, shares.shape[1]) <= len(values)]
    errors = {form.name: left_out_error(form, shares, values) for form in enough if positive or not form.positive}
    known = lattice(shares.shape[1])
    possible = [
        form
        for form in enough
        if form.name in errors and not (positive and form.predict(form.fit(shares, values), known).min() < 0)
    ]
    lowest = min((errors[form.name] for form in possible), default=np.inf)
    best = next((form for form in possible if errors[form.name] <= (1 + AS_GOOD) * lowest), enough[0])
    parameters = best.fit(shares, values)
    return Surface(best, parameters, errors, best.predict(parameters, shares), shares, values)


def propose(surface: Surface, natural: tuple[float, ...], *, seed: int) -> Proposal:
    """The mix to use; natural proportions if the proxies show no effect of the shares.

    Among the mixes that are predicted to be as good as the best one, within the error of predicting a left-out proxy,
    the proposal is the best with the fewest parts: a part gets a share only if the proxies show that it is needed.
    Each resample adds residuals, drawn with replacement and scaled for the number of fitted parameters, to the fitted
    values, fits the same form again, and chooses its best mix in the same way.

    Args:
        surface: of the target.
        natural: [parts], the natural proportions.
        seed: of the resamples.
    """
    parts = len(natural)
    best = simplest(surface, natural)
    looked_at = np.vstack([lattice(parts), [best]])
    slack = surface.errors[surface.form.name]
    rng = generator("search", "bootstrap", seed)
    spare = max(len(surface.values) - len(surface.parameters), 1)
    residuals = (surface.values - surface.fitted) * np.sqrt(len(surface.values) / spare)
    residuals -= residuals.mean()
    found, predicted = np.empty((RESAMPLES, parts)), np.empty(RESAMPLES)
    for number in range(RESAMPLES):
        again = surface.fitted + rng.choice(residuals, len(residuals))
        parameters = surface.form.fit(surface.shares, again, surface.parameters)
        losses = surface.form.predict(parameters, looked_at)
        found[number] = best if surface.says_nothing else looked_at[_fewest_parts(looked_at, losses, slack)]
        predicted[number] = losses[-1]
    low, high = np.quantile(found, [0.025, 0.975], axis=0)
    value_low, value_high = np.quantile(predicted, [0.025, 0.975])
    return Proposal(
        shares=best, low=tuple(np.minimum(low, best).tolist()), high=tuple(np.maximum(high, best).tolist()),
        value=float(surface.predict(np.asarray([best]))[0]), value_low=float(value_low), value_high=float(value_high),
    )  # fmt: skip


def next_mix(surface: Surface) -> tuple[float, ...]:
    """The mix to measure next: the predicted best among those that differ enough from every measured mix.

    If several are equally good, as on a flat surface, it is the one farthest from the measured mixes.
    """
    known = lattice(surface.shares.shape[1])
    apart = np.abs(known[:, None] - surface.shares[None]).sum(axis=2).min(axis=1) / 2
    order = np.lexsort([-apart, surface.predict(known).round(12)])
    fresh = order[apart[order] >= NEW_MIX]
    return rounded(known[fresh[0] if len(fresh) else int(np.argmax(apart))])


def lattice(parts: int, most: int = LATTICE) -> Floats:
    """Mixes spread evenly over all possible ones, including every part alone.

    Args:
        parts: the number of parts.
        most: the maximum number of mixes.

    Returns:
        [mixes, parts].
    """
    steps = 1
    while steps < 100 and comb(steps + parts, parts - 1) <= most:
        steps += 1
    bars = np.asarray(list(combinations(range(steps + parts - 1), parts - 1)))
    edges = np.hstack([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), steps + parts - 1)])
    return np.asarray((np.diff(edges, axis=1) - 1) / steps, np.float64)


def optimum(surface: Surface, natural: tuple[float, ...]) -> tuple[float, ...]:
    """The mix with the lowest predicted loss, in whole percent; natural proportions if no form fits.

    Args:
        surface: the fitted response.
        natural: [parts], the natural proportions.
    """
    return natural if surface.says_nothing else rounded(_lowest(surface), PROPOSED_STEPS)


def simplest(surface: Surface, natural: tuple[float, ...]) -> tuple[float, ...]:
    """The best mix with the fewest parts that is as good as the optimum, in whole percent.

    A mix is as good if its loss differs by less than the error of predicting a left-out proxy.

    Args:
        surface: the fitted response.
        natural: [parts], the natural proportions, returned if no form fits.
    """
    return natural if surface.says_nothing else rounded(_lowest(surface, simple=True), PROPOSED_STEPS)


def _fewest_parts(mixes: Floats, losses: Floats, slack: float) -> int:
    """Among the mixes within `slack` of the lowest loss, the index of the best with the fewest parts."""
    within = losses <= losses.min() + slack
    parts = np.where(within, (mixes > 0).sum(axis=1), mixes.shape[1] + 1)
    return int(np.argmin(np.where(parts == parts.min(), losses, np.inf)))


def _lowest(surface: Surface, *, simple: bool = False) -> Floats:
    """[parts], the best mix of the lattice, refined by moving smaller and smaller shares between parts.

    Args:
        simple: whether to prefer fewer parts if that costs less than the error of predicting a proxy.
    """
    known = lattice(surface.shares.shape[1])
    losses = surface.predict(known)
    best = known[_fewest_parts(known, losses, surface.errors[surface.form.name] if simple else 0.0)]
    step = 0.1
    while step > 0.001:
        moved = _moves(best, step, best > 0 if simple else np.ones(len(best), bool))
        if not len(moved):
            break
        losses = surface.predict(moved)
        if losses.min() < surface.predict(best[None])[0] - 1e-12:
            best = np.asarray(moved[int(np.argmin(losses))])
        else:
            step /= 2
    return np.asarray(best)


def _moves(shares: Floats, step: float, parts: NDArray[np.bool_]) -> Floats:
    """[moves, parts], the mixes after moving at most `step` from one of these parts to another."""
    made = []
    for one in range(len(shares)):
        for other in range(len(shares)):
            if one != other and parts[one] and parts[other]:
                moved = shares.copy()
                amount = min(step, moved[one])
                moved[one] -= amount
                moved[other] += amount
                made.append(moved)
    return np.asarray(made)
