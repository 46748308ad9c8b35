"""Sorted tables of keys and counts: count keys, merge tables, and bound those that grow with the data.

There are two ways to bound a table. By *levels*: every key (or row) has one by a hash, level 1 or higher
for half of them, 2 or higher for a quarter, and when the table is full its lowest level goes. What stays is
a fair part, with exact counts, and depends neither on how the data was cut nor on the order of merging
(Wegman's adaptive sampling; Flajolet 1990). By *weight*: the heaviest keys stay, and every count is too low
by at most a known error (Misra & Gries 1982; merged as in Agarwal et al. 2012).
"""

import numpy as np
from numpy.typing import NDArray

from corpora.plugin import Array

Keys = NDArray[np.uint64]
Table = tuple[Keys, NDArray[np.int64]]
"""Distinct keys in rising order, and the count of each."""


def tally(keys: Keys, counts: NDArray[np.int64] | None = None) -> Table:
    """The distinct keys in rising order, and how often each occurs.

    Args:
        keys: [keys], in any order.
        counts: [keys], where each stands for more than one; only with sorted keys.
    """
    ordered = np.sort(keys) if counts is None else keys
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(ordered) else np.zeros(0, np.int64)
    if counts is None:
        return ordered[starts], np.diff(starts, append=len(ordered))
    return ordered[starts], np.add.reduceat(counts, starts) if len(starts) else counts[:0]


def merged(one: Table, other: Table) -> Table:
    """Two tables as one; the cost is one look-up in the longer table per key of the shorter one."""
    (keys, counts), (more, added) = (one, other) if len(one[0]) >= len(other[0]) else (other, one)
    places = np.searchsorted(keys, more)
    known = np.zeros(len(more), dtype=bool)
    inside = places < len(keys)
    known[inside] = keys[places[inside]] == more[inside]
    counts = np.array(counts)
    counts[places[known]] += added[known]
    new = ~known
    return np.insert(keys, places[new], more[new]), np.insert(counts, places[new], added[new])


def joined(one: Keys, other: Keys) -> tuple[Keys, NDArray[np.int64], NDArray[np.int64]]:
    """The distinct keys of two tables, and the position among them of each key of the first and of the second."""
    keys = tally(np.concatenate([one, other]))[0]
    return keys, np.searchsorted(keys, one), np.searchsorted(keys, other)


def heaviest(counts: NDArray[np.int64], capacity: int) -> tuple[NDArray[np.int64], int]:
    """The positions of the counts that stay in a table of this capacity, and the number to subtract from each."""
    if len(counts) <= capacity:
        return np.arange(len(counts)), 0
    weight = int(np.partition(counts, len(counts) - capacity - 1)[len(counts) - capacity - 1])
    return np.flatnonzero(counts > weight), weight


def mix(numbers: Array, salt: int = 0) -> Keys:
    """Numbers mixed over all 64 bits, a bijection for each salt (SplitMix64; Steele et al. 2014)."""
    x = (numbers.astype(np.uint64) + np.uint64((salt + 1) % 2**64)) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def levels(hashes: Keys) -> NDArray[np.uint64]:
    """The number of zeros at the low end of each hash, at most 31: [hashes]."""
    low = (hashes & (~hashes + np.uint64(1))) | np.uint64(2**31)
    low &= ~low + np.uint64(1)
    return (np.frexp(low.astype(np.float64))[1] - 1).astype(np.uint64)
