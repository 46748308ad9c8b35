"""Our own sentence splitter: rules for terminal punctuation that work for fiction too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from corpora import Array, OptionError, Splitter, hookimpl, option
from corpora.builtin.splitters.cuts import cut
from corpora.builtin.splitters.rules.boundaries import sentence_starts
from corpora.builtin.splitters.rules.documents import sentences_of, spans_of
from corpora.builtin.splitters.rules.language import Language, language_named

AUTO = "auto"
UNKNOWN = "en"
"""The language whose rules are used for a document in an unknown language."""


@dataclass(frozen=True)
class Rules(Splitter):
    """Our own rules: terminal punctuation, abbreviations, and quotations as printed in novels."""

    name: ClassVar[str] = "rules"
    version: ClassVar[int] = 7

    language: str = option(AUTO, "The language of the texts, such as en or de; auto uses that of each document.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not _is_code(self.language):
            raise OptionError(f"rules: invalid language {self.language!r}; use auto or a code such as en, de or pt-BR")

    def split(self, paragraph: str) -> list[str]:
        """The paragraph's sentences, in time proportional to its length."""
        return cut(paragraph, sentence_starts(paragraph, self._language))

    def split_all(self, paragraphs: Sequence[str]) -> list[list[str]]:
        """The sentences of each paragraph, found in one scan of the document."""
        return sentences_of(paragraphs, self._language)

    def spans(self, paragraphs: Sequence[str]) -> tuple[Array, Array]:
        """Where each sentence of a document begins and ends."""
        return spans_of(paragraphs, self._language)

    @property
    def _language(self) -> Language:
        return language_named(UNKNOWN if self.language == AUTO else self.language)

    def for_language(self, language: str) -> Rules:
        """The splitter with the rules of a document's language, or with the chosen language if one is set.

        Args:
            language: an ISO 639 code; empty if it is unknown.
        """
        return replace(self, language=language) if self.language == AUTO and _is_code(language) else self


def _is_code(language: str) -> bool:
    return language.partition("-")[0].isalpha()


@hookimpl
def corpora_splitters() -> list[type[Splitter]]:
    """Offer the splitter."""
    return [Rules]
