"""A filter against text that was decoded with the wrong encoding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from corpora import Document, Filter, hookimpl, option

TWICE = re.compile(
    "[ÃÂ][\x80-\xbf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œ]|â€[\x80-\xbf™œšžŸ¦“”˜]|â[\x80-\x8f][\x80-\xbf]|Ð[\x80-\xbf°±²³´µ¶·¸¹º»¼½¾¿]"
)
"""UTF-8 that was decoded once or more with a Western single-byte encoding: `Ã©` for `é`, `â€™` for an apostrophe."""
LEADS = ("Ã", "Â", "â", "Ð")
"""The first characters of such sequences; most texts have none of them, and searching for one character is fast."""
SUSPECTS = {
    lead: re.compile(lead + rest)
    for lead, rest in (
        (b"\xc2", b"[\x80-\x9f]"),
        (b"\xc3", b"[\x82\x83\x90\xa2]"),
        (b"\xee", b""),
        (b"\xef", b"[\x80-\xa3\xbf]"),
    )
}
"""The beginnings of broken characters and of the leads in UTF-8, by the first byte."""
BROKEN = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff]")
"""Replacement characters, control characters from a wrong encoding, and private-use characters."""


@dataclass(frozen=True)
class Mojibake(Filter):
    """Reject documents with too many broken characters, such as replacement characters and UTF-8 decoded as Latin-1.

    The sources texts, books and tbc first repair what can be repaired.
    """

    name: ClassVar[str] = "mojibake"

    rate: float = option(1e-4, "Reject documents with a larger share of broken characters.", min=0, max=1)

    def reject(self, document: Document) -> str | None:
        """`mojibake`, or None."""
        if not may_be_broken(document.text):
            return None
        characters = broken = 0
        for paragraph in document.paragraphs:
            characters += len(paragraph)
            if not paragraph.isascii():
                broken += broken_in(paragraph)
        return "mojibake" if broken > max(characters * self.rate, 1) else None


def may_be_broken(text: bytes) -> bool:
    """Whether `broken_in` can find anything in a text, given as UTF-8; much faster than calling it.

    Args:
        text: UTF-8.
    """
    return not text.isascii() and any(lead in text and suspect.search(text) for lead, suspect in SUSPECTS.items())


def broken_in(text: str) -> int:
    """The number of characters or sequences that show that a text was decoded with the wrong encoding.

    Args:
        text: decoded, as the source gives it.
    """
    twice = len(TWICE.findall(text)) if any(lead in text for lead in LEADS) else 0
    return len(BROKEN.findall(text)) + twice


@hookimpl
def corpora_filters() -> list[type[Filter]]:
    """Offer the filter."""
    return [Mojibake]
