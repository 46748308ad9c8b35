"""The splitter of the sentencex library (Wikimedia, MIT, Rust): fast, and for about 300 languages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from corpora import Splitter, hookimpl, option
from corpora.builtin.splitters.cuts import cut


@dataclass(frozen=True)
class Sentencex(Splitter):
    """The sentencex library; it leaves quoted speech of several sentences whole."""

    name: ClassVar[str] = "sentencex"
    version: ClassVar[int] = 2
    uses: ClassVar[tuple[str, ...]] = ("sentencex",)

    language: str = option("auto", "Language of the texts, such as en or de; auto uses that of each document.")

    def split(self, paragraph: str) -> list[str]:
        """The sentences that the library finds."""
        from sentencex import get_sentence_boundaries

        language = "en" if self.language == "auto" else self.language
        return cut(paragraph, (found["start_index"] for found in get_sentence_boundaries(language, paragraph)))

    def for_language(self, language: str) -> Sentencex:
        """The splitter for a document's language, unless a language was chosen.

        Args:
            language: an ISO 639 code; empty if it is unknown.
        """
        return replace(self, language=language) if self.language == "auto" and language else self


@hookimpl
def corpora_splitters() -> list[type[Splitter]]:
    """Offer the splitter."""
    return [Sentencex]
