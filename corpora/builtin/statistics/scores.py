"""Summarise a dataset's scores: minimum, maximum, mean, and quantiles from counts by their leading bits."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from corpora import Array, Context, Counts, Json, Sequences, Statistic, hookimpl

BINS = 2**16
"""The sign, the exponent and 7 more bits of a float32: scores in one bin differ by less than 0.8 %."""
SHARES = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
NONE = 2**32 - 1
"""The key of a row without a score."""


@dataclass(frozen=True)
class Scores(Statistic):
    """The distribution of a dataset's scores. Quantiles are accurate to 0.8 %, everything else is exact."""

    name: ClassVar[str] = "scores"
    of: ClassVar[Literal["sentences", "tokens", "both"]] = "both"

    def count(self, block: Sequences, context: Context) -> Counts:
        """For each column of floats, the rows by the leading bits of their scores, the sum, and both extremes.

        Args:
            block: its values are not used.
            context: has the columns of scores, NaN where a row has none.
        """
        counts: dict[str, Array] = {}
        for name, column in context.columns.items():
            if column.dtype.kind == "f":
                keys = sortable(column)
                there = column[keys != NONE].astype(np.float64)
                counts[f"bins {name}"] = np.bincount((keys >> np.uint64(16)).astype(np.int64), minlength=BINS)
                counts[f"sum {name}"] = np.array([there.sum(), len(column) - len(there)])
                counts[f"ends {name}"] = np.array([there.min(initial=np.inf), there.max(initial=-np.inf)])
        return counts

    def merge(self, one: Counts, other: Counts) -> Counts:
        """The combined counts: counts and sums are added, extremes compared."""
        merged = dict(super().merge(one, other))
        for name in merged:
            if name.startswith("ends ") and name in one and name in other:
                pair = np.stack([one[name], other[name]])
                merged[name] = np.array([pair[:, 0].min(), pair[:, 1].max()])
        return merged

    def summarise(self, counts: Counts) -> dict[str, Json]:
        """For each score, the minimum, maximum, mean, quantiles, and the number of rows without one."""
        names = [name.removeprefix("bins ") for name in counts if name.startswith("bins ")]
        return {name: _summary(*(counts[f"{part} {name}"] for part in ("bins", "sum", "ends"))) for name in names}


def _summary(bins: Array, total: Array, ends: Array) -> dict[str, Json]:
    missing = int(total[1])
    rows = int(bins.sum()) - missing
    if not rows:
        return {"rows_without": missing}
    running = np.cumsum(bins)
    places = [int(np.searchsorted(running, max(1, share * rows))) for share in SHARES]
    quantiles = {f"{share:g}": float(f"{_middle(place):.4g}") for share, place in zip(SHARES, places, strict=True)}
    figures = {"least": float(ends[0]), "greatest": float(ends[1]), "mean": float(total[0] / rows)}
    return {**figures, "quantiles": quantiles, "rows_without": missing}


def sortable(scores: Array) -> NDArray[np.uint64]:
    """Scores as 32-bit integer keys in the same order; rows without a score (NaN) come last.

    Args:
        scores: [rows], any float type; compared as float32.

    Returns:
        [rows], uint64, below 2**32.
    """
    with np.errstate(over="ignore"):
        bits = (scores.astype(np.float32) + np.float32(0)).view(np.uint32)  # no negative zero
    keys = np.where(bits >> 31, ~bits, bits | np.uint32(2**31)).astype(np.uint64)
    keys[np.isnan(scores)] = NONE
    return keys


def _middle(place: int) -> float:
    """The score in the middle of a bin."""
    key = np.uint32(place << 16 | 2**15)
    bits = key ^ np.uint32(2**31) if key >> 31 else ~key
    return float(np.array(bits, np.uint32).view(np.float32))


@hookimpl
def corpora_statistics() -> list[type[Statistic]]:
    """Offer the statistic."""
    return [Scores]
