"""Draw tokens by the one before: pick a random entry of the list of its followers, for all rows at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike, NDArray

from corpora import Array, Context, DatasetError
from corpora.arrays import ordinary_ids, random_u32
from corpora.builtin.statistics.bigrams import FIRST, pairs


@dataclass(frozen=True)
class Successors:
    """For each token, the list of tokens that followed it, repeated as often as they did."""

    tokens: Array
    """[pairs], the followers of token 0, of token 1, …, and last those that begin a row."""
    starts: NDArray[np.int64]
    """[vocabulary + 1], where each token's followers begin in `tokens`."""
    counts: NDArray[np.uint64]
    """[vocabulary + 1], how many followers each has. A token without any gets the whole list (unigram back-off)."""

    def draw(self, lengths: NDArray[np.int64], dtype: DTypeLike, rng: Generator) -> Array:
        """Rows of these lengths, concatenated.

        Rows are sorted by length, so that those with an i-th token are a prefix and advance together.

        Args:
            lengths: [rows], in tokens.
            dtype: an integer type wide enough for every id.

        Returns:
            [sum of the lengths] of `dtype`.
        """
        rows = np.argsort(-lengths, kind="stable")
        places = (np.cumsum(lengths) - lengths)[rows]
        longest = int(lengths.max(initial=0))
        longer = np.cumsum(np.bincount(lengths, minlength=longest + 1)[::-1])[::-1].tolist()  # [i] rows of >= i
        made = np.empty(int(lengths.sum()), dtype=dtype)
        chance = random_u32(len(made), rng)
        used = 0
        before = np.full(len(rows), len(self.starts) - 1)
        for i in range(longest):
            count = longer[i + 1]
            before = before[:count]
            pick = chance[used : used + count].astype(np.uint64)
            pick *= self.counts[before]
            pick >>= np.uint64(32)
            choice = pick.view(np.int64)
            choice += self.starts[before]
            before = self.tokens[choice].astype(np.int64)
            made[places[:count] + i] = before
            used += count
        return made


class _Same:
    """A cache key that compares a mapping by identity."""

    def __init__(self, counts: Mapping[str, Array]) -> None:
        self.counts, self.keys = counts, counts["keys"]

    def __hash__(self) -> int:
        return id(self.keys)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.keys is self.keys


def successors(context: Context) -> Successors:
    """The followers in the parent's statistic `bigrams`, without special ids; cached for the next block."""
    return _lists(_Same(context.statistics["bigrams"]), tuple(ordinary_ids(context).tolist()), len(context.vocabulary))


@lru_cache(maxsize=1)
def _lists(statistic: _Same, ordinary: tuple[int, ...], vocabulary: int) -> Successors:
    before, after, number = pairs(statistic.counts)
    before = np.where(before == FIRST, vocabulary, before)
    allowed = np.zeros(vocabulary + 1, dtype=bool)
    allowed[list(ordinary)] = True
    after_allowed = allowed[after]
    allowed[vocabulary] = True
    kept = after_allowed & allowed[before]
    before, after, number = before[kept], after[kept], number[kept]
    if not len(before):
        raise DatasetError("generate: the dataset has no ordinary token to draw; give it one with other text")
    order = np.argsort(before, kind="stable")  # the start of a row comes last
    tokens = np.repeat(after[order].astype(np.uint16 if vocabulary <= 2**16 else np.uint32), number[order])
    counts = np.bincount(before, weights=number, minlength=vocabulary + 1).astype(np.int64)
    starts = np.cumsum(counts) - counts
    starts[counts == 0] = 0
    counts[counts == 0] = len(tokens)
    return Successors(tokens, starts, counts.astype(np.uint64))
