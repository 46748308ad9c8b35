"""What a reader of files hands on: the blocks of one book in reading order, and what the file says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from corpora.builtin.sources.unreadable import Unreadable as Unreadable

GONE = re.compile("[\xad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"""Soft hyphens, zero-width and direction marks: nothing that is read aloud. Joiners stay, they are spelling."""
MARKS = "\xad\u200b\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def visible(text: str) -> str:
    """The text without the characters that show nothing; most texts have none, which is told fast."""
    return GONE.sub("", text) if not text.isascii() and any(mark in text for mark in MARKS) else text


class Block(NamedTuple):
    """A paragraph (level 0) or a heading (1 is the highest), on one line."""

    text: str
    level: int = 0
    linked: bool = False
    """Whether all of it is a link to another place in the book, as in a table of contents."""


@dataclass(frozen=True)
class Draft:
    """One book as its file gives it, before anything is judged to be no prose."""

    blocks: tuple[Block, ...]
    title: str = ""
    author: str = ""
    language: str = ""
    licence: str = ""
    url: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    removed: Mapping[str, int] = field(default_factory=dict)
    """How many words were already taken out, by the reason."""


def words_in(line: str) -> int:
    """The words of a text whose white space is single spaces."""
    return line.count(" ") + 1


def one_line(text: str) -> str:
    """The text with each run of white space as one space, and without characters that show nothing."""
    return " ".join(visible(text).split())
