"""N-grams within rows, of token ids or of words, as hashes with their positions."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corpora import Sequences
from corpora.arrays.count_tables import Keys
from corpora.arrays.hashes import row_hashes
from corpora.arrays.words import word_spans
from corpora.plugin import Array

FILTER_BITS = 24


@dataclass(frozen=True)
class RowNgrams:
    """Every n-gram of a block that lies within a row."""

    hashes: Keys
    """[n-grams]."""
    rows: NDArray[np.int64]
    """[n-grams], the row of each, in ascending order."""
    starts: NDArray[np.int64]
    """[n-grams], the index of the first value of each in the tight block: a token id, or the first byte of a word."""
    stops: NDArray[np.int64]
    """[n-grams], the index after the last value."""


def row_ngrams(block: Sequences, n: int) -> RowNgrams:
    """The n-grams of a block's rows.

    In text, the units are words as `str.split` finds them, with case and punctuation. Equal n-grams have equal hashes;
    two different ones collide with a probability of about 2**-60.

    Args:
        block: token ids, or UTF-8 bytes (uint8).
        n: tokens or words per n-gram, at least 1.
    """
    block = block.tight()
    values: Array = block.values
    offsets, begins, ends = block.offsets, np.arange(len(values)), np.arange(1, len(values) + 1)
    if values.dtype == np.uint8:
        begins, ends = word_spans(values, offsets)
        values, offsets = row_hashes(values, begins, ends), np.searchsorted(begins, offsets)
    n = min(n, len(values) + 1)  # no row has more, and n may exceed 64 bits
    within = np.maximum(np.diff(offsets) - n + 1, 0)
    rows = np.repeat(np.arange(len(within)), within)
    first = np.arange(len(rows)) - np.repeat(np.cumsum(within) - within - offsets[:-1], within)
    return RowNgrams(row_hashes(values, first, first + n), rows, begins[first], ends[first + n - 1])


@dataclass(frozen=True)
class KeySet:
    """Distinct 64-bit hashes, with a bitmap over their leading bits that rules out most other hashes."""

    keys: Keys
    """[keys], in ascending order."""

    @cached_property
    def _present(self) -> NDArray[np.bool_]:
        present = np.zeros(2**FILTER_BITS, dtype=bool)
        present[self.keys >> np.uint64(64 - FILTER_BITS)] = True
        return present

    def places(self, hashes: Keys) -> NDArray[np.int64]:
        """The index of each hash among the keys, −1 if it is not one of them: [hashes].

        Args:
            hashes: [hashes], in any order, with duplicates.
        """
        places = np.full(len(hashes), -1)
        maybe = np.flatnonzero(self._present[hashes >> np.uint64(64 - FILTER_BITS)])
        found = np.searchsorted(self.keys, hashes[maybe])
        inside = np.flatnonzero(found < len(self.keys))
        hit = inside[self.keys[found[inside]] == hashes[maybe[inside]]]
        places[maybe[hit]] = found[hit]
        return places
