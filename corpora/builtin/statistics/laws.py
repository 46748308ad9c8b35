"""Fit the two laws of word frequencies: Zipf's (rank and frequency) and Heaps' (text and vocabulary)."""

import numpy as np

from corpora import Array


def zipf_slope(counts: Array) -> float:
    """The exponent s for which frequency decreases as rank ** -s, by maximum likelihood over the observed ranks.

    The likelihood is that of the truncated zeta distribution. Its derivative with respect to s is decreasing, so its
    zero is found by bisection. (A line fitted to the logarithms would be dominated by the many rare ranks; Clauset et
    al. 2009, arXiv 0706.1062.)

    Args:
        counts: [types], in any order.

    Returns:
        From 0 to 10; 0.0 if there are fewer than two types.
    """
    ranked = np.sort(counts[counts > 0].astype(np.float64))[::-1]
    if len(ranked) < 2:
        return 0.0
    logs = np.log(np.arange(1, len(ranked) + 1))
    seen = float(ranked @ logs / ranked.sum())
    low, high = 0.0, 10.0
    for _ in range(40):
        middle = (low + high) / 2
        weights = np.exp(-middle * logs)
        expected = float(weights @ logs / weights.sum())
        low, high = (middle, high) if expected > seen else (low, middle)
    return (low + high) / 2


def heaps_fit(tokens: Array, types: Array) -> tuple[float, float] | None:
    """K and beta for which types = K * tokens ** beta, by least squares on the logarithms.

    Args:
        tokens: [points], how many tokens were read; points with 0 are ignored.
        types: [points], how many types were among them.

    Returns:
        K and beta; None if there are fewer than two points.
    """
    kept = (np.asarray(tokens) > 0) & (np.asarray(types) > 0)
    x, y = np.log(np.asarray(tokens)[kept]), np.log(np.asarray(types)[kept])
    if len(x) < 2 or np.ptp(x) == 0:
        return None
    beta = float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())
    return float(np.exp(y.mean() - beta * x.mean())), beta
