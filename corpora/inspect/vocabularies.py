"""The types of two datasets side by side: every token or word, with its count in each dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpora.arrays import joined
from corpora.plugin import Array, Counts
from corpora.store import Counting, Dataset, Vocabulary


@dataclass(frozen=True)
class Types:
    """Types, each with its counts in two datasets."""

    unit: str
    """`token` or `word`."""
    one: NDArray[np.int64]
    """[types], the count of each type in the first dataset."""
    other: NDArray[np.int64]
    """[types], the count of each type in the second dataset."""
    text_of: Callable[[int], str]
    """Returns the text of a type, given its index."""
    exact: bool = True
    """False if only the most frequent words were kept."""

    def shared(self) -> tuple[float | None, float | None]:
        """The share of each dataset's types that also occur in the other; None if a dataset has no types."""
        both = np.count_nonzero((self.one > 0) & (self.other > 0))
        of = [np.count_nonzero(side) for side in (self.one, self.other)]
        return both / of[0] if of[0] else None, both / of[1] if of[1] else None

    def divergence(self) -> NDArray[np.float64]:
        """The contribution of each type to the Jensen-Shannon divergence of the frequencies, in bits: [types]."""
        return divergence(_shares(self.one), _shares(self.other))

    def only(self, *, first: bool) -> NDArray[np.int64]:
        """The indices of the types that occur in only one dataset, most frequent first.

        Args:
            first: whether to return those of the first dataset or those of the second.
        """
        here, there = (self.one, self.other) if first else (self.other, self.one)
        places = np.flatnonzero((here > 0) & (there == 0))
        return places[np.argsort(-here[places], kind="stable")]


def types_of(one: Dataset, other: Dataset, vocabulary: Vocabulary | None, counting: Counting) -> Types:
    """The types of two datasets of one kind.

    Args:
        one: the first dataset.
        other: the second.
        vocabulary: the one that both token datasets have; None for sentences, whose words are counted.
        counting: counts words if they are not stored yet.
    """
    if vocabulary is None:
        return _words(*(counting.of(dataset, "words")[1] for dataset in (one, other)))
    counts = [dataset.statistics("tokens")["counts"] for dataset in (one, other)]
    return Types("token", counts[0], counts[1], lambda place: vocabulary.pieces[place])


def _words(one: Counts, other: Counts) -> Types:
    keys, *places = joined(one["top_keys"], other["top_keys"])
    sides = [np.zeros(len(keys), np.int64) for _ in places]
    spelt = np.zeros((2, len(keys)), np.int64)
    for number, (counts, place) in enumerate(zip((one, other), places, strict=True)):
        sides[number][place] = counts["top_counts"]
        spelt[number, place] = np.arange(1, len(place) + 1)

    def _text_of(place: int) -> str:
        counts, row = (one, spelt[0, place]) if spelt[0, place] else (other, spelt[1, place])
        stop = int(counts["top_lengths"][:row].sum())
        return counts["top_bytes"][stop - int(counts["top_lengths"][row - 1]) : stop].tobytes().decode()

    exact = not (one["error"][0] or other["error"][0])
    return Types("word", sides[0], sides[1], _text_of, exact)


def divergence(p: Array, q: Array) -> NDArray[np.float64]:
    """The contribution of each type to the Jensen-Shannon divergence of two distributions, in bits: [types].

    Args:
        p: [types], non-negative, with sum 1.
        q: likewise.
    """
    middle = (p + q) / 2
    parts: list[NDArray[np.float64]] = []
    for side in (p, q):
        seen = side > 0
        part = np.zeros(len(side))
        part[seen] = side[seen] * np.log2(side[seen] / middle[seen]) / 2
        parts.append(part)
    return parts[0] + parts[1]


def lengths_divergence(one: Counts, other: Counts) -> float | None:
    """The Jensen-Shannon divergence of two distributions of lengths, in bits.

    Args:
        one: counts of the statistic `lengths`.
        other: likewise.

    Returns:
        From 0 to 1; None if one of the datasets has no rows.
    """
    size = max(len(one["rows"]), len(other["rows"]))
    p, q = (_shares(np.pad(side["rows"], (0, size - len(side["rows"])))) for side in (one, other))
    return float(divergence(p, q).sum()) if p.any() and q.any() else None


def _shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(counts / max(1, int(counts.sum())), dtype=np.float64)
