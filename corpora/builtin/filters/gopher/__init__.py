"""Filters with the rules of MassiveText, the corpus of Gopher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from corpora import Document, Filter, hookimpl
from corpora.builtin.filters.gopher.quality import QualityRules
from corpora.builtin.filters.gopher.repetition import RepetitionRules


@dataclass(frozen=True)
class GopherQuality(QualityRules, Filter):
    """Reject documents that do not look like English prose (Rae et al. 2021, arXiv 2112.11446, appendix A.1.1)."""

    name: ClassVar[str] = "gopher-quality"
    uses: ClassVar[tuple[str, ...]] = ("spacy",)

    def reject(self, document: Document) -> str | None:
        """The first rule that the document breaks, or None."""
        return next(self.broken(document.paragraphs), None)


@dataclass(frozen=True)
class GopherRepetition(RepetitionRules, Filter):
    """Reject documents that repeat lines or n-grams (Rae et al. 2021, arXiv 2112.11446, table A1)."""

    name: ClassVar[str] = "gopher-repetition"
    uses: ClassVar[tuple[str, ...]] = ("spacy",)

    def reject(self, document: Document) -> str | None:
        """The first share that is above its threshold, or None."""
        return next((name for name, share, most in self.shares(document.paragraphs) if share > most), None)


@hookimpl
def corpora_filters() -> list[type[Filter]]:
    """Offer the filters."""
    return [GopherQuality, GopherRepetition]
