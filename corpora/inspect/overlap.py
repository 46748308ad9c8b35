"""How much two datasets share: rows of one that are rows of the other, and n-grams of one found in the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpora.arrays import Keys, KeySet, joined, levels, mean, row_hashes, row_ngrams, tally
from corpora.plugin import Sequences

CAPACITY = 2**22
"""Most distinct hashes kept of the smaller dataset: 32 MB. Above that, a uniform sample of them is used."""


@dataclass(frozen=True)
class SharedRows:
    """How many rows of one dataset are rows of another."""

    rows: int
    """Rows of the one."""
    shared: int | None
    """Those that the other holds too; None if there are no rows."""
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
    """Rows with an n-gram."""
    rows_seen_rate: float | None
    """Share of these rows with at least one n-gram that was seen."""
    exact: bool
    """False if the figures are estimated from a sample of the hashes."""


@dataclass(frozen=True)
class HashSet:
    """Distinct 64-bit hashes of a dataset, or a fair part of them."""

    set: KeySet
    level: int
    """Only hashes of this level or higher are in it; 0 when all are."""

    @classmethod
    def of(cls, parts: Iterable[Keys], *, capacity: int = CAPACITY) -> HashSet:
        """From the hashes of every block; each may come more than once. Keeps at most `capacity` of them."""
        keys, level = np.zeros(0, dtype=np.uint64), 0
        for part in parts:
            keys = joined(keys, part[levels(part) >= level])[0]
            while len(keys) > capacity:
                level += 1
                keys = keys[levels(keys) >= level]
        return cls(KeySet(keys), level)

    @property
    def keys(self) -> Keys:
        """[keys], rising."""
        return self.set.keys

    def places(self, hashes: Keys) -> NDArray[np.int64]:
        """Where each hash is among the keys, −1 for those that are not: [hashes]."""
        return self.set.places(hashes)


def rows_shared(part: Iterable[Sequences], whole: Iterable[Sequences], *, capacity: int = CAPACITY) -> SharedRows:
    """How many rows of one dataset are rows of another: 1.0 for a sample and what it was taken from.

    Copies count as often as they are there: a row that the part holds twice and the whole once counts
    once. Exact while the part holds at most `capacity` distinct rows.

    Args:
        part: the blocks of the one; read twice, so no iterator.
        whole: the blocks of the other; read once.
        capacity: most hashes of rows to keep.
    """
    known = HashSet.of((_rows(block) for block in part), capacity=capacity)
    ours, rows = _occurrences(known, part)
    theirs, _ = _occurrences(known, whole)
    rate = mean(int(np.minimum(ours, theirs).sum()), int(ours.sum()))
    shared = None if rate is None else round(rate * rows)
    return SharedRows(rows, shared, rate, exact=known.level == 0)


def contamination(evaluation: Iterable[Sequences], training: Iterable[Sequences], *, n: int = 13) -> SharedNgrams:
    """How much of an evaluation dataset occurs in a training dataset, by n-grams of tokens, or words, within rows.

    The default is the 13 of Brown et al. 2020 (arXiv 2005.14165, appendix C). Rows shorter than n cannot
    be found; `rows_seen_rate` is of those that can.

    Args:
        evaluation: blocks of token ids, or of UTF-8 bytes; read twice, so no iterator.
        training: blocks of ids of the same vocabulary, or of text as well; read once.
        n: tokens or words in an n-gram, at least 1.
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
    """How often each known row occurs, [keys], and the number of all rows."""
    totals, rows = np.zeros(len(known.keys), dtype=np.int64), 0
    for block in blocks:
        keys, counts = tally(_rows(block))
        places = known.places(keys)
        found = places >= 0
        totals[places[found]] += counts[found]
        rows += len(block)
    return totals, rows
