"""Measure how much two datasets share: rows that both have, and n-grams of one that occur in the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpora.arrays import Keys, KeySet, joined, mean, row_hashes, row_ngrams, tally, trailing_zeros
from corpora.plugin import Sequences

CAPACITY = 2**22
"""The most distinct hashes kept for the smaller dataset: 32 MB. Above that, a uniform sample of them is used."""


@dataclass(frozen=True)
class SharedRows:
    """How many rows of one dataset also occur in another."""

    rows: int
    """Rows of the first dataset."""
    shared: int | None
    """How many of these also occur in the other dataset; None if there are no rows."""
    rate: float | None
    exact: bool
    """False if the figures are estimated from a sample of the hashes."""


@dataclass(frozen=True)
class SharedNgrams:
    """How much of an evaluation dataset a training dataset contains."""

    ngrams: int
    """Distinct n-grams of the evaluation dataset."""
    ngrams_seen_rate: float | None
    rows: int
    """Rows that are long enough to contain an n-gram."""
    rows_seen_rate: float | None
    """The share of these rows with at least one n-gram that also occurs in the training dataset."""
    exact: bool
    """False if the figures are estimated from a sample of the hashes."""


@dataclass(frozen=True)
class HashSet:
    """Distinct 64-bit hashes of a dataset, or a uniform sample of them."""

    set: KeySet
    level: int
    """Only hashes of this level or higher are included; 0 means all."""

    @classmethod
    def of(cls, parts: Iterable[Keys], *, capacity: int = CAPACITY) -> HashSet:
        """The distinct hashes of all blocks.

        Args:
            parts: the hashes of each block, in any order, with duplicates.
            capacity: the most hashes to keep; if there are more, a uniform sample of them is kept.
        """
        keys, level = np.zeros(0, dtype=np.uint64), 0
        for part in parts:
            keys = joined(keys, part[trailing_zeros(part) >= level])[0]
            while len(keys) > capacity:
                level += 1
                keys = keys[trailing_zeros(keys) >= level]
        return cls(KeySet(keys), level)

    @property
    def keys(self) -> Keys:
        """[keys], ascending."""
        return self.set.keys

    def places(self, hashes: Keys) -> NDArray[np.int64]:
        """The index of each hash among the keys, −1 if it is not one of them: [hashes]."""
        return self.set.places(hashes)


def rows_shared(part: Iterable[Sequences], whole: Iterable[Sequences], *, capacity: int = CAPACITY) -> SharedRows:
    """How many rows of one dataset also occur in another; for a sample and its source, all of them.

    Copies are counted individually: a row that occurs twice in the part and once in the whole counts once.
    The result is exact if the part has at most `capacity` distinct rows.

    Args:
        part: the blocks of the first dataset; read twice, so an iterator does not work.
        whole: the blocks of the second dataset; read once.
        capacity: the most row hashes to keep.
    """
    known = HashSet.of((_rows(block) for block in part), capacity=capacity)
    ours, rows = _occurrences(known, part)
    theirs, _ = _occurrences(known, whole)
    rate = mean(int(np.minimum(ours, theirs).sum()), int(ours.sum()))
    shared = None if rate is None else round(rate * rows)
    return SharedRows(rows, shared, rate, exact=known.level == 0)


def contamination(evaluation: Iterable[Sequences], training: Iterable[Sequences], *, n: int = 13) -> SharedNgrams:
    """How much of an evaluation dataset occurs in a training dataset, by n-grams of tokens or words within rows.

    The default of 13 follows Brown et al. 2020 (arXiv 2005.14165, appendix C). Rows shorter than n have no n-grams;
    `rows_seen_rate` is the share among the other rows.

    Args:
        evaluation: blocks of token ids, or of UTF-8 bytes; read twice, so an iterator does not work.
        training: blocks of ids from the same vocabulary, or of UTF-8 bytes too; read once.
        n: tokens or words per n-gram, at least 1.
    """
    known = HashSet.of(_ngrams(block, n)[0] for block in evaluation)
    seen = np.zeros(len(known.keys), dtype=bool)
    for block in training:
        places = known.places(_ngrams(block, n)[0])
        seen[places[places >= 0]] = True
    rows = hit = 0
    for block in evaluation:
        hashes, owners = _ngrams(block, n)
        places = known.places(hashes)
        found = (places >= 0) & np.append(seen, False)[places]
        rows, hit = rows + len(np.unique(owners)), hit + len(np.unique(owners[found]))
    return SharedNgrams(
        len(known.keys) << known.level,
        mean(int(seen.sum()), len(seen)),
        rows,
        mean(hit, rows),
        exact=known.level == 0,
    )


def _rows(block: Sequences) -> Keys:
    block = block.tight()
    return row_hashes(block.values, block.offsets[:-1], block.offsets[1:])


def _ngrams(block: Sequences, n: int) -> tuple[Keys, NDArray[np.int64]]:
    found = row_ngrams(block, n)
    return found.hashes, found.rows


def _occurrences(known: HashSet, blocks: Iterable[Sequences]) -> tuple[NDArray[np.int64], int]:
    """How often each known row occurs, [keys], and the total number of rows."""
    totals, rows = np.zeros(len(known.keys), dtype=np.int64), 0
    for block in blocks:
        keys, counts = tally(_rows(block))
        places = known.places(keys)
        found = places >= 0
        totals[places[found]] += counts[found]
        rows += len(block)
    return totals, rows
