"""Generate: rows made up from statistics of the parent dataset."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from corpora import Context, DatasetError, Sequences, TokenTransform, Transform, hookimpl, option
from corpora.builtin.transforms.alias import alias_table

LAST = 65_536
"""The longest row that the `lengths` statistic counts in a bin of its own."""


@dataclass(frozen=True)
class Generate(TokenTransform):
    """Make every row up from token frequencies and sequence lengths."""

    name: ClassVar[str] = "generate"
    needs: ClassVar[tuple[str, ...]] = ("tokens", "lengths")
    cites: ClassVar[str] = (
        "van de Graaf 2021, Table 8; Sinha et al. 2021, arXiv 2104.06644 (unigram); "
        "Krishna et al. 2020, arXiv 1910.12366 (random words as queries)"
    )
    draw: Literal["unigram", "uniform"] = option("unigram", "How tokens are drawn.")
    lengths: Literal["empirical", "kept"] = option(
        "empirical", "Lengths drawn from those of the parent, or kept row by row."
    )

    def apply(self, block: Sequences, context: Context, rng: Generator) -> Sequences:
        """As many rows as the block has; no special id is ever written."""
        lengths = block.lengths if self.lengths == "kept" else _drawn_lengths(len(block), context, rng)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        if not offsets[-1]:
            return Sequences(np.zeros(0, dtype=block.values.dtype), offsets)
        ids = alias_table(self._weights(context)).draw(int(offsets[-1]), rng)
        return Sequences(ids.astype(block.values.dtype), offsets)

    def _weights(self, context: Context) -> NDArray[np.float64]:
        """[vocabulary], 0 for special ids."""
        ordinary = np.ones(len(context.vocabulary))
        ordinary[list(context.special_ids)] = 0
        weights = ordinary if self.draw == "uniform" else ordinary * context.statistics["tokens"]["counts"]
        if not weights.any():
            raise DatasetError("generate: the dataset has no ordinary token to draw; give it one with other text")
        return weights


def _drawn_lengths(rows: int, context: Context, rng: Generator) -> NDArray[np.int64]:
    """[rows], by the parent's histogram; one of its last bin is the mean of what lies beyond."""
    counts = context.statistics["lengths"]["rows"]
    if not rows:
        return np.zeros(0, dtype=np.int64)
    drawn = alias_table(counts.astype(np.float64)).draw(rows, rng).astype(np.int64)
    if len(counts) > LAST + 1:
        drawn[drawn == LAST + 1] = round(context.statistics["lengths"]["beyond"][0] / counts[LAST + 1])
    return drawn


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer it."""
    return [Generate]
