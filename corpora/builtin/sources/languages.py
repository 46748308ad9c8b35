"""Detect the language of documents that do not state one."""

from __future__ import annotations

from dataclasses import replace

from corpora import Document
from corpora.builtin.filters.language import language_of

AUTO = "auto"
MIN_CONFIDENCE = 0.5
"""If the language model's mean confidence is lower, a document gets no language."""


def with_language(document: Document, language: str = AUTO) -> Document:
    """The document with a language, if it states none.

    Args:
        document: with or without a language.
        language: the ISO 639-1 code to set; `auto` detects it from the text.
    """
    if document.language:
        return document
    if language != AUTO:
        return replace(document, language=language)
    found, confidence = language_of(tuple(document.paragraphs))
    return replace(document, language=found) if confidence >= MIN_CONFIDENCE else document
