"""How the vocabulary grows with the text: where each token was first seen."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from corpora import Context, Counts, Json, Sequences, Statistic, hookimpl
from corpora.builtin.statistics.laws import heaps_fit

MILESTONES = np.unique([round(2 ** (step / 4)) for step in range(4 * 40)])
"""Numbers of rows at which the curve is sampled."""
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Growth(Statistic):
    """How the number of types grows with the rows, and Heaps' law fitted to it. Exact at every milestone."""

    name: ClassVar[str] = "growth"

    def count(self, block: Sequences, context: Context) -> Counts:
        """The row in which each id was first seen, [vocabulary], and the tokens read between milestones.

        Args:
            block: token ids.
            context: gives the number of the first row and the size of the vocabulary.
        """
        block = block.tight()
        rows = np.arange(context.first_row, context.first_row + len(block))
        first = np.full(len(context.vocabulary), NEVER)
        first[block.values[::-1]] = np.repeat(rows, block.lengths)[::-1]  # the last one written stays
        return {"first": first, "read": read_by_milestone(rows, block.lengths)}

    def merge(self, one: Counts, other: Counts) -> Counts:
        """For each id the earlier of the two rows; the numbers of tokens are added up.

        Args:
            one: of some blocks of a dataset.
            other: of other blocks of the same dataset, in any order.
        """
        read = super().merge({"read": one["read"]}, {"read": other["read"]})["read"]
        return {"first": np.minimum(one["first"], other["first"]), "read": read}

    def summarise(self, counts: Counts) -> dict[str, Json]:
        """Heaps' K and beta, and the curve as pairs of tokens and types."""
        return growth_summary(counts["first"], counts["read"])


def read_by_milestone(rows: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many tokens lie between consecutive milestones.

    Args:
        rows: [rows], rising row numbers.
        lengths: [rows], in tokens (or words).

    Returns:
        [milestones reached + 1], the tokens before the first milestone, before the second, ….
    """
    bins = np.searchsorted(MILESTONES, rows, side="right")
    return np.bincount(bins, weights=lengths, minlength=1).astype(np.int64)


def growth_summary(first: NDArray[np.int64], read: NDArray[np.int64], scale: int = 1) -> dict[str, Json]:
    """Heaps' K and beta, and the curve.

    Args:
        first: [types], the row in which each type was first seen.
        read: the result of `read_by_milestone`.
        scale: how many types each entry of `first` stands for, if it is a sample.
    """
    types = np.searchsorted(np.sort(first), MILESTONES[: len(read)], side="left") * scale
    curve = [[int(a), int(b)] for a, b in zip(np.cumsum(read), types, strict=True) if a]
    fit = heaps_fit(np.array([a for a, _ in curve]), np.array([b for _, b in curve]))
    k, beta = (round(fit[0], 6), round(fit[1], 6)) if fit else (None, None)
    return {"heaps_k": k, "heaps_beta": beta, "growth": curve}


@hookimpl
def corpora_statistics() -> list[type[Statistic]]:
    """Offer the statistic."""
    return [Growth]
