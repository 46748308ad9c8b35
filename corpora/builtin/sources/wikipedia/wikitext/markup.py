"""The rules and results of the passes, and characters that are protected from being read as markup."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.entities import html5
from typing import Literal

from corpora import HOLE as HOLE


@dataclass(frozen=True)
class Rules:
    """How to treat the parts of an article that are not plain prose."""

    lists: Literal["drop", "keep"] = "drop"
    """Items of lists: left out, or one paragraph each."""
    headings: Literal["drop", "keep"] = "drop"
    """Section titles: recorded only, or one paragraph each as well."""
    math: Literal["drop", "tex", "placeholder"] = "drop"
    """Formulas: left out, as TeX, or the word `formula`."""
    captions: Literal["drop", "keep"] = "drop"
    """Captions of pictures: left out, or one paragraph each."""
    holes: Literal["mark", "fill", "close"] = "close"
    """Places where something inline was left out: marked with `HOLE`, filled with `FILLED`, or closed up."""


@dataclass
class ArticleMetadata:
    """What the passes find in an article, apart from its text."""

    categories: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    """Names of templates (or functions) that gave no text, and how often."""
    holes: Counter[str] = field(default_factory=Counter)
    """Those of them that left a hole in a line of text: no component knows them."""
    protected: bool = False
    """Whether `protect` put private characters into the text."""


@dataclass(frozen=True)
class Article:
    """The content of one page."""

    paragraphs: tuple[str, ...]
    headings: tuple[tuple[int, str], ...]
    """Each with the number of the paragraph that follows it."""
    categories: tuple[str, ...]
    links: tuple[str, ...]
    """Titles of linked articles, as written, in order, each once."""
    dropped: Counter[str]
    """Templates that gave no text, by name."""
    holes: Counter[str] = field(default_factory=Counter)
    """Inline templates that no component could render, by name."""


SOFT, SOFT_END = "\ue0f1", "\ue0f2"
"""Around a pronunciation, which is left out of brackets and shown outside of them."""
FILLED = "[...]"
MARKUP = "[]{}|'=*#:;<>_&!-"
_FIRST = 0xF780
"""The first of the private characters that replace protected ones."""
_HIDDEN = {ord(c): _FIRST + i for i, c in enumerate(MARKUP)}
_PRIVATE = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + len(MARKUP) - 1)}]")
_ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SPACES = ("\u00a0", "\u2002", "\u2003", "\u2009", "\u200a", "\u202f", "\u2007", "\u3000", "\t")
_NOTHING = ("\u00ad", "\u200b", "\u2060", "\ufeff", "\u200e", "\u200f")


def protect(text: str, found: ArticleMetadata, only: str = "") -> str:
    """The text with its markup characters replaced by private ones, until `restore` reverts it.

    Args:
        text: to protect.
        found: records that private characters were used.
        only: a single character to protect, instead of all.
    """
    found.protected = True
    return text.replace(only, chr(_HIDDEN[ord(only)])) if only else text.translate(_HIDDEN)


def without_private(text: str) -> str:
    """The text without the private characters that mark holes and pronunciations."""
    if text.isascii() or not (HOLE in text or SOFT in text or SOFT_END in text):
        return text
    return text.replace(HOLE, "").replace(SOFT, "").replace(SOFT_END, "")


def restore(text: str, found: ArticleMetadata) -> str:
    """The text with protected characters restored, and two apostrophes as a quotation mark.

    Args:
        text: after all passes.
        found: says whether `protect` was used on the page.
    """
    if found.protected:
        text = _PRIVATE.sub(lambda hidden: MARKUP[ord(hidden[0]) - _FIRST], text)
    return text.replace("''", '"') if "''" in text else text


def decoded(text: str, found: ArticleMetadata | None = None) -> str:
    """The text with entities decoded once (`&amp;lt;` gives `&lt;`), plain spaces, and no invisible characters.

    Args:
        text: wikitext or text.
        found: given if later passes will read the text; decoded entities are then protected from them.
    """
    if "&" in text:
        text = _ENTITY.sub(_character if found is None else lambda m: protect(_character(m), found), text)
    if text.isascii():
        return text.replace("\t", " ") if "\t" in text else text
    for space in _SPACES:
        if space in text:
            text = text.replace(space, " ")
    for nothing in _NOTHING:
        if nothing in text:
            text = text.replace(nothing, "")
    return text


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name[0] != "#":
        return html5.get(name + ";", match[0])
    number = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    if 0x80 <= number <= 0x9F:
        return bytes((number,)).decode("cp1252", "ignore")
    allowed = 0x20 <= number < 0xD800 or 0xF8FF < number < 0xF0000 or number in (9, 10)
    return chr(number) if allowed else ""
