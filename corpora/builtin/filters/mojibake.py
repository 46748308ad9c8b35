"""A filter against text that was decoded with the wrong encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from corpora import Document, Filter, hookimpl, option

PAIR = "[ÃÂÐ][\x80-\xbf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œ]"
THREE = "(?:â€[\x80-\xbf™œšžŸ¦“”˜]|â[\x80-\x8f][\x80-\xbf])"
TWICE = re.compile(
    f"(?<=[a-zß-öø-ÿ0-9.,;:!?]){PAIR}|(?<=[ÃÂÐ].){PAIR}|{PAIR}(?={PAIR})|(?<![A-ZÀ-ÖØ-Þ]){PAIR}(?=[a-zß-öø-ÿ])"
    f"|(?<=[^\\W_]){THREE}|{THREE}(?=[^\\W_])|(?<=[.,;:!?]){THREE}"
)
"""UTF-8 that was decoded once or more with a Western single-byte encoding, next to a word: `cafÃ©`, `donâ€™t`. After a
capital, the same characters can be good text: `“AMANHÃ”`."""
QUOTED = re.compile(r"(?<!\w)(?:\"\S{1,40}?\"|'\S{1,40}?'|`\S{1,40}?`|“\S{1,40}?”|‘\S{1,40}?’|«\s?\S{1,40}?\s?»)(?!\w)")
LEADS = ("Ã", "Â", "â", "Ð")
"""The first characters of such sequences; most texts have none of them, and searching for one character is fast."""
SUSPECTS = {
    lead: re.compile(lead + rest)
    for lead, rest in (
        (b"\xc2", b"[\x80-\x9f]"),
        (b"\xc3", b"[\x82\x83\x90\xa2\xaf]"),
        (b"\xee", b""),
        (b"\xef", b"[\x80-\xa3\xbf]"),
    )
}
"""The beginnings of broken characters and of the leads in UTF-8, by the first byte."""
BROKEN = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff]|ï¿½")
"""Replacement characters, control characters from a wrong encoding, and private-use characters."""


@dataclass(frozen=True)
class Mojibake(Filter):
    """Reject documents with too many broken characters, such as replacement characters and UTF-8 decoded as Latin-1.

    The sources texts, books and tbc first repair what can be repaired.
    """

    name: ClassVar[str] = "mojibake"
    version: ClassVar[int] = 2

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
    twice = [match.span() for match in TWICE.finditer(text)] if any(lead in text for lead in LEADS) else []
    if twice:
        quotations = [match.span() for match in quoted_words(text)]
        twice = [(a, b) for a, b in twice if not any(begin <= a and b <= end for begin, end in quotations)]
    return len(BROKEN.findall(text)) + len(twice)


def quoted_words(text: str) -> Iterator[re.Match[str]]:
    """Single words in quotation marks or backticks, as in an article about broken text or in code.

    Args:
        text: of one paragraph.
    """
    return QUOTED.finditer(text)


@hookimpl
def corpora_filters() -> list[type[Filter]]:
    """Offer the filter."""
    return [Mojibake]
