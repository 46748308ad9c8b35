"""The sample: rows by chance, without replacement."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from corpora import Context, Selection, Sequences, Transform, hookimpl


@dataclass(frozen=True)
class Sample(Selection):
    """Take rows by chance, without replacement."""

    name: ClassVar[str] = "sample"
    cites: ClassVar[str] = "van de Graaf 2021, Table 5"

    def order(self, block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
        """A 64-bit mix of the seed and the row's number: one to one, so no two rows tie."""
        return mixed(np.arange(context.first_row, context.first_row + len(block), dtype=np.uint64), seed)


def mixed(numbers: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Numbers scattered over all of 64 bits, one to one for each seed (SplitMix64; Steele et al. 2014)."""
    x = numbers * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer it."""
    return [Sample]
