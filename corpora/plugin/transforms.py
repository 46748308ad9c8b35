"""The kinds of transform: they make a dataset from another one, row by row, block by block, or by choosing rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from corpora.plugin.component import Component
from corpora.plugin.records import Context, Sequences
from corpora.plugin.values import Array


@dataclass(frozen=True)
class Transform(Component, ABC):
    """Makes one dataset from another. Subclass `TextTransform`, `TokenTransform`, `Score` or `Selection` instead."""

    needs: ClassVar[tuple[str, ...]] = ()
    """Statistics of the parent that it reads from `context.statistics`."""
    reads: ClassVar[tuple[str, ...]] = ()
    """Its options that name another dataset. Make them with `decides=False`: the plan has that dataset's fingerprint
    instead.

    The transform gets the same statistics of that dataset, as `context.statistics["NAME of DATASET"]`."""
    cites: ClassVar[str] = ""
    """The publication that describes the method, for the docs and the dataset card."""


@dataclass(frozen=True)
class TextTransform(Transform, ABC):
    """Rewrites text one sentence at a time: noise, casing, and the like."""

    @abstractmethod
    def rewrite(self, sentence: str, rng: Generator) -> str:
        """Rewrite one sentence; an empty result drops the row.

        Args:
            sentence: the text of one row.
            rng: the only source of chance; keyed by the block, so any number of workers gives the same rows.
        """


@dataclass(frozen=True)
class TokenTransform(Transform, ABC):
    """Rewrites blocks of token ids with NumPy."""

    @abstractmethod
    def apply(self, block: Sequences, context: Context, rng: Generator) -> Sequences:
        """The new rows of one block.

        Return one row per input row, or set `origin` to the input row that each new row came from. Ids keep their
        dtype and stay within the vocabulary.

        Args:
            block: the rows, read-only; `values` may begin before the first row.
            context: the vocabulary, the rows' documents, and the statistics named in `needs`.
            rng: the only source of chance; keyed by the block, so any number of workers gives the same rows.
        """


@dataclass(frozen=True)
class Score(Transform, ABC):
    """Gives each row a number, stored as a column with the score's name, to inspect or to select by."""

    of: ClassVar[Literal["sentences", "tokens", "both"]] = "tokens"
    """Which datasets it reads. Blocks of sentence datasets contain UTF-8 bytes."""

    @abstractmethod
    def score(self, block: Sequences, context: Context) -> Array:
        """A number for each row; NaN for rows without one.

        Args:
            block: the rows, read-only.
            context: the vocabulary, the rows' documents, the number of the first row, and the statistics in `needs`.

        Returns:
            [rows], stored as float32 (infinite values count as none); each may depend only on the row and its number.
        """


@dataclass(frozen=True)
class Selection(Transform, ABC):
    """Orders rows so that the first ones can be taken: sizes are exact, and smaller selections are subsets of larger
    ones."""

    of_documents: ClassVar[bool] = True
    """Whether it may order whole documents, each by the key of its first row (a document's score is the mean of its
    rows' scores). False if that key says nothing about the rest of the document, such as a row's length."""

    @abstractmethod
    def order(self, block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
        """A key for each row: rows with the lowest keys are taken first, ties by row number.

        Args:
            block: the rows, read-only.
            context: the vocabulary, the rows' documents, the number of the first row, and the statistics in `needs`.
            seed: the run's seed mixed with the component's name and version and the parent's fingerprint.

        Returns:
            [rows], uint64; each may depend only on the row and its number.
        """

    def bounds(self) -> tuple[int, int] | None:
        """The lowest and the highest key to take, if the selection takes all rows between two values.

        None, as for most selections, means that `--rate`, `--rows` or `--tokens` decides how many are taken.
        """
        return None
