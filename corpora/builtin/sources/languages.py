"""The language of documents that do not state one."""

from __future__ import annotations

from dataclasses import replace

from corpora import Document
from corpora.builtin.filters.language import language_of

AUTO = "auto"
MIN_CONFIDENCE = 0.5
"""Below this mean confidence of the language model a document has no language."""


def with_language(document: Document, language: str = AUTO) -> Document:
    """The document with a language, if it states none.

    Args:
        language: its ISO 639-1 code; `auto` detects it.
    """
    if document.language:
        return document
    if language != AUTO:
        return replace(document, language=language)
    found, confidence = language_of(tuple(document.paragraphs))
    return replace(document, language=found) if confidence >= MIN_CONFIDENCE else document
