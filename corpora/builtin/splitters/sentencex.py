"""The splitter of the sentencex library (Wikimedia, MIT, Rust): fast, and for about 300 languages."""

from dataclasses import dataclass
from typing import ClassVar

from corpora import Splitter, hookimpl, option
from corpora.builtin.splitters.cuts import cut


@dataclass(frozen=True)
class Sentencex(Splitter):
    """The sentencex library; it leaves quoted speech of several sentences whole."""

    name: ClassVar[str] = "sentencex"
    uses: ClassVar[tuple[str, ...]] = ("sentencex",)

    language: str = option("en", "Language of the text, such as en or de.")

    def split(self, paragraph: str) -> list[str]:
        """The paragraph's sentences, as the library sees them."""
        from sentencex import get_sentence_boundaries

        return cut(paragraph, (found["start_index"] for found in get_sentence_boundaries(self.language, paragraph)))


@hookimpl
def corpora_splitters() -> list[type[Splitter]]:
    """Offer it."""
    return [Sentencex]
