"""Plain text as blocks: one paragraph per line, or hard-wrapped lines that are joined again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from corpora.arrays import has_double_space, has_other_space
from corpora.builtin.sources.books.formats import paragraph_layout, transcription
from corpora.builtin.sources.books.formats.blocks import Block, visible
from corpora.builtin.sources.books.formats.paragraph_layout import layout_of

BROKEN_WORD = re.compile(r"-\n(?<=\w-\n)[^\S\n]*(\w+)")
LAST_WORD = re.compile(r"\w+$")
DASH_AT_END = re.compile(r"--\n(?<=\S--\n)[^\S\n]*(?=\S)")
LONG_DASH_AT_END = re.compile(r"—\n(?<=\S—\n)[^\S\n]*(?=\S)")
"""Patterns begin with a character that is rare; those that begin with a class take ten times as long."""


def blocks_of(text: str, *, transcribed: bool = False) -> list[Block]:
    """The paragraphs of a plain text, each on one line.

    Args:
        text: the file's text, with any line breaks.
        transcribed: whether to read what transcribers of books mark: italics, ligatures, pictures, pages, notes.
    """
    return blocks_in(with_plain_breaks(text), transcribed=transcribed)


def blocks_in(text: str, *, transcribed: bool) -> list[Block]:
    """The same for a text that `with_plain_breaks` gave."""
    removed: list[Block] = []
    if transcribed:
        text, removed = transcription.read_marks(text)
    layout = layout_of(text)
    if layout == "double-spaced":
        text = re.sub(r"\n[^\S\n]*\n", "\n", text)
    parts = _lines(text) if layout == "lines" else paragraph_layout.paragraphs(_mended(text))
    is_plain = not has_other_space(text)
    if is_plain and layout == "lines" and not has_double_space(text):
        squeezed: Callable[[str], str] = str.strip
    else:
        squeezed = partial(_squeezed, is_plain=is_plain)
    blocks = [Block(line, 0, False, "", gap) for part, gap in parts if (line := squeezed(part))]
    return list(_with_removed(blocks, removed)) if removed else blocks


def with_plain_breaks(text: str) -> str:
    """The text with `\\n` as its only line break, and without invisible characters."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\f" in text:
        text = text.replace("\f", "\n\n")
    return visible(text)


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Each line that is not blank, with the number of blank lines before it."""
    gap = 0
    for line in text.split("\n"):
        if not line or line.isspace():
            gap += 1
        else:
            yield line, gap
            gap = 0


def _with_removed(blocks: Iterable[Block], removed: list[Block]) -> Iterator[Block]:
    """The blocks, with passages that were taken out of one in front of it."""
    for block in blocks:
        if transcription.OPEN not in block.text:
            yield block
            continue
        for number in transcription.PLACE.findall(block.text):
            yield removed[int(number)]
        if text := " ".join(transcription.PLACE.sub(" ", block.text).split()):
            yield block._replace(text=re.sub(r" (?=[.,;:!?])", "", text))


def _squeezed(text: str, *, is_plain: bool) -> str:
    """A paragraph on one line, each run of white space as one space.

    Args:
        is_plain: whether it has no white space but spaces and line breaks.
    """
    line = (text.replace("\n", " ") if "\n" in text else text).strip()
    if "  " not in line and (is_plain or (line.isascii() and "\t" not in line)):
        return line
    return " ".join(line.split())


def _mended(text: str) -> str:
    """Words and dashes that a hard wrap cut, joined; a hyphen stays unless the text has the word without it."""
    text = LONG_DASH_AT_END.sub("—", DASH_AT_END.sub("--", text))
    wholes = {match.start(): _whole(match, text) for match in BROKEN_WORD.finditer(text)}
    if not wholes:
        return text
    forms = {whole + mark: whole for whole in wholes.values() for mark in ("", ",", ".", ";")}
    known = {forms[word] for word in forms.keys() & text.split()}

    def mend(match: re.Match[str]) -> str:
        return match[1] if wholes[match.start()] in known else f"-{match[1]}"

    return BROKEN_WORD.sub(mend, text)


def _whole(match: re.Match[str], text: str) -> str:
    """A cut word without its hyphen."""
    before = LAST_WORD.search(text, max(0, match.start() - 40), match.start())
    return f"{before[0] if before else ''}{match[1]}"
