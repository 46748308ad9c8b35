"""Selections by length, by how common the tokens are or by any score; and the score `surprisal`."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from corpora import Array, Context, OptionError, Score, Selection, Sequences, Transform, hookimpl, option
from corpora.arrays import mix_bits
from corpora.builtin.statistics.scores import sortable
from corpora.errors import unknown_name


@dataclass(frozen=True)
class ByLength(Selection):
    """Take the shortest or the longest rows; ties are broken at random."""

    name: ClassVar[str] = "by-length"
    of_documents: ClassVar[bool] = False
    cites: ClassVar[str] = "Platanios et al. 2019, arXiv 1903.09848 (length as difficulty)"
    first: Literal["short", "long"] = option("short", "Which rows are taken first.")

    def order(self, block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
        """The length in the high 32 bits, random low bits; rows of text are measured in bytes.

        Args:
            block: bytes of sentences, or token ids.
            context: gives the number of the first row.
            seed: breaks ties between rows of equal length.
        """
        length = np.minimum(block.lengths, 2**32 - 1).astype(np.uint64)
        if self.first == "long":
            length = np.uint64(2**32 - 1) - length
        return (length << np.uint64(32)) | _chance(block, context, seed)


@dataclass(frozen=True)
class ByRarity(Selection):
    """Take the rows with the most common or the rarest tokens, by their mean surprisal."""

    name: ClassVar[str] = "by-rarity"
    of_documents: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ("tokens",)
    cites: ClassVar[str] = "Platanios et al. 2019, arXiv 1903.09848 (word rarity as difficulty; there the sum)"
    first: Literal["common", "rare"] = option("common", "Which rows are taken first.")

    def order(self, block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
        """The mean surprisal in 2**-24 bits in the high 32 bits, random low bits; empty rows last.

        Args:
            block: token ids.
            context: with the token frequencies of the parent.
            seed: breaks ties between rows of equal surprisal.
        """
        mean = np.minimum(_mean_surprisal(block, context), 2**32 - 2)
        key: NDArray[np.uint64] = mean.astype(np.uint64)
        if self.first == "rare":
            key = np.uint64(2**32 - 2) - key
        key[block.lengths == 0] = 2**32 - 1
        return (key << np.uint64(32)) | _chance(block, context, seed)


@dataclass(frozen=True)
class Surprisal(Score):
    """How rare the tokens of a row are: the mean of their surprisals under the dataset's token frequencies, in bits."""

    name: ClassVar[str] = "surprisal"
    needs: ClassVar[tuple[str, ...]] = ("tokens",)
    cites: ClassVar[str] = ByRarity.cites

    def score(self, block: Sequences, context: Context) -> Array:
        """Bits per token; NaN for a row without tokens.

        Args:
            block: token ids.
            context: with the token frequencies of the parent.

        Returns:
            [rows], float32.
        """
        return np.where(block.lengths > 0, _mean_surprisal(block, context) / 2**24, np.nan)


def _mean_surprisal(block: Sequences, context: Context) -> NDArray[np.int64]:
    """[rows], the mean of -log2 of the tokens' shares, in 2**-24 bits; 0 for empty rows.

    Integers, so that the result does not depend on the rows before it in the block.
    """
    block = block.tight()
    counts = context.statistics["tokens"]["counts"].astype(np.float64)
    bits = np.round(-np.log2(np.maximum(counts, 1) / max(1.0, counts.sum())) * 2**24).astype(np.int64)
    sums = np.append(0, np.cumsum(bits[block.values]))[block.offsets]
    mean: NDArray[np.int64] = np.diff(sums) // np.maximum(block.lengths, 1)
    return mean


@dataclass(frozen=True)
class ByScore(Selection):
    """Take the rows with the lowest or highest scores: a given number, or all between two bounds."""

    name: ClassVar[str] = "by-score"
    cites: ClassVar[str] = "Wenzek et al. 2020, arXiv 1911.00359 (CCNet: text by its perplexity)"
    column: str = option(..., "The column of numbers to select by; corpora show lists them.")
    first: Literal["low", "high"] = option("low", "Which rows are taken first.")
    min: float | None = option(None, "Take all rows with at least this score, however many they are.")
    max: float | None = option(None, "Take all rows with at most this score, however many they are.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.min is not None and self.max is not None and self.min > self.max:
            raise OptionError(f"{self.name}: min is {self.min:g} and max {self.max:g}; min must be at most max")

    def order(self, block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
        """The score in the high 32 bits, random low bits; rows without a score last.

        Raises:
            UnknownName: the dataset has no such column.
        """
        if self.column not in context.columns:
            raise unknown_name("column of numbers", self.column, context.columns)
        scores = context.columns[self.column]
        keys = sortable(scores if self.first == "low" else -scores.astype(np.float32))
        return (keys << np.uint64(32)) | _chance(block, context, seed)

    def bounds(self) -> tuple[int, int] | None:
        """The lowest and the highest key to take, or None without `min` and `max`."""
        if self.min is None and self.max is None:
            return None
        low, high = -np.inf if self.min is None else self.min, np.inf if self.max is None else self.max
        ends = (low, high) if self.first == "low" else (-high, -low)
        lowest, highest = sortable(np.array(ends)).tolist()
        return lowest << 32, highest << 32 | 2**32 - 1


def _chance(block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
    return mix_bits(np.arange(context.first_row, context.first_row + len(block)), seed) >> np.uint64(32)


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the selections and the score."""
    return [ByLength, ByRarity, ByScore, Surprisal]
