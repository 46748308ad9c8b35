"""Hash the rows of a ragged block, all at once: equal rows have equal hashes at any position."""

import numpy as np
from numpy.typing import NDArray

from corpora.arrays.count_tables import Keys, mix
from corpora.plugin import Array

BASE = 0x9E3779B97F4A7C15
INVERSE = pow(BASE, -1, 2**64)
TABLE = 2**20
"""Values below this are mixed once, in a table; larger ones each time, with the same result."""


def row_hashes(values: Array, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> Keys:
    """A polynomial in a fixed odd base, modulo 2**64, of each piece `values[start:stop]`, scattered at the end.

    A running sum over the whole block gives every piece by one subtraction. Two pieces that differ have
    the same hash by chance in about one of 2**60 cases; it does not protect against deliberate collisions.

    Args:
        values: [values], whole numbers from 0 on.
        starts: [pieces].
        stops: [pieces].
    """
    if not len(starts):
        return np.zeros(0, dtype=np.uint64)
    highest = int(values.max(initial=0))
    codes = mix(np.arange(highest + 1), salt=3)[values] if highest < TABLE else mix(values, salt=3)
    sums = np.zeros(len(values) + 1, dtype=np.uint64)
    np.cumsum(codes * _powers(BASE, len(values)), out=sums[1:])
    hashes = (sums[stops] - sums[starts]) * _powers(INVERSE, len(values) + 1)[starts]
    return mix(hashes ^ mix(stops - starts))


def ngram_hashes(values: Array, offsets: NDArray[np.int64], n: int) -> tuple[Keys, NDArray[np.int64]]:
    """The hash of every n-gram within a row, and the row of each: [n-grams] both."""
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
