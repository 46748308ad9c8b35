"""Mask tokens: hide tokens behind [MASK] on disk, singly or in spans, so that a student never sees them."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from corpora import Context, DatasetError, Sequences, TokenTransform, hookimpl, option


@dataclass(frozen=True)
class MaskTokens(TokenTransform):
    """Hide some tokens behind [MASK], singly or in spans."""

    name: ClassVar[str] = "mask-tokens"
    cites: ClassVar[str] = "Joshi et al. 2020, arXiv 1907.10529 (spans; theirs have random lengths)"
    rate: float = option(0.15, "Share of tokens where a span begins.", min=0.0, max=1.0)
    span: int = option(1, "Tokens in a span; it ends with its row.", min=1)

    def apply(self, block: Sequences, context: Context, rng: Generator) -> Sequences:
        """The rows with the spans that chance hit hidden.

        Raises:
            DatasetError: the vocabulary has no [MASK].
        """
        if "[MASK]" not in context.vocabulary:
            raise DatasetError("mask-tokens: the vocabulary has no [MASK]; take another tokenizer")
        block = block.tight()
        rows = np.repeat(np.arange(len(block)), block.lengths)
        hit = rng.random(len(rows)) < self.rate
        hidden = hit.copy()
        for step in range(1, min(self.span, int(block.lengths.max(initial=0)))):
            hidden[step:] |= hit[:-step] & (rows[step:] == rows[:-step])
        values = np.array(block.values)
        values[hidden] = context.vocabulary.index("[MASK]")
        return replace(block, values=values)


@hookimpl
def corpora_transforms() -> list[type[TokenTransform]]:
    """Offer it."""
    return [MaskTokens]
