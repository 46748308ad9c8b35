"""Draw ids by weight in constant time: Walker's alias method over a table padded to a power of two."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

MASS = 2**32


@dataclass(frozen=True)
class AliasTable:
    """Columns of equal mass, each shared by at most two ids (Walker 1977; Vose 1991).

    Masses are whole numbers that add up to 2**32, so one 32-bit draw picks the column by its top bits and
    one of its two ids by the rest. Every id of a weight above 0 has a mass of at least 1.
    """

    bits: int
    share: NDArray[np.uint32]
    """[columns], below which rest the column's own id is drawn."""
    own: NDArray[np.uint32]
    """[columns]."""
    other: NDArray[np.uint32]
    """[columns]."""

    def draw(self, count: int, rng: Generator) -> NDArray[np.uint32]:
        """So many ids, independent of each other: [count]."""
        chance = rng.integers(0, MASS, size=count, dtype=np.uint32)
        column = chance >> np.uint32(32 - self.bits)
        chance &= np.uint32(2 ** (32 - self.bits) - 1)
        drawn: NDArray[np.uint32] = np.where(chance < self.share[column], self.own[column], self.other[column])
        return drawn


def alias_table(weights: NDArray[np.float64]) -> AliasTable:
    """The table for ids 0, 1, … of these weights; kept for the next block with the same ones.

    Args:
        weights: [ids], none negative, at least one above 0, at most 2**24 of them.
    """
    return _table(np.ascontiguousarray(weights, dtype=np.float64).tobytes())


@lru_cache(maxsize=4)
def _table(weights: bytes) -> AliasTable:
    masses = whole_masses(np.frombuffer(weights))
    bits = max(1, (len(masses) - 1).bit_length())
    height = MASS >> bits
    left = np.zeros(2**bits, dtype=np.int64)
    left[: len(masses)] = masses
    share = np.minimum(left, height)
    other = np.arange(2**bits)
    small = np.flatnonzero(left < height).tolist()
    large = np.flatnonzero(left > height).tolist()
    rest = left.tolist()
    while small and large:
        column, donor = small.pop(), large[-1]
        other[column] = donor
        rest[donor] -= height - rest[column]
        if rest[donor] <= height:
            large.pop()
            share[donor] = rest[donor]
            if rest[donor] < height:
                small.append(donor)
    return AliasTable(bits, share.astype(np.uint32), np.arange(2**bits, dtype=np.uint32), other.astype(np.uint32))


def whole_masses(weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole numbers in proportion to the weights that add up to 2**32, none above 0 lost."""
    exact = weights / weights.sum() * MASS
    masses = np.where(weights > 0, np.maximum(np.floor(exact), 1), 0).astype(np.int64)
    masses[np.argmax(masses)] += MASS - masses.sum()
    return masses
