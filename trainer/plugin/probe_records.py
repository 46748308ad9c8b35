"""What a probe is given, a `Subject`, and what it returns, `Findings`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Blanked:
    """A sequence with blanks, whose word distributions are asked for."""

    ids: NDArray[np.int64]
    """[tokens], token ids without [CLS] and [SEP]; a token to be predicted is already replaced by [MASK]."""
    blanks: NDArray[np.int64]
    """[blanks], places in `ids`, ascending."""


@dataclass(frozen=True)
class Predictions:
    """The word distributions of some blanks."""

    sequences: NDArray[np.int64]
    """[n], which of the sequences each blank is in."""
    places: NDArray[np.int64]
    """[n], the blank's place in its sequence."""
    log_probabilities: Tensor
    """[n, vocabulary], float32, in nats."""


@dataclass(frozen=True)
class HeldOut:
    """Rows of a dataset, and how often each token id occurs in all of it."""

    name: str
    fingerprint: str
    ids: Sequence[NDArray[np.int64]]
    """The first rows: token ids without special tokens."""
    counts: NDArray[np.int64]
    """[vocabulary], over the whole dataset."""


class Subject(Protocol):
    """The model that a probe measures. Nothing is loaded before it is used."""

    @property
    def name(self) -> str:
        """What tables call it."""

    @property
    def teacher(self) -> Subject | None:
        """The teacher, if the command names one."""

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """Its tokenizer, a fast one with [CLS], [SEP] and [MASK]."""

    @property
    def longest(self) -> int | None:
        """The most tokens that it reads, special tokens not counted; None if it sets no limit."""

    def log_likelihoods(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """The pseudo-log-likelihood of each sentence in nats: the sum over its tokens.

        While a token is scored, it and the later tokens of its word are masked (Kauf and Ivanova 2023,
        arXiv 2305.10588).

        Raises:
            ProbeError: a sentence is empty, or longer than the model reads.
        """

    def log_probabilities(self, sequences: Sequence[Blanked]) -> Iterator[Predictions]:
        """The word distributions of all blanks, a part at a time.

        Two subjects give the blanks of the same sequences in the same parts and order.
        """

    def word_starts(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """[tokens]: whether each token begins a word, by its piece and its neighbour."""

    def held_out(self, dataset: str, *, rows: int) -> HeldOut:
        """The first rows of a registered dataset, made with this model's vocabulary.

        Args:
            dataset: NAME or NAME@FINGERPRINT.
            rows: how many, from the first.

        Raises:
            DatasetNotFound: no such dataset.
            VocabularyMismatch, CasingMismatch: it was made with another tokenizer.
            IdsBeyondVocabulary: rows that the model cannot read.
        """


@dataclass(frozen=True)
class Metric:
    """A quantity that a probe measures."""

    title: str
    unit: Literal["rate", "nats"]
    """A rate is from 0 to 1."""
    higher_is_better: bool


@dataclass(frozen=True)
class Estimate:
    """A measured value and its 95 % interval."""

    value: float
    low: float
    high: float
    total: float | None = None
    """The sum over the examples, whose mean the value is; None for a mean of means."""


@dataclass(frozen=True)
class Stratum:
    """What a probe measured on some of its examples."""

    split: str
    """How examples were divided, such as `paradigm`; `all` for all examples together."""
    name: str
    count: int
    """How many examples it holds."""
    estimates: Mapping[str, Estimate]
    """By metric."""
    within: str = ""
    """The larger stratum that it is a part of, such as a paradigm's field."""


@dataclass(frozen=True)
class Units:
    """What is drawn with replacement for intervals: pairs, or whole sequences.

    A metric's overall value is the mean, over the groups, of the group's sum divided by its count.
    """

    groups: NDArray[np.int64]
    """[units], the group of each, from 0."""
    counts: NDArray[np.float64]
    """[units], the examples in each."""
    sums: Mapping[str, NDArray[np.float64]]
    """[units], by metric: the sum over the unit's examples."""


@dataclass(frozen=True)
class Findings:
    """What a probe found out about one model."""

    counted: str
    """What the examples are, in the plural: `pairs`, `tokens`."""
    metrics: Mapping[str, Metric]
    strata: Sequence[Stratum]
    """The first one is over all examples, with the split `all`."""
    units: Units
    notes: Sequence[str] = field(default_factory=tuple)
    """What a reader must know, one sentence each."""
