"""Split all paragraphs of a document in one scan, without a function call for most paragraphs and ends.

The sentences are those that `boundaries.sentence_starts` finds paragraph by paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from corpora.builtin.splitters.cuts import cut
from corpora.builtin.splitters.rules.boundaries import ends, scan, scanned, sentence_starts, starts_at
from corpora.builtin.splitters.rules.certain import BARRIER, Places, certain_ends
from corpora.builtin.splitters.rules.full_stops import REACH, ROMAN
from corpora.builtin.splitters.rules.language import Language
from corpora.builtin.splitters.rules.layout import BEGINNINGS, CLOSERS, DIGITS, RULES

MARKS = ("[", "\n", "*", "#", "⁂", "/", "@")
LONG_MARKS = (("1", ": 1"), *((rule[0], rule) for rule in RULES))
"""Text that a paragraph must contain for the rules of `layout` to apply, or for a bracketed note that could reach
beyond it; long patterns are tried only where their rare character occurs."""
HEAD = re.compile(
    rf"{BARRIER}(?=\s|[•⁃-]|.?.[.)]|Figure |Fig\. |Table |Chapter |CHAPTER |{'|'.join(sorted(BEGINNINGS))})", re.S
)
"""Beginnings of paragraphs to which the rules of `layout` may apply."""
TAIL = re.compile(rf"{BARRIER}(?<=[\s{''.join(sorted(DIGITS))}{BARRIER}]{BARRIER})")
"""Ends of such paragraphs: a digit or white space, or an empty paragraph."""
CAPITAL = rf"(?=[A-Z])(?!(?:{'|'.join(sorted(CLOSERS))})\b)"
PLAIN, CLOSED, ASKED, EXCLAIMED, SPOKEN, LAST = range(1, 7)
KNOWN = "|".join(
    (
        rf"(?<=[a-z]{{2}}\.)(?:( )(?=['\"‘“]?{CAPITAL})",
        rf"(['\"’”]{{1,2}} ){CAPITAL})",
        rf"(?<=\?)( ){CAPITAL}",
        rf"(?<=!)( )(?={CAPITAL}\w*+(?!!|\.\.|\s[.…]))",
        r"(?<=[?!])(['\"’”]{1,2} )(?=[a-z]++(?!\w))",
    )
)
"""The most common and clearest contexts of a terminal, one numbered group each."""


def sentences_of(paragraphs: Sequence[str], language: Language) -> list[list[str]]:
    """The sentences of each paragraph."""
    special = _special(paragraphs)
    found = iter(_sentences([text for number, text in enumerate(paragraphs) if number not in special], language))
    return [
        cut(text, sentence_starts(text, language)) if number in special else next(found)
        for number, text in enumerate(paragraphs)
    ]


def _special(paragraphs: Sequence[str]) -> set[int]:
    """The indices of the paragraphs to which more rules may apply than those at terminals."""
    whole = f"{BARRIER}{BARRIER.join(paragraphs)}{BARRIER}"
    if whole.count(BARRIER) != len(paragraphs) + 1:
        return {*range(len(paragraphs))}
    inside = [head.end() for head in HEAD.finditer(whole)]
    inside += [tail.start() - 1 for tail in TAIL.finditer(whole)]
    marks = [*MARKS, *(mark for sign, mark in LONG_MARKS if sign in whole)]
    inside += [place for mark in marks if mark in whole for place in _places(whole, mark)]
    return {*_numbers_of(np.array(inside, np.int64), _bounds(paragraphs)).tolist()} if inside else set()


def _bounds(paragraphs: Sequence[str]) -> Places:
    """Where each paragraph begins in the joined text, with a barrier after each; and the end."""
    lengths = np.fromiter(map(len, paragraphs), np.int64, len(paragraphs))
    return np.concatenate([[0], np.cumsum(lengths + 1)])


def _numbers_of(places: Places, bounds: Places) -> Places:
    """The index of the paragraph that contains each offset."""
    return np.searchsorted(bounds, places, side="right") - 1


def _places(text: str, mark: str) -> Iterator[int]:
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + 1)


@cache
def _scan(language: Language, ascii: bool) -> re.Pattern[str]:
    """Like `scan`, for paragraphs separated by barriers; its groups are those of `KNOWN`.

    The last group is empty at the end of a paragraph, since no sentence begins there.
    """
    first, more, closing, opening = scanned(language, ascii)
    return re.compile(rf"{first}(?:{KNOWN}|{more}{closing}(?:(?={BARRIER}|\Z)()|\s*+{opening}\w*+))")


def _sentences(paragraphs: Sequence[str], language: Language) -> list[list[str]]:
    """The sentences of each paragraph; paragraphs must be without layout and stripped of white space."""
    text = BARRIER.join(paragraphs)
    bounds = _bounds(paragraphs)
    certain, doubtful = certain_ends(text, language)
    ends, begins = [bounds[1:] - 1, certain - 1], [bounds[:-1], certain]
    found = list(_breaks(text, paragraphs, _placed(doubtful, certain, bounds), language))
    ends.append(np.array([end for end, _ in found], np.int64))
    begins.append(np.array([begin for _, begin in found], np.int64))
    starts, stops = (np.sort(np.concatenate(each), kind="stable") for each in (begins, ends))
    sentences = [text[start:stop] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]
    return [sentences[first:last] for first, last in pairwise(np.searchsorted(starts, bounds).tolist())]


def _placed(doubtful: Places, certain: Places, bounds: Places) -> Iterator[tuple[int, int, int, int]]:
    """Each doubtful offset, with the last certain sentence start before it, and its paragraph's index and start."""
    numbers = _numbers_of(doubtful, bounds)
    bases = bounds[numbers]
    before = np.append(certain, 0)[np.searchsorted(certain, doubtful) - 1]
    return zip(*(each.tolist() for each in (doubtful, np.maximum(before, bases), numbers, bases)), strict=True)


