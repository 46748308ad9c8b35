"""The input of a probe, a `Subject`, and its result, `Findings`."""

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
class MaskedSequence:
    """A sequence with blanks, for which word distributions are computed."""

    ids: NDArray[np.int64]
    """[tokens], token ids without [CLS] and [SEP]; tokens to predict are already replaced by [MASK]."""
    blanks: NDArray[np.int64]
    """[blanks], indices into `ids`, ascending."""


@dataclass(frozen=True)
class Predictions:
    """The word distributions of some blanks."""

    sequences: NDArray[np.int64]
    """[n], the index of each blank's sequence."""
    places: NDArray[np.int64]
    """[n], each blank's position in its sequence."""
    log_probabilities: Tensor
    """[n, vocabulary], float32, in nats."""


@dataclass(frozen=True)
class HeldOut:
    """Rows of a dataset, and how often each token id occurs in the whole dataset."""

    name: str
    fingerprint: str
    ids: Sequence[NDArray[np.int64]]
    """The first rows: token ids without special tokens."""
    counts: NDArray[np.int64]
    """[vocabulary], over the whole dataset."""


class Subject(Protocol):
    """The model that a probe measures. Everything is loaded on first use."""

    @property
    def name(self) -> str:
        """The name in tables."""

    @property
    def teacher(self) -> Subject | None:
        """The teacher, if one was given."""

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """The tokenizer, a fast one with [CLS], [SEP] and [MASK]."""

    @property
    def longest(self) -> int | None:
        """The model's maximum tokens, special tokens not included; None for no limit."""

    def log_likelihoods(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """The pseudo-log-likelihood of each sentence: the sum over its tokens.

        To score a token, it and the later tokens of its word are masked (Kauf and Ivanova 2023, arXiv 2305.10588).

        Args:
            sentences: as plain text.

        Returns:
            [sentences], in nats.

        Raises:
            ProbeError: a sentence is empty, or too long for the model.
        """

    def log_probabilities(self, sequences: Sequence[MaskedSequence]) -> Iterator[Predictions]:
        """The word distributions of all blanks, some at a time.

        Two subjects yield the blanks of the same sequences in the same parts and order.

        Args:
            sequences: with at least one blank each.
        """

    def word_starts(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each token begins a word, judging by its piece and the piece before it.

        Args:
            ids: [tokens], without special tokens.

        Returns:
            [tokens], bool.
        """

    def held_out(self, dataset: str, *, rows: int) -> HeldOut:
        """The first rows of a registered dataset, which must have this model's vocabulary.

        Args:
            dataset: NAME or NAME@FINGERPRINT.
            rows: how many.

        Raises:
            DatasetNotFound: no such dataset.
            VocabularyMismatch, CasingMismatch: the dataset was made with another tokenizer.
            IdsBeyondVocabulary: the model cannot read some rows.
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
    """The sum over the examples, if the value is their mean; None for a mean of means."""


@dataclass(frozen=True)
class Stratum:
    """A probe's values for some of its examples."""

    split: str
    """How examples are grouped, such as `paradigm`; `all` for all examples together."""
    name: str
    count: int
    """The number of examples."""
    estimates: Mapping[str, Estimate]
    """By metric."""
    within: str = ""
    """The larger stratum that contains this one, such as a paradigm's field."""


@dataclass(frozen=True)
class Units:
    """The units to draw with replacement for intervals: pairs, or whole sequences.

    A metric's overall value is the mean over the groups of each group's sum divided by its count.
    """

    groups: NDArray[np.int64]
    """[units], the index of each unit's group, from 0."""
    counts: NDArray[np.float64]
    """[units], the number of examples in each unit."""
    sums: Mapping[str, NDArray[np.float64]]
    """[units], by metric: the sum over the unit's examples."""


@dataclass(frozen=True)
class Findings:
    """A probe's result for one model."""

    counted: str
    """The kind of examples, in the plural: `pairs`, `tokens`."""
    metrics: Mapping[str, Metric]
    strata: Sequence[Stratum]
    """The first covers all examples, with the split `all`."""
    units: Units
    notes: Sequence[str] = field(default_factory=tuple)
    """Notes for the reader, one sentence each."""
