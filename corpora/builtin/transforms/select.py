"""Selections by what a row is: its length, or how common its tokens are."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from corpora import Context, Selection, Sequences, Transform, hookimpl, option
from corpora.builtin.statistics.tables import mix


@dataclass(frozen=True)
class ByLength(Selection):
    """Take the shortest rows, or the longest; chance decides among rows of one length."""

    name: ClassVar[str] = "by-length"
    cites: ClassVar[str] = "Platanios et al. 2019, arXiv 1903.09848 (length as difficulty)"
    first: Literal["short", "long"] = option("short", "Which are taken sooner.")

    def order(self, block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
        """The length above 32 bits of chance; a row of sentences counts its bytes."""
        length = np.minimum(block.lengths, 2**32 - 1).astype(np.uint64)
        if self.first == "long":
            length = np.uint64(2**32 - 1) - length
        return (length << np.uint64(32)) | _chance(block, context, seed)


@dataclass(frozen=True)
class ByRarity(Selection):
    """Take the rows of the most common tokens, or of the rarest, by their mean surprisal."""

    name: ClassVar[str] = "by-rarity"
    needs: ClassVar[tuple[str, ...]] = ("tokens",)
    cites: ClassVar[str] = "Platanios et al. 2019, arXiv 1903.09848 (word rarity as difficulty; there the sum)"
    first: Literal["common", "rare"] = option("common", "Which are taken sooner.")

    def order(self, block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
        """The mean of -log2 of the tokens' shares, in 2**-24 of a bit, above 32 bits of chance; empty rows last."""
        block = block.tight()
        counts = context.statistics["tokens"]["counts"].astype(np.float64)
        bits = np.round(-np.log2(np.maximum(counts, 1) / max(1.0, counts.sum())) * 2**24).astype(np.int64)
        sums = np.append(0, np.cumsum(bits[block.values]))[block.offsets]
        mean = np.diff(sums) // np.maximum(block.lengths, 1)
        key: NDArray[np.uint64] = np.minimum(mean, 2**32 - 2).astype(np.uint64)
        if self.first == "rare":
            key = np.uint64(2**32 - 2) - key
        key[block.lengths == 0] = 2**32 - 1
        return (key << np.uint64(32)) | _chance(block, context, seed)


def _chance(block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
    return mix(np.arange(context.first_row, context.first_row + len(block)), seed) >> np.uint64(32)


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer them."""
    return [ByLength, ByRarity]