def _breaks(
    text: str, paragraphs: Sequence[str], places: Iterable[tuple[int, int, int, int]], language: Language
) -> Iterator[tuple[int, int]]:
    """Where sentences end and the next ones begin, for the terminals that are decided one by one.

    Args:
        places: the offsets to decide, from `_placed`.
    """
    ascii, rfind, ambiguous = text.isascii(), text.rfind, language.ambiguous
    scanned_at = _scan(language, ascii).match
    last = consumed = 0
    for place, begin, number, base in places:
        if place < consumed or not (match := scanned_at(text, place)):
            continue
        consumed = match.end()
        known = match.lastindex
        if known in (SPOKEN, LAST):
            continue
        start = max(begin, last)
        if known and known != ASKED:
            reach = place - REACH if place - REACH > start else start
            before = text[rfind(" ", reach, place) + 1 or reach : place]
            if known == EXCLAIMED:
                is_known = before not in language.exclaimed
            else:
                is_known = before not in ambiguous and len(before) > 1 and before.isalpha()
                if known != PLAIN and place - start < REACH:
                    is_known = is_known and not ROMAN.fullmatch(before)
        else:
            is_known = known == ASKED
        if is_known:
            last = consumed
            yield last - 1, last
        elif starts := _starts(paragraphs[number], start - base, place - base, language, ascii):
            last = base + starts[0]
            for at in starts:
                yield _around(text, base + at)


def _around(text: str, at: int) -> tuple[int, int]:
    """The start and the end of the white space at an offset."""
    end = at
    while text[end - 1].isspace():
        end -= 1
    while text[at].isspace():
        at += 1
    return end, at


def _starts(text: str, start: int, stop: int, language: Language, ascii: bool) -> list[int]:
    """The offset in the paragraph where the next sentence begins if one ends at a terminal; else empty.

    Args:
        start: where the sentence begins.
        stop: the offset of the terminal.
    """
    match = scan(language, ascii).match(text, stop)
    return starts_at(text, match, language) if match and ends(text, start, match, language) else []
