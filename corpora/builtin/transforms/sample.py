"""Sample: rows at random, without replacement."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from corpora import Context, Selection, Sequences, Transform, hookimpl
from corpora.arrays import mix_bits


@dataclass(frozen=True)
class Sample(Selection):
    """Take rows at random, without replacement."""

    name: ClassVar[str] = "sample"
    cites: ClassVar[str] = "van de Graaf 2021, Table 5"

    def order(self, block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
        """A 64-bit hash of the seed and the row number; it is one-to-one, so rows never tie.

        Args:
            block: of any dataset; only its number of rows matters.
            context: gives the number of the first row.
            seed: another seed gives another order of all rows.
        """
        return mix_bits(np.arange(context.first_row, context.first_row + len(block)), seed)


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the transform."""
    return [Sample]
