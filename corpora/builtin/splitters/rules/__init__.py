"""Our own sentence splitter: rules at terminal punctuation that hold in fiction as well."""

from dataclasses import dataclass
from typing import ClassVar

from corpora import OptionError, Splitter, hookimpl, option
from corpora.builtin.splitters.cuts import cut
from corpora.builtin.splitters.rules.boundaries import sentence_starts
from corpora.builtin.splitters.rules.language import language_named


@dataclass(frozen=True)
class Rules(Splitter):
    """Our own rules: terminal punctuation, abbreviations, and quotations as novels print them."""

    name: ClassVar[str] = "rules"
    version: ClassVar[int] = 3

    language: str = option("en", "Language of the text, such as en or de; without data for it, general rules.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.language.partition("-")[0].isalpha():
            raise OptionError(f"rules: language is {self.language!r}; it must be a code such as en, de or pt-BR")

    def split(self, paragraph: str) -> list[str]:
        """The paragraph's sentences, in time proportional to its length."""
        return cut(paragraph, sentence_starts(paragraph, language_named(self.language)))


@hookimpl
def corpora_splitters() -> list[type[Splitter]]:
    """The splitter `rules`."""
    return [Rules]
