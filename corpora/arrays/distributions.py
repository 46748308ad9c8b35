"""Figures computed from counts: histograms, mean, median, entropy."""

import numpy as np
from numpy.typing import NDArray

from corpora.plugin import Array

LAST = 65_536
"""Lengths up to this have one bin each; all longer ones share the next bin."""


def histogram(lengths: Array) -> NDArray[np.int64]:
    """The number of rows of each length: [at most LAST + 2]; the last bin counts all lengths above LAST.

    Args:
        lengths: [rows], integers from 0, in tokens or words.
    """
    return np.bincount(np.minimum(lengths, LAST + 1)).astype(np.int64)


def median(histogram: Array) -> float | None:
    """The middle length, or the mean of the middle two; None if there are no rows.

    Args:
        histogram: [lengths], as `histogram` returns it; the result is exact up to `LAST`.
    """
    total = int(histogram.sum())
    if not total:
        return None
    ends = np.cumsum(histogram)
    low = int(np.searchsorted(ends, (total - 1) // 2, side="right"))
    high = int(np.searchsorted(ends, total // 2, side="right"))
    return (low + high) / 2


def mean(total: int, count: int) -> float | None:
    """The total divided by the count; None if the count is 0.

    Args:
        total: the sum of the values.
        count: how many values were added up.
    """
    return total / count if count else None


def entropy(counts: Array) -> float:
    """The entropy of a distribution given as counts, in bits; 0.0 if there are none.

    Args:
        counts: [outcomes], from 0; zeros do not contribute.
    """
    shares = counts[counts > 0] / max(1, counts.sum())
    return float(-(shares * np.log2(shares)).sum()) + 0.0
