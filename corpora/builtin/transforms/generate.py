"""Generate: synthetic rows from statistics of the parent dataset."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from corpora import Context, DatasetError, Sequences, TokenTransform, Transform, hookimpl, option
from corpora.arrays import LAST, ordinary_ids
from corpora.builtin.statistics.laws import zipf_slope
from corpora.builtin.transforms.alias import alias_table
from corpora.builtin.transforms.successors import successors


@dataclass(frozen=True)
class Generate(TokenTransform):
    """Generate every row from statistics of the parent: by default its token frequencies and sequence lengths."""

    name: ClassVar[str] = "generate"
    needs: ClassVar[tuple[str, ...]] = ("tokens", "lengths")
    cites: ClassVar[str] = (
        "van de Graaf 2021, Table 8; Sinha et al. 2021, arXiv 2104.06644 (unigram); Krishna et al. 2020, "
        "arXiv 1910.12366 (random words as queries); Chiang & Lee 2020, arXiv 2012.11995, and Ri & Tsuruoka 2022, "
        "arXiv 2203.10326 (uniform, Zipf, bigram)"
    )
    draw: Literal["unigram", "bigram", "uniform", "zipf"] = option(
        "unigram", "How tokens are drawn: by frequency, by the token before, uniformly, or by Zipf's law."
    )
    slope: float | None = option(None, "Zipf's exponent; by default fitted to the parent.", min=0.0, max=10.0)
    lengths: Literal["empirical", "kept"] = option(
        "empirical", "Draw lengths from those of the parent, or keep the length of each row."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        tokens = {"bigram": ("bigrams",), "uniform": ()}.get(self.draw, ("tokens",))
        lengths = () if self.lengths == "kept" else ("lengths",)
        object.__setattr__(self, "needs", (*tokens, *lengths))

    def apply(self, block: Sequences, context: Context, rng: Generator) -> Sequences:
        """As many rows as the block has; special ids are never drawn."""
        lengths = block.lengths if self.lengths == "kept" else _drawn_lengths(len(block), context, rng)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        if not offsets[-1]:
            return Sequences(np.zeros(0, dtype=block.values.dtype), offsets)
        if self.draw == "bigram":
            return Sequences(successors(context).draw(lengths, block.values.dtype, rng), offsets)
        table = alias_table(self._weights(context))
        return Sequences(table.draw(int(offsets[-1]), block.values.dtype, rng), offsets)

    def _weights(self, context: Context) -> NDArray[np.float64]:
        """[vocabulary], 0 for special ids."""
        weights = np.zeros(len(context.vocabulary))
        weights[ordinary_ids(context)] = 1.0
        if self.draw != "uniform":
            weights *= context.statistics["tokens"]["counts"]
        if not weights.any():
            raise DatasetError("generate: the dataset has no ordinary token to draw; give it one with other text")
        return _zipf_weights(weights.tobytes(), self.slope) if self.draw == "zipf" else weights


@lru_cache(maxsize=2)
def _zipf_weights(counts: bytes, slope: float | None) -> NDArray[np.float64]:
    """Weights by rank for the ids that occur, in the order of their counts; kept for the next block."""
    weights = np.frombuffer(counts).copy()
    slope = zipf_slope(weights) if slope is None else slope
    ranks = np.argsort(-weights, kind="stable")[: np.count_nonzero(weights)]
    weights[ranks] = np.arange(1, len(ranks) + 1) ** -slope
    return weights


def _drawn_lengths(rows: int, context: Context, rng: Generator) -> NDArray[np.int64]:
    """[rows], by the parent's histogram; a draw from the last bin is the mean of all longer rows."""
    counts = context.statistics["lengths"]["rows"]
    if not rows:
        return np.zeros(0, dtype=np.int64)
    drawn = alias_table(counts.astype(np.float64)).draw(rows, np.int64, rng)
    if len(counts) > LAST + 1:
        drawn[drawn == LAST + 1] = round(context.statistics["lengths"]["beyond"][0] / counts[LAST + 1])
    return drawn


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the transform."""
    return [Generate]
