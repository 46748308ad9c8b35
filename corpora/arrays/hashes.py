"""Hash the rows of a ragged block, all at once: equal rows have equal hashes at any position."""

import numpy as np
from numpy.typing import NDArray

from corpora.arrays.count_tables import Keys, mix_bits
from corpora.plugin import Array

BASE = 0x9E3779B97F4A7C15
INVERSE = pow(BASE, -1, 2**64)
TABLE = 2**20
"""Values below this are hashed once, through a lookup table; larger ones are hashed directly, with the same result."""


def row_hashes(values: Array, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> Keys:
    """The hash of each piece `values[start:stop]`: a polynomial in a fixed odd base modulo 2**64, then mixed.

    A running sum over the whole block gives each piece's hash with one subtraction. Two different pieces collide
    with a probability of about 2**-60; this does not protect against deliberate collisions.

    Args:
        values: [values], integers from 0 up.
        starts: [pieces], the index of the first value of each.
        stops: [pieces], the index after the last value of each.

    Returns:
        [pieces].
    """
    if not len(starts):
        return np.zeros(0, dtype=np.uint64)
    highest = int(values.max(initial=0))
    codes = mix_bits(np.arange(highest + 1), salt=3)[values] if highest < TABLE else mix_bits(values, salt=3)
    sums = np.zeros(len(values) + 1, dtype=np.uint64)
    np.cumsum(codes * _powers(BASE, len(values)), out=sums[1:])
    hashes = (sums[stops] - sums[starts]) * _powers(INVERSE, len(values) + 1)[starts]
    return mix_bits(hashes ^ mix_bits(stops - starts))


def ngram_hashes(values: Array, offsets: NDArray[np.int64], n: int) -> tuple[Keys, NDArray[np.int64]]:
    """The hash of every n-gram that lies within a row, and the row of each.

    Args:
        values: [values], integers from 0 up.
        offsets: [rows + 1], from 0 to the number of values.
        n: values per n-gram, at least 1; shorter rows have none.

    Returns:
        [n-grams] both, in row order.
    """
    lengths = np.diff(offsets)
    within = np.maximum(lengths - n + 1, 0)
    rows = np.repeat(np.arange(len(lengths)), within)
    starts = np.arange(len(rows)) - np.repeat(np.cumsum(within) - within - offsets[:-1], within)
    return row_hashes(values, starts, starts + n), rows


def _powers(base: int, count: int) -> Keys:
    """base ** 0, base ** 1, … modulo 2**64: [count]."""
    powers = np.full(count, base, dtype=np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint64)
