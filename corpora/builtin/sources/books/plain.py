"""Plain text to blocks: which line breaks are paragraphs, and which only hard wraps."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal, NamedTuple

from corpora.builtin.sources.books.draft import Block, visible

Layout = Literal["lines", "wrapped", "double-spaced"]

SAMPLE_LINES = 3000
MAX_WIDTH = 200
"""No hard wrap is wider; a longer line is a paragraph."""
CONTINUES_RATE = 0.3
"""From this share of line breaks inside a sentence the breaks are wraps: prose has 0.6 to 0.9, paragraphs 0.02."""
FULL_RATE = 0.6
"""The same for scripts without case: the share of lines too full for the next one's first word."""

BLANK = re.compile(r"\n[^\S\n]*\n\s*")
INDENTED = re.compile(r"\n(?<=\S\n)(?=[^\S\n]{1,12}\S)")
INDENTED_AFTER_STOP = re.compile(r"""\n(?<=[.!?:;"'”’»—-]\n)(?=[^\S\n]{1,12}\S)""")
ENDS = frozenset(""".!?:;…"'”’»)]*—–-""")
BROKEN_WORD = re.compile(r"-\n(?<=\w-\n)[^\S\n]*(\w+)")
LAST_WORD = re.compile(r"\w+$")
DASH_AT_END = re.compile(r"--\n(?<=\S--\n)[^\S\n]*(?=\S)")
LONG_DASH_AT_END = re.compile(r"—\n(?<=\S—\n)[^\S\n]*(?=\S)")
ITALICS = re.compile(r"_(?<![\w_]_)([^_\n]+(?:\n[^_\n]+){0,3})_(?![\w_])")
ASIDES = re.compile(
    r"\[(?:Illustration|Pg\.? ?\w+|Page \w+|Blank Page|Music:|Images?|Colophon|Decoration|Frontispiece)[^\]]{0,400}\]",
    re.I,
)
NOTE_MARK = re.compile(r"\[(?<=\S\[)([0-9]{1,3}|[A-Z]|[*†‡§]{1,3})\]")
NOTE_HEAD = re.compile(r"\[(?<=\n\[)([0-9]{1,3}|[A-Z]|[*†‡§]{1,3})\][ \t]+")
NOTE_LABEL = re.compile(r"\[(?<=\n\[)(?:Footnote )?([0-9]{1,3}|[A-Z])(?=\][ \t]|:)")
RUN_OF_NOTES = 3
"""So many marks that count up from 1 are notes wherever these stand."""
NOTE = re.compile(r"\[(?<=\n\[)Footnote[ \w*†‡§]{0,8}: ?([^\[\]]+)\]")
NOTE_IN_LINE = re.compile(r"\[Footnote\b[^\[\]]{1,600}\]")
PAGES = re.compile(r"\{\d{1,4}\}")
"""Patterns start with a character that is seldom found; those that start with a class take ten times as long."""


def blocks_of(text: str, *, marked: bool = False) -> list[Block]:
    """The paragraphs of a plain text, each on one line.

    Args:
        marked: whether to take out what transcribers of books mark: italics, pictures, pages, notes.
    """
    text = _even(text)
    if marked:
        text = _unmarked(text)
    layout = layout_of(text)
    if layout == "double-spaced":
        text = re.sub(r"\n[^\S\n]*\n", "\n", text)
    parts = text.split("\n") if layout == "lines" else _paragraphs(_mended(text))
    return [Block(line) for line in map(_squeezed, parts) if line]


