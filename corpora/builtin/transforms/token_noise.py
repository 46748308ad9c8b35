"""Replace and drop: noise that hits tokens at random."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from corpora import Context, DatasetError, Sequences, TokenTransform, Transform, hookimpl, option
from corpora.arrays import control_places, ordinary_ids


@dataclass(frozen=True)
class Replace(TokenTransform):
    """Replace some tokens by random other ones."""

    name: ClassVar[str] = "replace"
    cites: ClassVar[str] = "Xie et al. 2017, arXiv 1703.02573 (noising); Wei & Zou 2019, arXiv 1901.11196 (replacement)"
    rate: float = option(0.1, "Share of tokens to replace.", min=0.0, max=1.0)

    def apply(self, block: Sequences, context: Context, rng: Generator) -> Sequences:
        """The rows with each token replaced at this rate; all ordinary ids but its own are equally likely.

        Raises:
            DatasetError: the vocabulary has fewer than two ordinary ids.
        """
        block = block.tight()
        ordinary = ordinary_ids(context)
        if len(ordinary) < 2:
            raise DatasetError(f"replace: the vocabulary has {len(ordinary)} ordinary tokens; at least 2 are needed")
        hit = rng.random(len(block.values), dtype=np.float32) < self.rate
        hit[control_places(block.values, context)] = False
        places = np.flatnonzero(hit)
        own = np.searchsorted(ordinary, block.values[places])
        step = rng.integers(1, len(ordinary), size=len(places))
        values = np.array(block.values)
        values[places] = ordinary[(own + step) % len(ordinary)]
        return replace(block, values=values)


@dataclass(frozen=True)
class Drop(TokenTransform):
    """Delete some tokens, and rows that become empty."""

    name: ClassVar[str] = "drop"
    cites: ClassVar[str] = "Iyyer et al. 2015 (word dropout); Wei & Zou 2019, arXiv 1901.11196 (random deletion)"
    rate: float = option(0.1, "Share of tokens to delete.", min=0.0, max=1.0)

    def apply(self, block: Sequences, context: Context, rng: Generator) -> Sequences:
        """The rows that still have a token, with the row that each came from."""
        block = block.tight()
        kept = rng.random(len(block.values), dtype=np.float32) >= self.rate
        kept[control_places(block.values, context)] = True
        offsets = np.append(0, np.cumsum(kept))[block.offsets]
        origin = np.flatnonzero(np.diff(offsets))
        return Sequences(block.values[kept], np.append(offsets[:1], offsets[1:][origin]), origin)


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the transforms."""
    return [Replace, Drop]
