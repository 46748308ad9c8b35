"""The sample: rows or whole documents by chance, without replacement."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from corpora import Context, Selection, Sequences, Transform, hookimpl, option


@dataclass(frozen=True)
class Sample(Selection):
    """Take rows, or whole documents, by chance."""

    name: ClassVar[str] = "sample"
    cites: ClassVar[str] = "van de Graaf 2021, Table 5"
    unit: Literal["row", "document"] = option("row", "What is taken as a whole.")

    def order(self, block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
        """A 64-bit mix of the seed and the row's number, or of the seed and its document's id.

        The mix is one to one, so no two rows tie, whatever their number.
        """
        if self.unit == "document":
            ids = {name: _hash(name, seed) for name in dict.fromkeys(context.documents)}
            return np.array([ids[name] for name in context.documents], dtype=np.uint64)
        return mixed(np.arange(len(block), dtype=np.uint64) + np.uint64(context.first_row), seed)


def mixed(numbers: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Numbers scattered over all of 64 bits, one to one for each seed (SplitMix64; Steele et al. 2014)."""
    x = numbers * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _hash(document: str, seed: int) -> int:
    key = (seed % 2**64).to_bytes(8, "little")
    return int.from_bytes(blake2b(document.encode(), digest_size=8, key=key).digest(), "little")


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer it."""
    return [Sample]
