"""All paragraphs of a document cut at once: one scan, and no call for most paragraphs and most ends of sentences.

Gives the sentences that `boundaries.sentence_starts` gives paragraph by paragraph.
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
"""What a paragraph must hold for the rules of `layout`, or for a note in brackets that could reach beyond it; long
ones are looked for only where their rare character is."""
HEAD = re.compile(
    rf"{BARRIER}(?=\s|[•⁃-]|.?.[.)]|Figure |Fig\. |Table |Chapter |CHAPTER |{'|'.join(sorted(BEGINNINGS))})", re.S
)
"""What a paragraph begins with where the rules of `layout` may hold."""
TAIL = re.compile(rf"{BARRIER}(?<=[\s{''.join(sorted(DIGITS))}{BARRIER}]{BARRIER})")
"""What such a paragraph ends with: a digit, or white space; or nothing at all."""
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
"""What follows terminals at the places that are the most common and the easiest to judge, a group each, by number."""


def sentences_of(paragraphs: Sequence[str], language: Language) -> list[list[str]]:
    """The sentences of each paragraph."""
    special = _special(paragraphs)
    found = iter(_sentences([text for number, text in enumerate(paragraphs) if number not in special], language))
    return [
        cut(text, sentence_starts(text, language)) if number in special else next(found)
        for number, text in enumerate(paragraphs)
    ]


def _special(paragraphs: Sequence[str]) -> set[int]:
    """The numbers of the paragraphs for which more rules may hold than those at terminals."""
    whole = f"{BARRIER}{BARRIER.join(paragraphs)}{BARRIER}"
    if whole.count(BARRIER) != len(paragraphs) + 1:
        return {*range(len(paragraphs))}
    inside = [head.end() for head in HEAD.finditer(whole)]
    inside += [tail.start() - 1 for tail in TAIL.finditer(whole)]
    marks = [*MARKS, *(mark for sign, mark in LONG_MARKS if sign in whole)]
    inside += [place for mark in marks if mark in whole for place in _places(whole, mark)]
    return {*_numbers_of(np.array(inside, np.int64), _bounds(paragraphs)).tolist()} if inside else set()


def _bounds(paragraphs: Sequence[str]) -> Places:
    """Where each paragraph begins if there is a barrier behind each, and the end."""
    lengths = np.fromiter(map(len, paragraphs), np.int64, len(paragraphs))
    return np.concatenate([[0], np.cumsum(lengths + 1)])


def _numbers_of(places: Places, bounds: Places) -> Places:
    """The number of the paragraph that each place is in."""
    return np.searchsorted(bounds, places, side="right") - 1


def _places(text: str, mark: str) -> Iterator[int]:
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + 1)


@cache
def _scan(language: Language, ascii: bool) -> re.Pattern[str]:
    """As `scan`, for paragraphs with barriers between them; its groups are those of `KNOWN`.

    The last one is empty where a paragraph ends, since no sentence begins there.
    """
    first, more, closing, opening = scanned(language, ascii)
    return re.compile(rf"{first}(?:{KNOWN}|{more}{closing}(?:(?={BARRIER}|\Z)()|\s*+{opening}\w*+))")


def _sentences(paragraphs: Sequence[str], language: Language) -> list[list[str]]:
    """The sentences of each paragraph, which has no layout, and no white space at its ends."""
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
    """Each doubtful place, with the last certain beginning of a sentence, and its paragraph's number and beginning."""
    numbers = _numbers_of(doubtful, bounds)
    bases = bounds[numbers]
    before = np.append(certain, 0)[np.searchsorted(certain, doubtful) - 1]
    return zip(*(each.tolist() for each in (doubtful, np.maximum(before, bases), numbers, bases)), strict=True)


def _breaks(
    text: str, paragraphs: Sequence[str], places: Iterable[tuple[int, int, int, int]], language: Language
) -> Iterator[tuple[int, int]]:
    """Where a sentence ends and where the next one begins, as far as that is decided one by one.

    Args:
        places: where to look, as `_placed` gives them.
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
    """The ends of the white space at a place."""
    end = at
    while text[end - 1].isspace():
        end -= 1
    while text[at].isspace():
        at += 1
    return end, at


def _starts(text: str, start: int, stop: int, language: Language, ascii: bool) -> list[int]:
    """Where the next sentence begins if one ends at a terminal, in characters of the paragraph; else nothing.

    Args:
        start: where the sentence begins.
        stop: where the terminal is.
    """
    match = scan(language, ascii).match(text, stop)
    return starts_at(text, match, language) if match and ends(text, start, match, language) else []
