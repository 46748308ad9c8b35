"""The kinds of transform: what makes one dataset from another, row by row, block by block, or by choosing rows."""

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
    """Makes one dataset from another. Write one of `TextTransform`, `TokenTransform`, `Score`, `Selection`."""

    needs: ClassVar[tuple[str, ...]] = ()
    """Statistics of the parent that it reads from `context.statistics`."""
    reads: ClassVar[tuple[str, ...]] = ()
    """Its options that name another dataset, made with `decides=False`: in the plan its fingerprint replaces it.

    It gets the same statistics of that dataset, as `context.statistics["NAME of DATASET"]`."""
    cites: ClassVar[str] = ""
    """The publication that describes the method, for the docs and the card."""


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

        Either one row for each row, or with `origin`, the row that each new row came from. Ids keep their dtype and
        stay in the vocabulary.

        Args:
            block: the rows, read-only; its values may begin before the first row.
            context: the vocabulary, the rows' documents, and the statistics named in `needs`.
            rng: the only source of chance; keyed by the block, so any number of workers gives the same rows.
        """


@dataclass(frozen=True)
class Score(Transform, ABC):
    """Gives each row a number, kept as a column under the score's name: to look at, and to select by."""

    of: ClassVar[Literal["sentences", "tokens", "both"]] = "tokens"
    """Which datasets it reads. The blocks of sentence datasets hold UTF-8 bytes."""

    @abstractmethod
    def score(self, block: Sequences, context: Context) -> Array:
        """A number for each row; NaN where there is none.

        Args:
            block: the rows, read-only.
            context: the vocabulary, the rows' documents, the number of the first row, and the statistics in `needs`.

        Returns:
            [rows], stored as float32 (what is infinite there counts as none), depending on nothing but the row and
            its number.
        """


@dataclass(frozen=True)
class Selection(Transform, ABC):
    """Orders rows, so that the first of them can be taken: exact and nested by construction."""

    of_documents: ClassVar[bool] = True
    """Whether it may order whole documents, each by the key of its first row (scores of a document are the means of its
    rows' scores). False where that key says nothing of the rest of the document, such as a row's length."""

    @abstractmethod
    def order(self, block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
        """A key for each row: the lowest keys are taken first, ties by row number.

        Args:
            block: the rows, read-only.
            context: the vocabulary, the rows' documents, the number of the first row, and the statistics in `needs`.
            seed: the run's seed mixed with the component's name and version and the parent's fingerprint.

        Returns:
            [rows], uint64, depending on nothing but the row and its number.
        """

    def bounds(self) -> tuple[int, int] | None:
        """The lowest and the highest key to take, where it is set to take all rows between two values.

        None, as for most selections, leaves it to `--rate`, `--rows` or `--tokens` how many are taken.
        """
        return None
