"""Restore text that had been decoded with the wrong encoding before it was written, if that can be done reliably."""

from __future__ import annotations

from dataclasses import replace

from corpora import Document
from corpora.builtin.filters.mojibake import broken_in, may_be_broken

COUNTS, REPAIRED = "mojibake", "repaired paragraphs"
"""The table of counts in a document's metadata, which a build sums over all documents, and its only entry."""


def repaired(document: Document) -> Document:
    """The document with its paragraphs restored, and their number in its metadata.

    ftfy is applied only to paragraphs in which the filter `mojibake` finds broken characters, and only its repair of
    the encoding is used: quotation marks, ligatures and widths are not changed. A paragraph that has as many broken
    characters afterwards stays unchanged.
    """
    if not may_be_broken(document.text):
        return document
    paragraphs = tuple([text if text.isascii() else _restored(text) for text in document.paragraphs])
    count = sum(new is not old for new, old in zip(paragraphs, document.paragraphs, strict=True))
    if not count:
        return document
    return replace(document, paragraphs=paragraphs, metadata={**document.metadata, COUNTS: {REPAIRED: count}})


def _restored(paragraph: str) -> str:
    broken = broken_in(paragraph)
    if not broken:
        return paragraph
    import ftfy

    fixed: str = " ".join(ftfy.fix_encoding(paragraph).split("\n"))
    return fixed if broken_in(fixed) < broken and fixed.strip() else paragraph
