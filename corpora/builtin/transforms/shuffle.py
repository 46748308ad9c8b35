"""Shuffle: the same tokens, in a random order."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from corpora import Context, Sequences, TokenTransform, Transform, hookimpl, option
from corpora.arrays import control_places, document_offsets, gathered, shuffled


@dataclass(frozen=True)
class Shuffle(TokenTransform):
    """Put the tokens, words or n-grams of each sequence (or document) into a random order."""

    name: ClassVar[str] = "shuffle"
    cites: ClassVar[str] = (
        "van de Graaf 2021, Table 8 (tokens of a sequence); Sinha et al. 2021, arXiv 2104.06644 (n-grams); "
        "Abdou et al. 2022, arXiv 2203.10995 (words before or after segmentation)"
    )
    unit: Literal["token", "word", "ngram"] = option("token", "What is moved as a whole.")
    n: int = option(2, "Tokens in an n-gram; the last one of a row may be shorter.", min=1)
    within: Literal["sequence", "document"] = option("sequence", "How far it may move.")

    def apply(self, block: Sequences, context: Context, rng: Generator) -> Sequences:
        """The rows of one block, shuffled; special ids except [UNK] stay where they are.

        Within a document, each row keeps its number of units (so its length, if the unit is a token). A
        document that continues in the next block is shuffled in two parts.
        """
        block = block.tight()
        fixed = control_places(block.values, context)
        if not len(fixed):
            return self._moved(block, context, rng)
        places = np.delete(np.arange(len(block.values)), fixed)
        free = Sequences(block.values[places], np.searchsorted(places, block.offsets).astype(np.int64))
        moved = self._moved(free, context, rng)
        values = np.array(block.values)
        values[places] = moved.values
        ends = np.append(places, len(values))[moved.offsets]
        offsets = np.where(moved.offsets == free.offsets, block.offsets, ends)
        return Sequences(values, np.maximum.accumulate(offsets))

    def _moved(self, block: Sequences, context: Context, rng: Generator) -> Sequences:
        offsets = block.offsets
        if self.within == "document":
            offsets = offsets[document_offsets(context.documents, offsets)]
        if self.unit == "token":
            return replace(block, values=shuffled(block.values, offsets, rng))
        starts = self._unit_starts(block, context)
        lengths = np.diff(starts, append=len(block.values))
        order = shuffled(np.arange(len(starts)), np.searchsorted(starts, offsets).astype(np.int64), rng)
        ends = np.concatenate([[0], np.cumsum(lengths[order])]).astype(np.int64)
        units = np.searchsorted(starts, block.offsets)  # rows keep their number of units
        return Sequences(gathered(block.values, starts[order], lengths[order]), ends[units])

    def _unit_starts(self, block: Sequences, context: Context) -> NDArray[np.int64]:
        """[units], the place of each unit's first token."""
        if self.unit == "word":
            begins = ~context.continues[block.values]
        else:
            begins = (np.arange(len(block.values)) - np.repeat(block.offsets[:-1], block.lengths)) % self.n == 0
        begins[block.offsets[:-1][block.lengths > 0]] = True
        return np.flatnonzero(begins)


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the transform."""
    return [Shuffle]
