"""Sorted tables of keys and counts: count keys, merge tables, and bound those that grow with the data.

There are two ways to bound a table. By *level*: a hash gives every key (or row) a level, 1 or higher for half
of them, 2 or higher for a quarter, and when the table is full the lowest level is dropped. The remaining keys
are an unbiased sample with exact counts, independent of how the data was split and of the order of merging
(Wegman's adaptive sampling; Flajolet 1990). By *weight*: the most frequent keys stay, and each count is too
low by at most a known error (Misra & Gries 1982; merged as in Agarwal et al. 2012).
"""

import numpy as np
from numpy.typing import NDArray

from corpora.plugin import Array

Keys = NDArray[np.uint64]
Table = tuple[Keys, NDArray[np.int64]]
"""Distinct keys in ascending order, and the count of each."""


def tally(keys: Keys, counts: NDArray[np.int64] | None = None) -> Table:
    """The distinct keys in ascending order, and how often each occurs.

    Args:
        keys: [keys], in any order; sorted if `counts` is given.
        counts: [keys], how many occurrences each entry stands for; None means one each.
    """
    ordered = np.sort(keys) if counts is None else keys
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(ordered) else np.zeros(0, np.int64)
    if counts is None:
        return ordered[starts], np.diff(starts, append=len(ordered))
    return ordered[starts], np.add.reduceat(counts, starts) if len(starts) else counts[:0]


def merged(one: Table, other: Table) -> Table:
    """Two tables added together: one binary search in the longer table per key of the shorter one.

    Args:
        one: sorted by key, as `tally` returns it.
        other: likewise.
    """
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
    """The union of two key sets, and where the keys of each are in it.

    Args:
        one: [keys], distinct, in ascending order.
        other: likewise.

    Returns:
        The distinct keys of both in ascending order; the index in it of each key of `one`, and of each key of `other`.
    """
    keys = tally(np.concatenate([one, other]))[0]
    return keys, np.searchsorted(keys, one), np.searchsorted(keys, other)


def largest_counts(counts: NDArray[np.int64], capacity: int) -> tuple[NDArray[np.int64], int]:
    """Which counts stay in a table of bounded size, and how much to subtract from each (Misra & Gries).

    Args:
        counts: [keys].
        capacity: the largest number of keys to keep; ties at the cut are dropped, so fewer may remain.

    Returns:
        The positions that stay, and the number to subtract, which is also the largest error of a count.
    """
    if len(counts) <= capacity:
        return np.arange(len(counts)), 0
    weight = int(np.partition(counts, len(counts) - capacity - 1)[len(counts) - capacity - 1])
    return np.flatnonzero(counts > weight), weight


def mix_bits(numbers: Array, salt: int = 0) -> Keys:
    """Numbers scrambled over all 64 bits, a bijection for each salt (SplitMix64; Steele et al. 2014).

    Args:
        numbers: any integer dtype.
        salt: selects one of 2**64 bijections, so that two uses of the same numbers get unrelated hashes.
    """
    x = (numbers.astype(np.uint64) + np.uint64((salt + 1) % 2**64)) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def trailing_zeros(hashes: Keys) -> NDArray[np.uint64]:
    """The number of trailing zero bits of each hash, at most 31: [hashes].

    Args:
        hashes: [hashes], uint64, uniform, so that a level of n or more has a share of 2**-n.
    """
    low = (hashes & (~hashes + np.uint64(1))) | np.uint64(2**31)
    low &= ~low + np.uint64(1)
    return (np.frexp(low.astype(np.float64))[1] - 1).astype(np.uint64)
