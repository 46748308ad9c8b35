"""The uncertainty of a difference between two students: paired bootstrap over dev examples and seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from corpora import generator
from corpora.errors import first_line
from trainer.errors import ResultDamaged
from trainer.evaluation.results import Column, Evidence, answers_path, check_answers, read_sealed
from trainer.evaluation.scoring import glue_score
from trainer.runtime import parse_json

RESAMPLES = 1000
MOST_KEPT = 10_000
"""Draws of more units are made anew for each comparison, since they would need much memory."""
Verdict = Literal["better", "worse", "no difference", "cannot tell"]
Sums = NDArray[np.float64]
"""[resamples, k], the sums over each resample's examples from which a metric is computed."""


@dataclass(frozen=True)
class Interval:
    """A difference in points, with the interval of 95 % of its resamples."""

    difference: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether the whole interval is on one side of 0."""
        return self.low > 0 or self.high < 0

    def verdict(self, digits: int) -> Verdict:
        """What the interval says about the first side, judged by the figures that a reader sees.

        `better` or `worse` if the difference and its whole interval, as shown, are on one side of zero. `no difference`
        if the difference is shown as zero and the interval reaches at most one unit of the last digit away from it.
        `cannot tell` otherwise.

        Args:
            digits: shown after the decimal point.
        """
        unit = 10**digits
        low, middle, high = (round(value * unit) for value in (self.low, self.difference, self.high))
        if min(low, middle) > 0:
            return "better"
        if max(middle, high) < 0:
            return "worse"
        return "no difference" if middle == 0 and -1 <= low <= high <= 1 else "cannot tell"


def _accuracy(sums: Sums) -> NDArray[np.float64]:
    return np.asarray(sums[:, 0] / sums[:, 1])


def _f1(sums: Sums) -> NDArray[np.float64]:
    true, false, missed = sums.T
    return np.asarray(2 * true / np.maximum(2 * true + false + missed, 1e-12))


def _matthews(sums: Sums) -> NDArray[np.float64]:
    """For any number of classes, from how often each is answered and right (Gorodkin 2004, Comput. Biol. Chem. 28)."""
    total, right, (answered, gold) = sums[:, 0], sums[:, 1], np.split(sums[:, 2:], 2, axis=1)
    below = np.sqrt((total**2 - (answered**2).sum(1)) * (total**2 - (gold**2).sum(1)))
    return np.asarray(np.where(below > 0, (right * total - (answered * gold).sum(1)) / np.maximum(below, 1e-12), 0.0))


def _correlation(sums: Sums) -> NDArray[np.float64]:
    n, x, y, xx, yy, xy = sums.T
    below = np.sqrt(np.maximum(xx - x * x / n, 0) * np.maximum(yy - y * y / n, 0))
    return np.where(below > 1e-9, (xy - x * y / n) / np.maximum(below, 1e-9), 0.0)


METRICS: dict[str, Callable[[Sums], NDArray[np.float64]]] = {
    "accuracy": _accuracy,
    "f1": _f1,
    "matthews": _matthews,
    "pearson": _correlation,
    "spearman": _correlation,
}
"""Each metric as a function of sums over examples, so that a resample costs one row of a matrix product."""


def parts(metric: str, answers: NDArray[np.generic], gold: NDArray[np.generic]) -> NDArray[np.float64]:
    """Each example's contribution to the sums of a metric. Ranks are always those in the whole dev set.

    Args:
        metric: one of METRICS.
        answers: [examples], class numbers or values.
        gold: [examples], the right answers.

    Returns:
        [examples, k], float64.
    """
    if metric == "accuracy":
        return np.stack([answers == gold, np.ones(len(gold))], axis=1).astype(np.float64)
    if metric == "f1":
        ours, theirs = answers == 1, gold == 1
        return np.stack([ours & theirs, ours & ~theirs, ~ours & theirs], axis=1).astype(np.float64)
    if metric == "matthews":
        classes = np.union1d(answers, gold)
        both, answered, right = (answers == gold)[:, None], answers[:, None] == classes, gold[:, None] == classes
        return np.concatenate((np.ones_like(both), both, answered, right), axis=1).astype(np.float64)
    x, y = np.asarray(answers, np.float64), np.asarray(gold, np.float64)
    if metric == "spearman":
        from scipy.stats import rankdata

        x, y = rankdata(x), rankdata(y)
    x, y = ((values - values.mean()) / (values.std() or 1.0) for values in (x, y))  # so that no sum is tiny or huge
    return np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1)


def difference(one: Mapping[str, Column], other: Mapping[str, Column], measure: str, preset: str) -> Interval | None:
    """How many points one side scores above the other, on the dev sets that both answered.

    Each resample draws dev examples with replacement, the same ones for both sides, and seeds of each
    side with replacement (Efron and Tibshirani 1993; paired as in Koehn 2004).

    Args:
        one, other: evaluated columns by title, as in `RunResults.columns`.
        measure: `glue`, `exact match` or `f1`.
        preset: of the GLUE score.

    Returns:
        None if no column has the same examples on both sides.
    """
    shared = [name for name in one if name in other and (name == "SQuAD") == (measure != "glue")]
    ours: dict[str, NDArray[np.float64]] = {}
    theirs: dict[str, NDArray[np.float64]] = {}
    for name in shared:
        sampled = _column(name, one[name], other[name], measure)
        if sampled is not None:
            ours[name], theirs[name] = sampled
    if not ours:
        return None
    if measure != "glue":
        apart = ours["SQuAD"] - theirs["SQuAD"]
    elif glue_score(dict.fromkeys(ours, 0.0), preset).tasks:
        apart = _glue(ours, preset) - _glue(theirs, preset)
    else:
        return None
    low, high = np.quantile(apart[1:], [0.025, 0.975])
    return Interval(float(apart[0]), float(low), float(high))


def _glue(columns: Mapping[str, NDArray[np.float64]], preset: str) -> NDArray[np.float64]:
    """[1 + resamples], the GLUE score of each resample."""
    rows = np.stack(list(columns.values()), axis=1).tolist()
    made = [glue_score(dict(zip(columns, row, strict=True)), preset).value for row in rows]
    return np.asarray(made, dtype=np.float64)


def _column(
    name: str, one: Column, other: Column, measure: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """[1 + resamples] scores of each side in percent, starting with the whole dev set."""
    left, right = ([evidence(cell, name) for cell in side.cells] for side in (one, other))
    if any(seen["gold"] != left[0]["gold"] for seen in (*left, *right)) or not set(one.metrics) & _known(name):
        return None
    examples = len(left[0].get("points") or left[0]["gold"])
    weights, rng = resampled("bootstrap", name, examples, resamples=RESAMPLES)
    metrics = [measure] if name == "SQuAD" else list(one.metrics)
    sides = []
    for side in (left, right):
        scores = np.stack([np.mean([score(metric, seen, weights) for metric in metrics], axis=0) for seen in side])
        drawn = rng.integers(len(side), size=(1 + RESAMPLES, len(side)))
        drawn[0] = np.arange(len(side))
        sides.append(100 * np.take_along_axis(scores.T, drawn, axis=1).mean(axis=1))
    return sides[0], sides[1]


def resampled(kind: str, name: str, units: int, *, resamples: int) -> tuple[NDArray[np.float64], Generator]:
    """How often each resample has each unit, the same for the same arguments, and the generator after drawing them.

    A report compares many pairs on the same units, so that small draws are kept in memory.

    Args:
        kind: what is resampled; with `name` and `units`, the key of the generator.
        name: of the dev set or dataset.
        units: the number of examples or documents.
        resamples: how many.

    Returns:
        [1 + resamples, units], starting with a row of ones; and the generator.
    """
    rng = generator(kind, name, units)
    weights = np.ones((1 + resamples, units))
    if units > MOST_KEPT:
        weights[1:] = _drawn(rng, units, resamples)
    else:
        weights[1:], rng.bit_generator.state = _kept(kind, name, units, resamples)
    return weights, rng


def _drawn(rng: Generator, units: int, resamples: int) -> NDArray[np.int64]:
    return rng.multinomial(units, np.full(units, 1 / units), resamples)


@lru_cache(maxsize=16)
def _kept(kind: str, name: str, units: int, resamples: int) -> tuple[NDArray[np.uint16], Mapping[str, Any]]:
    """The counts, [resamples, units], and the generator's state after them."""
    rng = generator(kind, name, units)
    return _drawn(rng, units, resamples).astype(np.uint16), rng.bit_generator.state


