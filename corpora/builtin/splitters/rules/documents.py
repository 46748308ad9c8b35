"""All paragraphs of a document cut at once: one scan, and no call for most paragraphs and most ends of sentences.

Gives the sentences that `boundaries.sentence_starts` gives paragraph by paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate

from corpora.builtin.splitters.cuts import cut
from corpora.builtin.splitters.rules.boundaries import ends, scan, scanned, sentence_starts, starts_at
from corpora.builtin.splitters.rules.full_stops import REACH, ROMAN
from corpora.builtin.splitters.rules.language import Language
from corpora.builtin.splitters.rules.layout import BEGINNINGS, CLOSERS, DIGITS, RULES

BARRIER = "\x02"
"""Stands between paragraphs: neither white space nor part of a word, and in no class of the patterns."""
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
    regular = [text for number, text in enumerate(paragraphs) if number not in special]
    found = _sentences(regular, language)
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
    bounds = list(accumulate((len(text) + 1 for text in paragraphs), initial=0)) if inside else []
    return {bisect(bounds, place) - 1 for place in inside}


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


def _sentences(paragraphs: Sequence[str], language: Language) -> Iterator[list[str]]:
    """The sentences of each paragraph, which has no layout, and no white space at its ends."""
    text = BARRIER.join(paragraphs)
    ascii, rfind, ambiguous = text.isascii(), text.rfind, language.ambiguous
    paragraph, sentences, following = "", list[str](), iter(paragraphs)
    start = begin = base = 0
    end = -1
    for match in _scan(language, ascii).finditer(text):
        stop, after = match.span()
        while stop > end:  # the place is in another paragraph
            if end >= 0:
                sentences.append(text[begin:end])
                yield sentences
            paragraph, sentences = next(following), []
            start = begin = base = end + 1
            end = base + len(paragraph)
        known = match.lastindex
        if known in (SPOKEN, LAST):
            continue
        if known and known != ASKED:
            reach = stop - REACH if stop - REACH > start else start
            before = text[rfind(" ", reach, stop) + 1 or reach : stop]
            if known == EXCLAIMED:
                is_known = before not in language.exclaimed
            else:
                is_known = before not in ambiguous and len(before) > 1 and before.isalpha()
                if known != PLAIN and stop - start < REACH:
                    is_known = is_known and not ROMAN.fullmatch(before)
        else:
            is_known = known == ASKED
        if is_known:
            sentences.append(text[begin : after - 1])
            start = begin = after
        elif starts := _starts(paragraph, start - base, stop - base, language, ascii):
            for place in starts:
                if piece := text[begin : base + place].strip():
                    sentences.append(piece)
                begin = base + place
            start = base + starts[0]
            while text[begin].isspace():
                begin += 1
    if end >= 0:
        sentences.append(text[begin:end])
        yield sentences
    yield from ([paragraph] for paragraph in following)


def _starts(text: str, start: int, stop: int, language: Language, ascii: bool) -> list[int]:
    """Where the next sentence begins if one ends at a terminal, in characters of the paragraph; else nothing.

    Args:
        start: where the sentence begins.
        stop: where the terminal is.
    """
    match = scan(language, ascii).match(text, stop)
    return starts_at(text, match, language) if match and ends(text, start, match, language) else []
