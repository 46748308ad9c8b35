"""A filter with the rules of C4, the corpus of T5."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from corpora import Document, Filter, Splitter, hookimpl, option, registry
from corpora.builtin.filters.c4.rules import LineRules

OF_DOCUMENTS = ("lorem ipsum", "curly bracket")
"""Rules that reject the whole document, unless an earlier rule already leaves out the line."""


@dataclass(frozen=True)
class C4(LineRules, Filter):
    """Reject documents with placeholder text, code, or too few sentences in good lines (Raffel et al. 2020, C4)."""

    name: ClassVar[str] = "c4"

    min_sentences: int = option(5, "The smallest number of sentences in lines that break no rule.", min=0)

    def reject(self, document: Document) -> str | None:
        """`lorem ipsum`, `curly bracket`, `too few sentences`, or None; the document is not changed."""
        sentences = 0
        for line in document.paragraphs:
            first = next(self.broken_by(line), "")
            if first in OF_DOCUMENTS:
                return first
            sentences += 0 if first else len(_splitter().split(line))
        return "too few sentences" if sentences < self.min_sentences else None


@cache
def _splitter() -> Splitter:
    splitter: Splitter = registry.make("splitters", "rules")
    return splitter


@hookimpl
def corpora_filters() -> list[type[Filter]]:
    """Offer the filter."""
    return [C4]