def _even(text: str) -> str:
    """The text with one kind of line break, and without characters that show nothing."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\f" in text:
        text = text.replace("\f", "\n\n")
    return visible(text)


def _unmarked(text: str) -> str:
    if "_" in text:
        text = ITALICS.sub(r"\1", text)
    if "[" in text:
        text = _without_note_marks(ASIDES.sub("", text))
        text = NOTE_IN_LINE.sub("", NOTE.sub(r"\1", text))
    return PAGES.sub("", text) if "{" in text else text


def _without_note_marks(text: str) -> str:
    """The text without marks whose note is in it, without marks that count up from 1, and without stars."""
    marks = dict.fromkeys(NOTE_MARK.findall(text))
    numbers = [mark for mark in marks if mark.isdigit()]
    counted = len(numbers) >= RUN_OF_NOTES and numbers == [str(n + 1) for n in range(len(numbers))]
    notes = marks.keys() & {*NOTE_LABEL.findall(text), *(numbers if counted else ())}

    def without(match: re.Match[str]) -> str:
        return "" if match[1] in notes or not match[1].isalnum() else match[0]

    return NOTE_HEAD.sub(without, NOTE_MARK.sub(without, text))


def _squeezed(text: str) -> str:
    line = text.replace("\n", " ").strip()
    if line.isascii() and "  " not in line and "\t" not in line:
        return line
    return " ".join(line.split())


class _Pairs(NamedTuple):
    """What a sample shows of neighbouring lines."""

    breaks: int
    width: int
    cased: bool
    continues: float
    full: float


def layout_of(text: str) -> Layout:
    """How a text marks its paragraphs, told from the line breaks themselves.

    A break with a small letter after it and no full stop before it is inside a sentence. Where scripts
    have no case, a break is a wrap when the next word would not have fitted.
    """
    share = min(SAMPLE_LINES / (text.count("\n") + 1), 1)
    middle = text[int(len(text) * (1 - share) / 2) : int(len(text) * (1 + share) / 2)]
    sample = [line.strip() for line in middle.split("\n")]
    near = _pairs([(a, b) for a, b in pairwise(sample) if a and b])
    if near.breaks * 50 >= sum(map(bool, sample)):
        return "wrapped" if _is_wrapped(near) else "lines"
    apart = [line for line in sample if line]
    return "double-spaced" if _is_wrapped(_pairs(list(pairwise(apart)))) else "lines"


def _is_wrapped(pairs: _Pairs) -> bool:
    if pairs.breaks < 3 or pairs.width > MAX_WIDTH:
        return False
    return pairs.continues >= CONTINUES_RATE if pairs.cased else pairs.full >= FULL_RATE


def _pairs(pairs: list[tuple[str, str]]) -> _Pairs:
    if not pairs:
        return _Pairs(0, 0, True, 0.0, 0.0)
    width = sorted(len(line) for line, _ in pairs)[int(len(pairs) * 0.98)]
    continues = sum(after[0].islower() and line[-1] not in ENDS for line, after in pairs)
    full = sum(len(line) + 1 + len(after.split(None, 1)[0]) > width for line, after in pairs)
    cased = sum(after[0].lower() != after[0].upper() for _, after in pairs) * 4 > len(pairs)
    return _Pairs(len(pairs), width, cased, continues / len(pairs), full / len(pairs))


def _paragraphs(text: str) -> list[str]:
    """Cut wrapped text: at blank lines, at indented first lines where they mark paragraphs, else after short lines."""
    lines = text.count("\n") + 1
    indented, after_stop = len(INDENTED.findall(text)), len(INDENTED_AFTER_STOP.findall(text))
    if lines * 0.02 < indented < lines * 0.5 and after_stop > indented * 0.7:
        text = INDENTED.sub("\n\n", text)
    parts = BLANK.split(text)
    return parts if len(parts) * 60 > lines else [piece for part in parts for piece in _after_short_lines(part)]


def _after_short_lines(text: str) -> list[str]:
    """Paragraphs of wrapped text that marks them by nothing but a last line with room for the next word."""
    lines = text.split("\n")
    width = sorted(map(len, lines))[int(len(lines) * 0.98)]
    paragraphs: list[list[str]] = [[]]
    for line, after in pairwise([*lines, ""]):
        paragraphs[-1].append(line)
        if len(line) + len(after.partition(" ")[0]) < width and line.rstrip()[-1:] in ENDS:
            paragraphs.append([])
    return ["\n".join(paragraph) for paragraph in paragraphs]


def _mended(text: str) -> str:
    """Words and dashes that a hard wrap cut, whole again; a hyphen stays where the word is known with it."""
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
