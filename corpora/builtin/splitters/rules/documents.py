"""Split all paragraphs of a document in one scan, without a function call for most paragraphs and ends.

The sentences are those that `boundaries.sentence_starts` finds paragraph by paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from corpora.builtin.splitters.cuts import spans
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
    begins, stops = spans_of(paragraphs, language)
    text = "\n".join(paragraphs)
    sentences = [text[begin:stop] for begin, stop in zip(begins.tolist(), stops.tolist(), strict=True)]
    return [sentences[first:last] for first, last in pairwise(np.searchsorted(begins, _bounds(paragraphs)).tolist())]


def spans_of(paragraphs: Sequence[str], language: Language) -> tuple[Places, Places]:
    """Where each sentence begins and ends, in characters of the paragraphs joined by line breaks."""
    bounds, special = _bounds(paragraphs), sorted(_special(paragraphs))
    plain = np.delete(np.arange(len(paragraphs)), special)
    begins, stops = _spans([paragraphs[number] for number in plain.tolist()], bounds[plain], language)
    if special:
        bases = zip(special, bounds[special].tolist(), strict=True)
        each = ((base, *span) for n, base in bases for span in _spans_in(paragraphs[n], language))
        more = np.array([(base + begin, base + stop) for base, begin, stop in each], np.int64).reshape(-1, 2)
        begins, stops = _merged(begins, more[:, 0]), _merged(stops, more[:, 1])
    return begins, stops


def _spans_in(paragraph: str, language: Language) -> Iterator[tuple[int, int]]:
    return spans(paragraph, sentence_starts(paragraph, language))


def _merged(*places: Places) -> Places:
    return np.sort(np.concatenate(places), kind="stable")


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


def _spans(paragraphs: Sequence[str], bases: Places, language: Language) -> tuple[Places, Places]:
    """Where each sentence begins and ends, in paragraphs without layout and stripped of white space.

    Args:
        bases: [paragraphs], where each paragraph begins in the document, from which the places are counted.
    """
    text = BARRIER.join(paragraphs)
    bounds = _bounds(paragraphs)
    certain, doubtful = certain_ends(text, language)
    found = [*_breaks(text, paragraphs, _placed(doubtful, certain, bounds), language)]
    ends, begins = np.array(found, np.int64).reshape(-1, 2).T
    starts = _merged(bounds[:-1], certain, begins)
    moved = np.repeat(bases - bounds[:-1], np.diff(np.searchsorted(starts, bounds)))
    return starts + moved, _merged(bounds[1:] - 1, certain - 1, ends) + moved


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
