"""What all readers of file formats return: the blocks of a book in reading order, and the file's metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from html.entities import html5
from typing import NamedTuple

from corpora import Json
from corpora.arrays import words_in as words_in
from corpora.builtin.sources.unreadable import Unreadable as Unreadable

INVISIBLE = "\xad\u200b\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Soft hyphens, zero-width and direction marks. Zero-width joiners are kept, because they are part of the spelling."""
INVISIBLE_RUN = re.compile(f"[{INVISIBLE}]+")
COMMON_LIGATURES = "ﬀﬁﬂ"
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
ENTITY = re.compile(r"&(?:amp;)?(?:([A-Za-z][A-Za-z0-9]{1,30};)|#(?:\d{2,7}|[xX][\dA-Fa-f]{2,6});)")


class Markup(NamedTuple):
    """What the markup of HTML tells about a block besides its text, until the texts of a book are joined."""

    look: str = ""
    """The letters of its looks: `b` bold, `c` centred, `l` large."""
    ids: tuple[str, ...] = ()
    """The targets of links at its beginning or around it."""
    marks: tuple[tuple[str, str], ...] = ()
    """The labels of the marks of notes behind its first word, each with the id that the mark links to or nothing."""
    is_labelled: bool = False
    """Whether it has a label like a note: a mark in front of it, a link back, or an item of a list around it."""
    may_go_on: bool = False
    """Whether it is a paragraph outside lists and tables that begins with a small letter."""


class Block(NamedTuple):
    """One paragraph or heading, on one line."""

    text: str
    level: int = 0
    """0 for a paragraph, 1 to 6 for a heading; 1 is the highest."""
    linked: bool = False
    """Whether the whole block is a link to another place in the book, as in a table of contents."""
    rule: str = ""
    """The rule that excludes the block from the text, if the file itself marks it so; empty for text."""
    gap: int = 0
    """The number of blank lines before it in plain text; 0 for other formats."""
    markup: Markup | None = None
    opens_file: bool = False
    """Whether it is the first text of one of several files, such as those of an EPUB."""


@dataclass(frozen=True)
class ParsedBook:
    """One book as its file contains it, before cleaning."""

    blocks: tuple[Block, ...]
    title: str = ""
    author: str = ""
    language: str = ""
    licence: str = ""
    url: str = ""
    encoding: str = ""
    """The encoding of its file; empty for EPUB, whose texts declare theirs."""
    metadata: Mapping[str, Json] = field(default_factory=dict)


def visible(text: str) -> str:
    """The text without invisible characters, and with the ligatures of type, such as ﬁ, as letters."""
    if text.isascii():
        return text
    if any(mark in text for mark in COMMON_LIGATURES):
        text = text.translate(LIGATURES)
    if not any(mark in text for mark in INVISIBLE):  # much faster than the pattern
        return text
    return INVISIBLE_RUN.sub("", text)


def unescaped(text: str) -> str:
    """The text with entities of HTML that were escaped twice, or left in plain text, read: `&mdash;`, `&#8217;`."""
    return ENTITY.sub(_read_entity, text) if "&" in text else text


def _read_entity(match: re.Match[str]) -> str:
    return unescape(unescape(match[0])) if match[1] is None or match[1] in html5 else match[0]


def one_line(text: str) -> str:
    """The text with entities decoded, white space collapsed to single spaces, and without invisible characters."""
    return " ".join(visible(unescaped(text)).split())


def removed_blocks(text: str, rule: str) -> list[Block]:
    """The paragraphs of a passage that is not part of the text, as blocks with a rule.

    Args:
        text: the passage; blank lines separate its paragraphs.
        rule: the rule that removes it.
    """
    return [Block(line, rule=rule) for part in re.split(r"\n[^\S\n]*\n\s*", text) if (line := one_line(part))]
