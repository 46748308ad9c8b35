"""Scores by the published rules for web text: how many a row breaks, and how much it repeats itself."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from corpora import Context, Score, Sequences, Transform, hookimpl, option
from corpora.builtin.filters.c4.rules import LineRules
from corpora.builtin.filters.gopher.quality import QualityRules
from corpora.builtin.filters.gopher.repetition import RepetitionRules

GOPHER = "Rae et al. 2021, arXiv 2112.11446, appendix A"


@dataclass(frozen=True)
class TextScore(Score):
    """A score of a row's text alone, independent of the rows around it."""

    of: ClassVar[Literal["sentences", "tokens", "both"]] = "sentences"

    @abstractmethod
    def of_text(self, text: str) -> float:
        """The score of one row."""

    def score(self, block: Sequences, context: Context) -> NDArray[np.float32]:
        """The score of each row; NaN for an empty one.

        Args:
            block: the UTF-8 bytes of sentences.
            context: of the block; it is not used.

        Returns:
            [rows], float32.
        """
        raw = block.values.tobytes()
        bounds = zip(block.offsets[:-1].tolist(), block.offsets[1:].tolist(), strict=True)
        texts = (raw[start:stop].decode("utf-8", "replace") for start, stop in bounds)
        return np.array([self.of_text(text) if text.strip() else np.nan for text in texts], dtype=np.float32)


@dataclass(frozen=True)
class GopherQualityScore(QualityRules, TextScore):
    """How many of Gopher's quality rules a row breaks; the rules on numbers of words are off unless set."""

    name: ClassVar[str] = "gopher-quality"
    uses: ClassVar[tuple[str, ...]] = ("spacy",)
    cites: ClassVar[str] = GOPHER
    min_words: int = option(0, "The smallest number of words.", min=0)
    stop_words: int = option(0, "How many of the words the, be, to, of, and, that, have, with must occur.", min=0)

    def of_text(self, text: str) -> float:
        """The number of broken rules."""
        return sum(1 for _ in self.broken([text]))


@dataclass(frozen=True)
class Repetition(RepetitionRules, TextScore):
    """How much a row repeats itself: its largest share of repeated n-grams, divided by Gopher's threshold.

    A document with a score above 1 would be rejected. Unlike the filter gopher-repetition, it does not count n-grams
    that occur once.
    """

    name: ClassVar[str] = "repetition"
    uses: ClassVar[tuple[str, ...]] = ("spacy",)
    cites: ClassVar[str] = GOPHER

    def of_text(self, text: str) -> float:
        """0 for a row that repeats nothing."""
        shares = self.shares([text], least=2)
        return max((share / most if most else share and np.inf for _, share, most in shares), default=0.0)


@dataclass(frozen=True)
class C4Score(LineRules, TextScore):
    """How many of C4's rules for lines a row breaks."""

    name: ClassVar[str] = "c4"
    cites: ClassVar[str] = "Raffel et al. 2020, JMLR 21(140), section 2.2"

    def of_text(self, text: str) -> float:
        """The number of broken rules."""
        return sum(1 for _ in self.broken_by(text))


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the scores."""
    return [C4Score, GopherQualityScore, Repetition]
