"""The order of the rows: a keyed permutation, so that two numbers give a position in training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corpora import seed_of

ROUNDS = 6
UInt64s = NDArray[np.uint64]


def rows_at(positions: NDArray[np.int64], *, rows: int, key: tuple[object, ...]) -> NDArray[np.int64]:
    """The rows at these positions of a random order of all rows, without computing the whole order.

    A Feistel network permutes the smallest power of four that is not below the number of rows; a result outside the
    rows is permuted again until it is inside (cycle walking, Black and Rogaway 2002). It keeps no state, so resuming
    needs none.

    Args:
        positions: [n], each from 0 to rows - 1.
        rows: the number of rows.
        key: JSON values that name the order, such as (seed, "order", epoch).

    Returns:
        [n], int64; over all positions, every row occurs exactly once.
    """
    half_bits = max(1, (max(rows - 1, 1).bit_length() + 1) // 2)
    keys = [np.uint64(seed_of(*key, number)) for number in range(ROUNDS)]
    values = _feistel(positions.astype(np.uint64), half_bits, keys)
    while (outside := values >= rows).any():
        values[outside] = _feistel(values[outside], half_bits, keys)
    return values.astype(np.int64)


def _feistel(values: UInt64s, half_bits: int, keys: list[np.uint64]) -> UInt64s:
    bits, mask = np.uint64(half_bits), np.uint64((1 << half_bits) - 1)
    left, right = values >> bits, values & mask
    for key in keys:
        left, right = right, left ^ (_mixed(right ^ key) & mask)
    return (left << bits) | right


def _mixed(values: UInt64s) -> UInt64s:
    """The finaliser of SplitMix64 (Steele et al. 2014): every output bit depends on every input bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