def _known(name: str) -> set[str]:
    return {"exact match", "f1"} if name == "SQuAD" else set(METRICS)


def score(metric: str, seen: Evidence, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """A metric of one set of answers, for each resample.

    Args:
        metric: one of METRICS; for spans, `exact match` or `f1`.
        seen: the answers and the right answers, as returned by `evidence`.
        weights: [resamples, examples], how often each resample has each example.

    Returns:
        [resamples], from 0 to 1, or from -1 for correlations.
    """
    if "points" in seen:
        column = np.asarray(seen["points"], np.float64)[:, int(metric == "f1")]
        shares: NDArray[np.float64] = weights @ column / weights.sum(axis=1)
        return shares
    return METRICS[metric](weights @ parts(metric, np.asarray(seen["answers"]), np.asarray(seen["gold"])))


def evidence(cell: str, column: str) -> Evidence:
    """The answers in one cell to one dev set, with the right answers or the points of each answer.

    Args:
        cell: the file of a result.
        column: the title of the dev set.

    Raises:
        ResultDamaged: the file is missing, was edited, or has other content.
    """
    path = answers_path(Path(cell))
    if Path(cell).is_file():
        check_answers(Path(cell), read_sealed(Path(cell)))
    try:
        return msgspec.convert(parse_json(path.read_bytes()), dict[str, Evidence])[column]
    except (OSError, ValueError, KeyError) as error:
        raise ResultDamaged(
            f"{path} does not have answers to {column} ({first_line(error)}); evaluate again"
        ) from error


def as_words(interval: Interval | None) -> str:
    """The interval as part of a sentence: `(95 % interval 1.2 to 3.4, which excludes zero)`."""
    if interval is None:
        return "(no interval: one side's answers are missing)"
    verb = "excludes" if interval.excludes_zero else "includes"
    return f"(95 % interval {interval.low:+.1f} to {interval.high:+.1f}, which {verb} zero)"
