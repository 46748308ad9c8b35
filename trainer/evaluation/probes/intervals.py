"""95 % intervals for probes: Wilson's for rates, the bootstrap over sequences for everything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from corpora import generator
from trainer.errors import ProbeError
from trainer.plugin import Estimate, Stratum, Units

RESAMPLES = 1000
QUANTILES = (0.025, 0.975)
Floats = NDArray[np.float64]


def rate_estimate(successes: int, trials: int) -> Estimate:
    """A rate with Wilson's interval, which is valid for small numbers and for rates near 0 and 1.

    Args:
        successes: at most `trials`.
        trials: at least 1.
    """
    from scipy.stats import binomtest

    bounds = binomtest(successes, trials).proportion_ci(confidence_level=0.95, method="wilson")
    return Estimate(successes / trials, float(bounds.low), float(bounds.high), float(successes))


def mean_of_rates(rates: Sequence[Estimate]) -> Estimate:
    """The unweighted mean of independent rates, with an interval from theirs.

    Distances to the bounds are squared and added (Newcombe 1998, Statistics in Medicine 17, 873-890). A single rate
    keeps Wilson's interval, and a rate that is 0 or 1 in every part keeps an interval that is not empty.

    Args:
        rates: at least one, each with Wilson's interval.
    """
    value, low, high = (np.array([getattr(rate, key) for rate in rates]) for key in ("value", "low", "high"))
    mean = float(value.mean())
    below, above = (float(np.sqrt(np.sum((value - bound) ** 2))) / len(rates) for bound in (low, high))
    return Estimate(mean, mean - below, mean + above)


def group_means(units: Units, metric: str) -> Floats:
    """Each group's sum divided by its count, as measured and for each resample.

    Each resample draws a group's units with replacement. The draws depend only on the sizes of the groups, so two
    models measured on the same units get the same draws, and differences between them are paired.

    Args:
        units: sums and counts, by document and group.
        metric: the metric whose sums are divided.

    Returns:
        [1 + resamples, groups]; the first row is the measurement.
    """
    columns = []
    for group in range(int(units.groups.max()) + 1):
        mine = units.groups == group
        columns.append(_ratios(units.sums[metric][mine, None], units.counts[mine, None], key=group)[:, 0])
    return np.stack(columns, axis=1)


def estimate(resampled: Floats, *, total: float | None = None) -> Estimate:
    """The measured value, with the interval of 95 % of the resamples.

    Args:
        resampled: [1 + resamples], the measured value first.
        total: the exact sum behind the measured value, if known.
    """
    if len(resampled) == 1 or not np.isfinite(resampled[1:]).any():
        return Estimate(float(resampled[0]), float(resampled[0]), float(resampled[0]), total)
    low, high = np.nanquantile(resampled[1:], QUANTILES)
    return Estimate(float(resampled[0]), float(low), float(high), total)


def stratify(
    split: str,
    names: Sequence[str],
    places: NDArray[np.int64],
    values: Mapping[str, Floats],
    units: NDArray[np.int64],
) -> list[Stratum]:
    """One stratum for each name that has examples; counts and totals add up to those of all examples.

    Intervals are computed with the bootstrap over units; that of a rate is at least as wide as Wilson's.

    Args:
        split: how the examples are grouped, such as `frequency`.
        names: the strata.
        places: [examples], the index of each example's stratum.
        values: [examples], by metric.
        units: [examples], what is drawn as a whole for the intervals, such as the number of the sequence.
    """
    if len(places) and not 0 <= places.min() <= places.max() < len(names):
        raise ProbeError(f"{split}: an example is in stratum {places.max()}, but there are only {len(names)}")
    _, unit = np.unique(units, return_inverse=True)
    shape = (int(unit.max()) + 1, len(names))
    counts = np.zeros(shape)
    np.add.at(counts, (unit, places), 1.0)
    estimates: list[dict[str, Estimate]] = [{} for _ in names]
    for metric, value in values.items():
        sums, binary = np.zeros(shape), bool(np.isin(value, (0.0, 1.0)).all())
        np.add.at(sums, (unit, places), value)
        resampled = _ratios(sums, counts, key=0)
        for number in range(len(names)):
            if counts[:, number].any():
                total = float(sums[:, number].sum())
                found = estimate(resampled[:, number], total=total)
                estimates[number][metric] = _at_least_wilson(found, int(counts[:, number].sum())) if binary else found
    return [
        Stratum(split, name, int(counts[:, number].sum()), estimates[number])
        for number, name in enumerate(names)
        if estimates[number]
    ]


def _at_least_wilson(found: Estimate, trials: int) -> Estimate:
    """A rate's interval, widened to Wilson's: the bootstrap over a few identical examples has no width."""
    wilson = rate_estimate(round(found.total or 0.0), trials)
    return replace(found, low=min(found.low, wilson.low), high=max(found.high, wilson.high))


def _ratios(sums: Floats, counts: Floats, *, key: int) -> Floats:
    """[1 + resamples, k]: sums divided by counts, for all units and for units drawn with replacement.

    Args:
        sums, counts: [units, k].
        key: seeds the draws.
    """
    drawn = len(sums)
    weights = np.ones((1 + RESAMPLES, drawn))
    weights[1:] = generator("probe", key, drawn).multinomial(drawn, np.full(drawn, 1 / drawn), RESAMPLES)
    below = weights @ counts
    return np.divide(weights @ sums, below, out=np.full_like(below, np.nan), where=below > 0)
