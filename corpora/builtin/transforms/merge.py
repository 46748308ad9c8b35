"""Merge: joins consecutive sequences of a document into longer ones."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from corpora import Context, Sequences, TokenTransform, Transform, hookimpl, option
from corpora.arrays import document_offsets

SPECIAL = 2
"""The tokens that the trainer adds to each sequence, and that all limits include."""


@dataclass(frozen=True)
class Merge(TokenTransform):
    """Join consecutive sequences of a document into longer ones."""

    name: ClassVar[str] = "merge"
    cites: ClassVar[str] = "Delobelle et al. 2021 (RobBERTje: merged and shuffled distillation corpora)"
    max_tokens: int = option(512, "The longest sequence to make, including its two special tokens.", min=3)

    def apply(self, block: Sequences, context: Context, rng: Generator) -> Sequences:
        """Each row absorbs the next ones while they fit; a row that is already too long stays unchanged.

        No row holds parts of two documents, or of two blocks. `origin` is the first of the rows joined.
        """
        block = block.tight()
        starts = _starts(block.offsets, document_offsets(context.documents, block.offsets), self.max_tokens - SPECIAL)
        return Sequences(block.values, np.append(block.offsets[starts], block.offsets[-1]), starts)


def _starts(offsets: NDArray[np.int64], documents: NDArray[np.int64], room: int) -> NDArray[np.int64]:
    """The first row of each longer one, taken greedily: [longer rows]."""
    rows = len(offsets) - 1
    after = np.searchsorted(offsets, offsets[:-1] + room, side="right") - 1  # the first row that does not fit
    ends = np.repeat(documents[1:], np.diff(documents))
    after = np.minimum(np.maximum(after, np.arange(rows) + 1), ends).tolist()
    starts, row = [], 0
    while row < rows:
        starts.append(row)
        row = after[row]
    return np.array(starts, dtype=np.int64)


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the transform."""
    return [Merge]
