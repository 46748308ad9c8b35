"""Which token follows which, and how often."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from corpora import Array, Context, Counts, Json, Sequences, Statistic, hookimpl
from corpora.arrays import entropy, merged, mix_bits, tally, trailing_zeros

FIRST = 2**28 - 1
"""The pseudo-token before the first token of a row."""
LEVEL, BEFORE = np.uint64(56), np.uint64(28)
"""A key is `level << 56 | token before << 28 | token after`."""


@dataclass(frozen=True)
class Bigrams(Statistic):
    """Which token follows which: exact up to 64 MB, beyond that from an unbiased sample of the rows.

    Whenever the table is full, half of the rows are dropped, chosen by a hash of their number. So the
    table has all pairs of the rows that remain, however the dataset was divided into blocks.
    """

    name: ClassVar[str] = "bigrams"
    most_entries: ClassVar[int] = 2**22
    """The largest number of distinct pairs: 64 MB."""
    most_pairs: ClassVar[int] = 2**25
    """The largest total count of pairs: a list of 64 MB to draw from."""

    def count(self, block: Sequences, context: Context) -> Counts:
        """The pairs of neighbours in each row and the pair that its first token makes with `FIRST`."""
        block = block.tight()
        level = trailing_zeros(mix_bits(np.arange(context.first_row, context.first_row + len(block)), salt=2))
        before = np.empty(len(block.values), dtype=np.uint64)
        before[1:] = block.values[:-1]
        before[block.offsets[:-1][block.lengths > 0]] = FIRST
        before <<= BEFORE
        before |= block.values.astype(np.uint64)
        before |= np.repeat(level << LEVEL, block.lengths)
        return self._bounded(*tally(before), level=0)

    def merge(self, one: Counts, other: Counts) -> Counts:
        """The sum of both tables, without the levels that either one has dropped.

        Args:
            one: of some blocks of a dataset.
            other: of other blocks of the same dataset, in any order.
        """
        level = max(int(one["level"][0]), int(other["level"][0]))
        parts = [_from_level(part["keys"], part["counts"], level) for part in (one, other)]
        return self._bounded(*merged(*parts), level=level)

    def summarise(self, counts: Counts) -> dict[str, Json]:
        """The distinct pairs, the entropy of a token given the one before it, and the share of rows counted."""
        before, _, number = pairs(counts)
        inside = before != FIRST
        before, number = before[inside], number[inside]
        follows = tally(before.astype(np.uint64), number)[1] if len(before) else number
        bits = entropy(number) - entropy(follows)
        share = 0.5 ** int(counts["level"][0])
        return {
            "distinct_bigrams": len(number),
            "bigram_entropy_bits": round(bits, 6) if number.sum() else None,
            "bigram_rows_rate": share,
        }

    def _bounded(self, keys: NDArray[np.uint64], counts: NDArray[np.int64], level: int) -> Counts:
        while len(keys) > self.most_entries or (len(keys) and counts.sum() > self.most_pairs):
            level += 1
            keys, counts = _from_level(keys, counts, level)
        return {"keys": keys, "counts": counts, "level": np.array([level], dtype=np.int64)}


def pairs(counts: Counts) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int64]]:
    """The distinct pairs in order, over all levels.

    Args:
        counts: those of the statistic `bigrams`.

    Returns:
        The token before, the token after, and how often the pair occurs, each [pairs].
    """
    keys = counts["keys"] & np.uint64(2**56 - 1)
    order = np.argsort(keys, kind="stable")
    distinct, number = tally(keys[order], counts["counts"][order])
    return (distinct >> BEFORE).astype(np.uint32), (distinct & np.uint64(FIRST)).astype(np.uint32), number


def _from_level(keys: NDArray[np.uint64], counts: NDArray[np.int64], level: int) -> tuple[Array, Array]:
    start = np.searchsorted(keys, np.uint64(level) << LEVEL)
    return keys[start:], counts[start:]


@hookimpl
def corpora_statistics() -> list[type[Statistic]]:
    """Offer the statistic."""
    return [Bigrams]
