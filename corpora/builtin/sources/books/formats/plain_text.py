"""Read plain text as blocks: one paragraph per line, or hard-wrapped lines that are joined again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from corpora.arrays import has_double_space, has_other_space
from corpora.builtin.sources.books.formats import paragraph_layout, transcription
from corpora.builtin.sources.books.formats.blocks import Block, unescaped, visible
from corpora.builtin.sources.books.formats.paragraph_layout import layout_of
from corpora.builtin.sources.books.formats.running_heads import without_running_heads
from corpora.builtin.sources.books.formats.verse import without_line_numbers

BROKEN_WORD = re.compile(r"-\n(?<=\w-\n)[^\S\n]*(\w+)")
LAST_WORD = re.compile(r"\w+$")
DASH_AT_END = re.compile(r"--\n(?<=\S--\n)[^\S\n]*(?=\S)")
LONG_DASH_AT_END = re.compile(r"—\n(?<=\S—\n)[^\S\n]*(?=\S)")
"""These patterns begin with a rare character; patterns that begin with a character class take ten times as long."""
HYPHENS = ("\xad", "¬")
"""Characters that mean a hyphen at the end of a line and never occur in a word."""
WIDE_SPACES = "\xa0\u2002\u2003\u3000"
WIDE_INDENT = re.compile(rf"(?<=\n)[{WIDE_SPACES}]+")
QUOTED = re.compile(r"^(?:> ?)+", re.M)
QUOTED_RATE = 0.9
EVIDENCE = 3
"""If the text also has at least this many split words unsplit, its lines are known to end in split words."""


def blocks_of(text: str, *, transcribed: bool = False) -> list[Block]:
    """The paragraphs of a plain text, each on one line.

    Args:
        text: the file's text, with any kind of line breaks.
        transcribed: whether to interpret the marks of book transcribers: italics, ligatures, pictures, pages, notes.
    """
    return blocks_in(with_plain_breaks(text), transcribed=transcribed)


def blocks_in(text: str, *, transcribed: bool) -> list[Block]:
    """Like `blocks_of`, for text that `with_plain_breaks` returned."""
    removed: list[Block] = []
    if transcribed:
        text, removed = transcription.read_marks(without_line_numbers(text))
    text, heads = without_running_heads(text, paragraph_layout.is_indented)
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
    return [*heads, *(_with_removed(blocks, removed) if removed else blocks)]


def with_plain_breaks(text: str) -> str:
    """The text with `\\n` as its only line break, and with entities read, and without invisible characters."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for mark in ("\f", "\v"):
        if mark in text:
            text = text.replace(mark, "\n\n" if mark == "\f" else "\n")
    if not text.isascii():
        text = _with_ascii_layout(text)
    if ">" in text and text.count("\n>") > QUOTED_RATE * text.count("\n"):
        text = QUOTED.sub("", text)
    return visible(unescaped(text))


def _with_ascii_layout(text: str) -> str:
    """The text with line breaks, hyphens at their ends, and indents in ASCII."""
    for mark in "\u2028\u2029":
        if mark in text:
            text = text.replace(mark, "\n")
    for mark in HYPHENS:
        if mark in text:
            text = re.sub(rf"{mark}\n(?<=\w{mark}\n)[^\S\n]*(\w\S*)[^\S\n]*", r"\1\n", text)
    if any(mark in text and f"\n{mark}" in text for mark in WIDE_SPACES):
        text = WIDE_INDENT.sub(lambda match: " " * len(match[0]), text)
    return text


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
    """The blocks, each preceded by the passages that were removed from it."""
    for block in blocks:
        if transcription.OPEN not in block.text:
            yield block
            continue
        for number in transcription.PLACE.findall(block.text):
            yield removed[int(number)]
        if text := " ".join(transcription.PLACE.sub(" ", block.text).split()):
            yield block._replace(text=re.sub(r" (?=[.,;:!?])", "", text))


def _squeezed(text: str, *, is_plain: bool) -> str:
    """A paragraph on one line, with each run of white space collapsed to one space.

    Args:
        text: the paragraph.
        is_plain: whether its only white space is spaces and line breaks.
    """
    line = (text.replace("\n", " ") if "\n" in text else text).strip()
    if "  " not in line and (is_plain or (line.isascii() and "\t" not in line)):
        return line
    return " ".join(line.split())


def _mended(text: str) -> str:
    """Join words and dashes that a hard wrap split.

    A hyphen is kept unless the text also has the word without it. In a text whose lines end in split words, it is
    also removed if one of the halves is not a word of the text.
    """
    text = LONG_DASH_AT_END.sub("—", DASH_AT_END.sub("--", text))
    cuts = {match.start(): _halves(match, text) for match in BROKEN_WORD.finditer(text)}
    if not cuts:
        return text
    wanted = {
        form for first, second in cuts.values() for form in (first, second, f"{first}{second}", f"{first}-{second}")
    }
    known = _known(wanted, text)
    wholes = {at for at, (first, second) in cuts.items() if f"{first}{second}" in known}
    kept = {at for at, (first, second) in cuts.items() if f"{first}-{second}" in known}
    if len(wholes) >= EVIDENCE and len(wholes) > len(kept - wholes):
        halves = {at for at, pair in cuts.items() if pair[1].islower() and not known.issuperset(pair)}
        wholes |= halves - kept
    return BROKEN_WORD.sub(lambda match: match[1] if match.start() in wholes else f"-{match[1]}", text)


def _known(forms: Iterable[str], text: str) -> set[str]:
    """The forms that occur as words in a text, perhaps followed by a punctuation mark."""
    marked = {form + mark: form for form in forms for mark in ("", ",", ".", ";")}
    return {marked[word] for word in marked.keys() & text.split()}


def _halves(match: re.Match[str], text: str) -> tuple[str, str]:
    """The parts of a split word before and after its hyphen."""
    before = LAST_WORD.search(text, max(0, match.start() - 40), match.start())
    return before[0] if before else "", match[1]
