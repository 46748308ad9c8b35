"""A filter by the number of words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from corpora import Document, Filter, hookimpl, option


@dataclass(frozen=True)
class Words(Filter):
    """Keep documents of at least `min` and at most `max` words, counted on the cleaned text."""

    name: ClassVar[str] = "words"

    min: int = option(1, "The smallest number of words.", min=0)
    max: int | None = option(None, "The largest number of words; by default no limit.", min=0)

    def reject(self, document: Document) -> str | None:
        """`too short`, `too long`, or None."""
        if document.words < self.min:
            return "too short"
        return "too long" if self.max is not None and document.words > self.max else None


@hookimpl
def corpora_filters() -> list[type[Filter]]:
    """Offer the filter."""
    return [Words]
