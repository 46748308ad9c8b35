"""The best mix by the response surface: the form chosen by cross-validation, the optimum, and how sure both are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from corpora import generator
from trainer.experiments.search.draws import rounded
from trainer.experiments.search.surfaces import Floats, Form, left_out_error, proxies_needed

RESAMPLES = 400
LATTICE = 6000
"""At most so many mixes are looked at before the best one is refined."""
NEW_MIX = 0.05
"""How much of a mix must differ from every other for another proxy to be worth training."""
PROPOSED_STEPS = 100
"""A proposal is in whole percent; the surface does not tell finer ones apart."""


@dataclass(frozen=True)
class Surface:
    """A fitted response surface of one measure. Values are losses: lower is better."""

    form: Form
    parameters: Floats
    errors: dict[str, float]
    """By form, the error of predicting left-out proxies; infinite for a form that would take more proxies."""
    fitted: Floats
    """[proxies], the values that the surface gives."""
    shares: Floats
    values: Floats

    def predict(self, shares: Floats) -> Floats:
        """[mixes], the predicted losses."""
        return self.form.predict(self.parameters, shares)

    @property
    def says_nothing(self) -> bool:
        """Whether no form predicts a left-out proxy better than the mean of the others does."""
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
    """The form that predicts left-out proxies best, fitted to all of them; of equals, the first.

    Args:
        forms: from the fewest parameters on.
        shares: [proxies, parts].
        values: [proxies], losses.
    """
    enough = [form for form in forms if proxies_needed(form, shares.shape[1]) <= len(values)]
    errors = {form.name: left_out_error(form, shares, values) for form in enough}
    best = min(enough, key=lambda form: errors[form.name])
    parameters = best.fit(shares, values)
    return Surface(best, parameters, errors, best.predict(parameters, shares), shares, values)


def propose(surface: Surface, natural: tuple[float, ...], *, seed: int) -> Proposal:
    """The mix to use; natural proportions if the shares make no difference that the proxies show.

    Each resample adds residuals, drawn with replacement and scaled for the parameters fitted, to the fitted values,
    fits the same form again, and takes its best mix.

    Args:
        natural: the natural proportions.
        seed: of the resamples.
    """
    parts = len(natural)
    best = optimum(surface, natural)
    looked_at = np.vstack([lattice(parts), [best]])
    rng = generator("search", "bootstrap", seed)
    spare = max(len(surface.values) - len(surface.parameters), 1)
    residuals = (surface.values - surface.fitted) * np.sqrt(len(surface.values) / spare)
    residuals -= residuals.mean()
    found, predicted = np.empty((RESAMPLES, parts)), np.empty(RESAMPLES)
    for number in range(RESAMPLES):
        again = surface.fitted + rng.choice(residuals, len(residuals))
        parameters = surface.form.fit(surface.shares, again, surface.parameters)
        losses = surface.form.predict(parameters, looked_at)
        found[number] = best if surface.says_nothing else looked_at[int(np.argmin(losses))]
        predicted[number] = losses[-1]
    low, high = np.quantile(found, [0.025, 0.975], axis=0)
    value_low, value_high = np.quantile(predicted, [0.025, 0.975])
    return Proposal(
        shares=best, low=tuple(np.minimum(low, best).tolist()), high=tuple(np.maximum(high, best).tolist()),
        value=float(surface.predict(np.asarray([best]))[0]), value_low=float(value_low), value_high=float(value_high),
    )  # fmt: skip


def next_mix(surface: Surface) -> tuple[float, ...]:
    """The mix to measure next: the best by the surface that differs enough from every mix measured so far.

    If several are equally good, as on a flat surface, it is the one farthest from those measured.
    """
    known = lattice(surface.shares.shape[1])
    apart = np.abs(known[:, None] - surface.shares[None]).sum(axis=2).min(axis=1) / 2
    order = np.lexsort([-apart, surface.predict(known).round(12)])
    fresh = order[apart[order] >= NEW_MIX]
    return rounded(known[fresh[0] if len(fresh) else int(np.argmax(apart))])


def lattice(parts: int, most: int = LATTICE) -> Floats:
    """[mixes, parts], mixes spread evenly over all there are; every part alone is among them.

    Args:
        parts: how many datasets are mixed.
        most: how many mixes at most.
    """
    steps = 1
    while steps < 100 and comb(steps + parts, parts - 1) <= most:
        steps += 1
    bars = np.asarray(list(combinations(range(steps + parts - 1), parts - 1)))
    edges = np.hstack([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), steps + parts - 1)])
    return np.asarray((np.diff(edges, axis=1) - 1) / steps, np.float64)


def optimum(surface: Surface, natural: tuple[float, ...]) -> tuple[float, ...]:
    """The mix with the lowest predicted loss, in whole percent; natural proportions if the surface says nothing.

    Args:
        surface: the fitted response.
        natural: the shares of the parts as they are.
    """
    return natural if surface.says_nothing else rounded(_lowest(surface), PROPOSED_STEPS)


def _lowest(surface: Surface) -> Floats:
    """[parts], the best mix of the lattice, refined by moving ever smaller shares from one part to another."""
    known = lattice(surface.shares.shape[1])
    best = known[int(np.argmin(surface.predict(known)))]
    step = 0.1
    while step > 0.001:
        moved = _moves(best, step)
        losses = surface.predict(moved)
        if losses.min() < surface.predict(best[None])[0] - 1e-12:
            best = np.asarray(moved[int(np.argmin(losses))])
        else:
            step /= 2
    return np.asarray(best)


def _moves(shares: Floats, step: float) -> Floats:
    """[moves, parts], the mixes after moving at most `step` from one part to another."""
    made = []
    for one in range(len(shares)):
        for other in range(len(shares)):
            if one != other:
                moved = shares.copy()
                amount = min(step, moved[one])
                moved[one] -= amount
                moved[other] += amount
                made.append(moved)
    return np.asarray(made)
