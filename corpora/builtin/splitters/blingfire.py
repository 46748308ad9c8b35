"""Microsoft's splitter BlingFire, if it is installed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from corpora import PluginError, Splitter, hookimpl
from corpora.builtin.splitters.cuts import cut

SPACE = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u2400-\u243f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]"
)
"""Characters that the library drops or treats as white space, and surrogates, which it does not accept."""


@dataclass(frozen=True)
class Blingfire(Splitter):
    """BlingFire: one model for all languages, unchanged since 2021; it splits `"Stop!" he said` after `"Stop!"`."""

    name: ClassVar[str] = "blingfire"
    uses: ClassVar[tuple[str, ...]] = ("blingfire",)

    def split(self, paragraph: str) -> list[str]:
        """The paragraph's sentences, each unchanged.

        Raises:
            PluginError: blingfire is not installed, or has no binary for this machine.
        """
        try:
            import blingfire
        except (ImportError, OSError) as error:
            raise PluginError(
                f"blingfire cannot be loaded ({error}); pip install blingfire (no ARM), or choose the splitter rules"
            ) from error
        clean = SPACE.sub(" ", paragraph)
        return cut(paragraph, _starts(clean, blingfire.text_to_sentences(clean).split("\n")))


def _starts(clean: str, sentences: list[str]) -> Iterator[int]:
    """Where sentences begin, found by counting characters other than spaces, because the library merges spaces.

    Args:
        clean: the text that the library was given.
        sentences: what it returned.
    """
    ends = accumulate(len(sentence) - sentence.count(" ") for sentence in sentences[:-1])
    words = re.finditer("[^ ]+", clean)
    word, seen = next(words, None), 0
    for end in ends:
        while word and seen + len(word[0]) <= end:
            seen += len(word[0])
            word = next(words, None)
        if word:
            yield word.start() + end - seen


@hookimpl
def corpora_splitters() -> list[type[Splitter]]:
    """Offer the splitter."""
    return [Blingfire]
