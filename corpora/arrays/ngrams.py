"""N-grams within rows, as hashes with their places: of token ids, or of the words of a text."""

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
    """[n-grams], the row of each, rising."""
    starts: NDArray[np.int64]
    """[n-grams], where each begins among the values of the tight block: an id, or the first byte of a word."""
    stops: NDArray[np.int64]
    """[n-grams], the place after its last value."""


def row_ngrams(block: Sequences, n: int) -> RowNgrams:
    """The n-grams of a block's rows.

    The units of text are words, as `str.split` finds them, with their case and punctuation. Equal n-grams have equal
    hashes; two that differ have the same hash by chance in about one of 2**60 cases.

    Args:
        block: ids, or UTF-8 bytes (uint8).
        n: tokens or words in an n-gram, at least 1.
    """
    block = block.tight()
    values: Array = block.values
    offsets, begins, ends = block.offsets, np.arange(len(values)), np.arange(1, len(values) + 1)
    if values.dtype == np.uint8:
        begins, ends = word_spans(values, offsets)
        values, offsets = row_hashes(values, begins, ends), np.searchsorted(begins, offsets)
    within = np.maximum(np.diff(offsets) - n + 1, 0)
    rows = np.repeat(np.arange(len(within)), within)
    first = np.arange(len(rows)) - np.repeat(np.cumsum(within) - within - offsets[:-1], within)
    return RowNgrams(row_hashes(values, first, first + n), rows, begins[first], ends[first + n - 1])


@dataclass(frozen=True)
class KeySet:
    """Distinct 64-bit hashes, with a filter of one bit for each value of their first bits."""

    keys: Keys
    """[keys], rising."""

    @cached_property
    def _present(self) -> NDArray[np.bool_]:
        present = np.zeros(2**FILTER_BITS, dtype=bool)
        present[self.keys >> np.uint64(64 - FILTER_BITS)] = True
        return present

    def places(self, hashes: Keys) -> NDArray[np.int64]:
        """Where each hash is among the keys, −1 for those that are not: [hashes]."""
        places = np.full(len(hashes), -1)
        maybe = np.flatnonzero(self._present[hashes >> np.uint64(64 - FILTER_BITS)])
        found = np.searchsorted(self.keys, hashes[maybe])
        inside = np.flatnonzero(found < len(self.keys))
        hit = inside[self.keys[found[inside]] == hashes[maybe[inside]]]
        places[maybe[hit]] = found[hit]
        return places
