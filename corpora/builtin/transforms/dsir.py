"""Text like a target: the score of DSIR, and importance resampling by any score."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from corpora import Context, OptionError, Score, Selection, Sequences, Transform, hookimpl, option
from corpora.arrays import mix_bits
from corpora.builtin.statistics.hashed_ngrams import BUCKETS, HashedNgrams, buckets_of
from corpora.errors import unknown_name

SMOOTHING = 1e-8
"""Added to the share of every bucket without a pseudocount, as in the authors' implementation."""
FRACTION_BITS = 24
LAST = np.uint64(2**64 - 1)
"""The key of a row without a score."""


@dataclass(frozen=True)
class Dsir(Score):
    """How much more likely a row is in a target dataset than in its own: log p_target(row) - log p_parent(row).

    A row is a bag of hashed unigrams and bigrams. The score is the sum over them, in nats, so long rows have scores
    further from 0. The target must have rows of the same kind, made with the same tokenizer. The defaults score like
    the authors' implementation; `buckets=1000000,pseudocount=1` distinguishes short rows better.
    """

    name: ClassVar[str] = "dsir"
    version: ClassVar[int] = 2
    of: ClassVar[Literal["sentences", "tokens", "both"]] = "both"
    needs: ClassVar[tuple[str, ...]] = (HashedNgrams.name,)
    reads: ClassVar[tuple[str, ...]] = ("target",)
    cites: ClassVar[str] = "Xie et al. 2023, arXiv 2302.03169 (data selection by importance resampling)"
    target: str = option(..., "The dataset that rows should be like.", decides=False)
    buckets: int = option(
        10_000, "The number of hash buckets for n-grams: a million or a divisor of it.", min=1, max=BUCKETS
    )
    pseudocount: float = option(
        0.0, "Added to every bucket's count on both sides; 0 adds 1e-8 to every share, like the authors.", min=0
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if BUCKETS % self.buckets:
            raise OptionError(f"{self.name}: buckets is {self.buckets:,}; it must divide {BUCKETS:,}, as 10,000 does")

    def score(self, block: Sequences, context: Context) -> NDArray[np.float64]:
        """The log importance ratio of each row; 0 for a row without words.

        Args:
            block: bytes of sentences, or token ids.
            context: with the bucket counts of both datasets.

        Returns:
            [rows], in nats.
        """
        buckets, ends = buckets_of(block)
        ratios = self._ratios(context)[buckets % self.buckets]
        sums = np.append(0, np.cumsum(ratios))[ends]
        scores: NDArray[np.float64] = np.diff(sums) / 2**FRACTION_BITS
        return scores

    def _ratios(self, context: Context) -> NDArray[np.int64]:
        """The log ratio of each bucket, in 2**-24 nats: integers, so sums do not depend on the order of addition."""
        counts = [context.statistics[key]["counts"] for key in (f"{HashedNgrams.name} of {self.target}", *self.needs)]
        target, parent = (self._log_shares(each.reshape(-1, self.buckets).sum(axis=0)) for each in counts)
        ratios: NDArray[np.int64] = np.round((target - parent) * 2**FRACTION_BITS).astype(np.int64)
        return ratios

    def _log_shares(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """[buckets], the logarithm of each bucket's share."""
        if self.pseudocount:
            smooth = counts + self.pseudocount
            return np.asarray(np.log(smooth / smooth.sum()))
        return np.asarray(np.log(counts / max(1, counts.sum()) + SMOOTHING))


@dataclass(frozen=True)
class Resample(Selection):
    """Draw rows without replacement, each with a probability that rises with the exponential of its score.

    Taking the rows with the largest score plus Gumbel noise is such a draw (Kool et al. 2019). With the score `dsir`
    it is importance resampling: the rows taken are distributed like those of the target.
    """

    name: ClassVar[str] = "resample"
    cites: ClassVar[str] = "Kool et al. 2019, arXiv 1903.06059 (Gumbel top-k); Xie et al. 2023, arXiv 2302.03169"
    column: str = option(..., "The column of log weights to draw by, such as dsir; corpora show lists them.")

    def order(self, block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
        """Sort keys that put the largest score plus noise first, and rows without a score last.

        Raises:
            UnknownName: the dataset has no such column.
        """
        if self.column not in context.columns:
            raise unknown_name("column of numbers", self.column, context.columns)
        scores = context.columns[self.column].astype(np.float64)
        rows = np.arange(context.first_row, context.first_row + len(block))
        uniform = ((mix_bits(rows, seed) >> np.uint64(11)) + 0.5) / 2**53
        keys = _rising(np.log(-np.log(uniform)) - scores)
        keys[np.isnan(scores)] = LAST
        return keys


def _rising(numbers: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Map floats to integers that sort in the same order, without loss."""
    bits = np.ascontiguousarray(numbers + 0.0).view(np.uint64)
    negative = bits >> np.uint64(63) == 1
    return np.where(negative, ~bits, bits | np.uint64(1 << 63))


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the score and the selection."""
    return [Dsir, Resample]
