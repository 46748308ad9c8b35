"""Page numbers and running heads of printed pages amid a plain text, and the sentences that they cut."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from corpora.builtin.sources.books.cleaning.prose import is_title, is_upper
from corpora.builtin.sources.books.formats.blocks import Block, one_line, words_in

RULE = "running head"
SAMPLE_LINES = 600
MIN_PAGES = 4
CUT_RATE = 0.35
"""Pages end inside a sentence more often than not; chapters, letters and refrains do not."""
RISING_RATE = 0.7
MAX_STEP = 4
"""Plates and lost pages leave gaps in the numbers."""
MAX_CHARACTERS = 80
MAX_WIDTH = 200
"""With a longer line a text has one paragraph per line."""
LINE_WORDS = 5
"""A line of fewer words may be a heading or a verse."""
SHORT = 14
"""A number between signs, such as `- 18 -`, is at most this long."""
DIGITS = frozenset("0123456789")
NUMBER = re.compile(r"\d{1,4}")
LETTERS = re.compile(r"[\W\d_]+")
PAGE_WORDS = frozenset({"", "page", "p", "pg", "pageof", "of", "seite", "página", "pagina"})
STOPS = frozenset(""".!?:;…"'”’»)]*—–""")


class _Head(NamedTuple):
    """A line that may belong to the page and not to the text."""

    line: int
    key: str
    """Its letters; the same on each page."""
    number: int | None


def without_running_heads(text: str, is_indented: Callable[[str], bool]) -> tuple[str, list[Block]]:
    """The text without lines that stand between pages, and those of them that have words.

    A line with a page number or one that returns is such a line if the text around it is one sentence again and again.

    Args:
        text: with `\\n` as its only line break.
        is_indented: whether indents mark paragraphs, so that they decide where a page ends; else a stop ends one there
            if its line has room for the next word.
    """
    if not _has_heads(text):
        return text, []
    lines = text.split("\n")
    stripped = [line.strip() for line in lines]
    heads = {head.line: head for head in _heads(stripped)}
    if not heads:
        return text, []
    between = "\n" if is_indented(text) else "\n\n"
    width = sorted(map(len, stripped))[int(len(stripped) * 0.98)]
    inside = " " if width > MAX_WIDTH else "\n"
    parts, at = [], 0
    for before, after in sorted({_around(stripped, line, heads) for line in heads}):
        parts.append("\n".join(lines[at : before + 1]))
        is_inside = before >= 0 and after < len(lines) and _goes_on(stripped[before], stripped[after], width)
        parts.append(inside if is_inside else between)
        at = after
    removed = [Block(one_line(stripped[n]), rule=RULE) for n, head in heads.items() if head.key not in PAGE_WORDS]
    return "".join(parts) + "\n".join(lines[at:]), removed


def _has_heads(text: str) -> bool:
    """Whether the middle of a text has such lines, which is faster to see than whether all of it has."""
    share = min(SAMPLE_LINES / (text.count("\n") + 1), 1)
    middle = text[int(len(text) * (1 - share) / 2) : int(len(text) * (1 + share) / 2)]
    return next(_heads([line.strip() for line in middle.split("\n")]), None) is not None


def _heads(lines: Sequence[str]) -> Iterator[_Head]:
    """The lines that belong to pages."""
    candidates = _candidates(lines)
    if len(candidates) < MIN_PAGES:
        return
    by_key: dict[str, list[_Head]] = {}
    for head in candidates.values():
        by_key.setdefault(head.key, []).append(head)
    likely = {key: heads for key, heads in by_key.items() if len(heads) >= MIN_PAGES and _is_series(key, heads, lines)}
    places = {head.line: head for heads in likely.values() for head in heads}
    for heads in likely.values():
        gaps = {_around(lines, head.line, places) for head in heads}
        inner = [(lines[a], lines[b]) for a, b in gaps if a >= 0 and b < len(lines)]
        cut = sum(_is_cut(before, after) for before, after in inner)
        if len(gaps) >= MIN_PAGES and cut >= CUT_RATE * len(heads):
            yield from heads


def _candidates(lines: Sequence[str]) -> dict[int, _Head]:
    returning = {line for line, count in Counter(lines).items() if count >= MIN_PAGES and len(line) > 2}
    found = {}
    for n, line in enumerate(lines):
        if not line or len(line) > MAX_CHARACTERS:
            continue
        has_number = line[0] in DIGITS or line[-1] in DIGITS or (len(line) <= SHORT and not DIGITS.isdisjoint(line))
        if has_number or line in returning:
            number = NUMBER.search(line) if has_number else None
            found[n] = _Head(n, LETTERS.sub("", line).casefold(), int(number[0]) if number else None)
    return found


def _is_series(key: str, heads: Sequence[_Head], lines: Sequence[str]) -> bool:
    """Whether lines of one wording are like heads of pages: with numbers that rise, or written as titles."""
    numbers = [head.number for head in heads if head.number is not None]
    rising = [0 < b - a <= MAX_STEP for a, b in pairwise(numbers)]
    if len(numbers) * 2 > len(heads) and sum(rising) >= RISING_RATE * len(rising):
        return True
    return key not in PAGE_WORDS and is_title(lines[heads[0].line])


def _around(lines: Sequence[str], number: int, heads: Mapping[int, _Head]) -> tuple[int, int]:
    """The last line of text before a head and the first one behind it, over blank lines and other heads."""
    before, after = number, number
    while before >= 0 and (not lines[before] or before in heads):
        before -= 1
    while after < len(lines) and (not lines[after] or after in heads):
        after += 1
    return before, after


def _goes_on(before: str, after: str, width: int) -> bool:
    """Whether a paragraph probably goes on from one page to the next, in a text where others do."""
    if after[0].islower():
        return True
    if before[-1] in STOPS:
        return width <= MAX_WIDTH and len(before) + 1 + len(after.split(None, 1)[0]) > width
    return words_in(before) >= LINE_WORDS and not is_upper(before) and not is_upper(after)


def _is_cut(before: str, after: str) -> bool:
    """Whether a sentence goes on from one line to another."""
    return before[-1] not in STOPS and after[0].islower()
