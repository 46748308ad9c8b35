"""Recognise verse in plain text, whose lines end where they mean to end and not where the page does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import quantiles

from corpora.builtin.sources.books.cleaning.prose import is_title

MIN_LINES = 4
MIN_LETTERS = 10
"""The mean length of lines of verse is at least this; shorter ones are columns or signs."""
MAX_WIDTH = 60
EVEN_RATE = 0.8
"""In wrapped prose, short lines inside sentences have at least this share of the length of long ones."""
NARROW_RATE = 0.85
"""Lines of verse amid prose are at most this share of the width of the prose."""
BARE_RATE = 0.8
"""If at least this share of lines ends without a punctuation mark, the breaks are the only marks of the verse."""
ONE_WIDTH_RATE = 0.75
"""If more than this share of breaks can be wraps at the same width, the lines may be wrapped prose."""
LINE_NUMBER = re.compile(r"(?<=\S) {3,}+(\d{1,4})$")
"""A number at the right margin."""
ZERO_AT_END, FIVE_AT_END = re.compile("0\n"), re.compile("5\n")
MARGIN_CHARACTERS = 80
MIN_NUMBERS = 3
STEPS = (5, 10, 20)
OPENING = "\"'“‘«([_—-"
STOP_INSIDE = re.compile(r"[.!?]['\"”’)]* +[\"'“‘(]?[^\W\d_a-zà-öø-ÿ]")


def without_line_numbers(text: str) -> str:
    """A text without the numbers that count its lines at the right margin, such as every fifth line of a poem.

    Args:
        text: with `\\n` as its line break.
    """
    ends = [match.start() + 1 for match in ZERO_AT_END.finditer(text)]
    ends = sorted([*ends, *(match.start() + 1 for match in FIVE_AT_END.finditer(text))]) if ends else []
    found = [number for end in ends if (number := _number_before(text, end))] if len(ends) >= MIN_NUMBERS else []
    counting = {number for a, b in pairwise(found) if _count_lines(text, a, b) for number in (a, b)}
    if len(counting) < MIN_NUMBERS:
        return text
    at, parts = 0, []
    for start, end in sorted(counting):
        parts.append(text[at:start])
        at = end
    return "".join([*parts, text[at:]])


def _number_before(text: str, end: int) -> tuple[int, int] | None:
    """The place of a number that ends here, with the space that sets it apart from its line."""
    first = max(end - MARGIN_CHARACTERS, 0)
    match = LINE_NUMBER.search(text[first:end])
    return (first + match.start(), end) if match else None


def _count_lines(text: str, number: tuple[int, int], following: tuple[int, int]) -> bool:
    """Whether there are as many lines from one number to the next as the numbers say, apart from blank lines."""
    first, second = (int(text[start:end]) for start, end in (number, following))
    if second - first not in STEPS or second % (second - first):
        return False
    between = text[number[1] : following[0]].split("\n")
    return sum(not line.isspace() and line != "" for line in between) == second - first


def has_uneven_lines(lines: Sequence[str]) -> bool:
    """Whether lines that end inside a sentence are too uneven to be wrapped, and narrow.

    Args:
        lines: those before a line that begins with a lower-case letter, and do not end in a punctuation mark.
    """
    if len(lines) < MIN_LINES:
        return False
    low, high = _range(lines)
    return high <= MAX_WIDTH and low < EVEN_RATE * high and not any(map(STOP_INSIDE.search, lines))


def prose_width(lines: Iterable[str]) -> float:
    """The width of wrapped prose, by the lines that end inside a sentence; 0 if it is not wrapped to one width."""
    lengths = [*lines]
    if len(lengths) < 2 * MIN_LINES:
        return 0.0
    low, high = _range(lengths)
    return high if low >= EVEN_RATE * high else 0.0


def verse_lines(passage: str, width: float) -> list[str] | None:
    """The lines of a passage, if it is verse with hardly any punctuation; None for other passages.

    Verse with punctuation is read as one paragraph, since its sentences go on over its lines.

    Args:
        passage: lines between blank lines.
        width: of the prose around it.
    """
    least = passage.count("\n") + 1
    if least < MIN_LINES or len(passage) > least * NARROW_RATE * width:
        return None
    lines = [line.strip() for line in passage.split("\n") if line.strip()]
    if len(lines) < MIN_LINES or not _may_be_verse(lines, width):
        return None
    capitals = sum(line.lstrip(OPENING)[:1].isupper() for line in lines)
    if capitals == len(lines):
        return lines if sum(map(is_title, lines)) * 2 < len(lines) else None
    small = sum(line.lstrip(OPENING)[:1].islower() for line in lines)
    return lines if small * 2 >= len(lines) and not _may_be_wrapped(lines) else None


def _range(lines: Sequence[str]) -> tuple[float, float]:
    """The lengths that a tenth of the lines are below and above."""
    tenths = quantiles(map(len, lines), n=10, method="inclusive")
    return tenths[0], tenths[-1]


def _may_be_verse(lines: Sequence[str], width: float) -> bool:
    """Whether all lines are narrow and have room for the next word, and most end without a punctuation mark."""
    bare = sum(line[-1].isalnum() for line in lines[:-1])
    return (
        max(map(len, lines)) <= NARROW_RATE * width
        and sum(map(len, lines)) >= MIN_LETTERS * len(lines)
        and bare >= BARE_RATE * (len(lines) - 1)
        and all(_with_next(line, after) < width for line, after in pairwise(lines))
        and not any(map(STOP_INSIDE.search, lines))
    )


def _may_be_wrapped(lines: Sequence[str]) -> bool:
    """Whether most of the breaks can be wraps at some width: the line fits in it, and the next word did not."""
    borders = sorted([(len(a), 1) for a, _ in pairwise(lines)] + [(_with_next(a, b), -1) for a, b in pairwise(lines)])
    fitting = most = 0
    for _, step in borders:
        fitting += step
        most = max(most, fitting)
    return most > ONE_WIDTH_RATE * (len(lines) - 1)


def _with_next(line: str, after: str) -> int:
    return len(line) + 1 + len(after.split(None, 1)[0])
