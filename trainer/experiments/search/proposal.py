"""The best mix by the response surface: the form chosen by cross-validation, the optimum, and how sure both are."""

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
"""At most so many mixes are looked at before the best one is refined."""
NEW_MIX = 0.05
"""How much of a mix must differ from every other for another proxy to be worth training."""
AS_GOOD = 0.1
"""How much larger the left-out error of a simpler form may be than the lowest."""
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
    """The form that predicts left-out proxies best, fitted to all of them; of those about as good, the simplest.

    Where every value is above 0, as a divergence is, a form that predicts one below 0 for some mix is not chosen.

    Args:
        forms: from the fewest parameters on.
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
    """The mix to use; natural proportions if the shares make no difference that the proxies show.

    Of the mixes predicted to be as good as the best one, within the error of predicting a left-out proxy, it is the
    best with the fewest parts: a part gets a share only if the proxies show that it is needed. Each resample adds
    residuals, drawn with replacement and scaled for the parameters fitted, to the fitted values, fits the same form
    again, and takes its best mix in the same way.

    Args:
        natural: the natural proportions.
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


def simplest(surface: Surface, natural: tuple[float, ...]) -> tuple[float, ...]:
    """The best of the mixes with the fewest parts that are as good as the optimum, in whole percent.

    As good is what lies within the error of predicting a left-out proxy.
    """
    return natural if surface.says_nothing else rounded(_lowest(surface, simple=True), PROPOSED_STEPS)


def _fewest_parts(mixes: Floats, losses: Floats, slack: float) -> int:
    """Which mix has the lowest loss among those with the fewest parts within the slack of the lowest loss of all."""
    within = losses <= losses.min() + slack
    parts = np.where(within, (mixes > 0).sum(axis=1), mixes.shape[1] + 1)
    return int(np.argmin(np.where(parts == parts.min(), losses, np.inf)))


def _lowest(surface: Surface, *, simple: bool = False) -> Floats:
    """[parts], the best mix of the lattice, refined by moving ever smaller shares from one part to another.

    Args:
        simple: whether to take fewer parts where that costs less than the proxies can show.
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
