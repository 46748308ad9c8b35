"""Recognise chapters by a word of any language that their headings share: `3. fejezet`, `Глава трета`."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import dropwhile, pairwise
from statistics import median

from corpora.builtin.sources.books.cleaning.heading_words import number_of
from corpora.builtin.sources.books.cleaning.prose import ends_like_prose, is_prose
from corpora.builtin.sources.books.formats.blocks import Block, words_in

MAX_CHARACTERS = 30
MAX_WORDS = 4
MIN_LABELS = 3
APART_BLOCKS = 6
FOLLOWED_RATE = 0.8
FRONT_RATE = 0.3
"""The first of these headings is in this part of the book."""
WORD = re.compile(r"\d{1,4}|[^\W\d_][\w΄'’״׳-]*")
MIN_RETURNING, NAMES_RATE = 4, 0.75
"""The least number of such headings, and the largest share of them that may be different."""
BARE = re.compile(r"[^\W\d_][\w΄'’״׳-]* [^\W\d_][\w΄'’״׳-]*", re.I)
COUNTED_RATE = 0.6
LETTER_WORDS = """
dear dearest liebe lieber cher chère querido querida caro cara beste lieve kära käre kære drogi droga дорогой дорогая
милый милая love your yours from to
"""
LETTERS = frozenset(LETTER_WORDS.split())
"""Words at the edges of letters, whose lines are text."""
MONTH_WORDS = """
jan feb mar apr may mai maj mei jun jul aug sep oct okt nov dec dez dic gen mag giu lug ago set ott ene abr avr fév aoû
déc янв фев мар апр мая май июн июл авг сен окт ноя дек
"""
MONTHS = frozenset(MONTH_WORDS.split())
"""The beginnings of the names of months; lines with dates are text."""


def labelled(blocks: Sequence[Block], short: Mapping[int, str], levels: Container[int]) -> Iterator[int]:
    """Short lines that are alike except for one word, which is a number that counts on or another word each time.

    Args:
        blocks: of a book.
        short: the lines that can be headings, by index.
        levels: the indices of those that are headings already.
    """
    yield from _returning(blocks, short, levels)
    groups: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for n, text in short.items():
        if n in levels or len(text) > MAX_CHARACTERS or ends_like_prose(text.rstrip(".")) or "," in text:
            continue
        words = WORD.findall(text.casefold())
        if 2 <= len(words) <= MAX_WORDS:
            for place, word in enumerate(words):
                key = (*words[:place], "", *words[place + 1 :])
                groups.setdefault(key, []).append((n, word))
    for key, members in groups.items():
        is_date = members[0][1].isdigit() and any(word[:3] in MONTHS for word in key)
        if is_date or not LETTERS.isdisjoint(key):
            continue
        chapters = [*dropwhile(lambda member: not _is_before_prose(blocks, member[0]), members)]
        if len(chapters) >= MIN_LABELS and _divide(blocks, len(key), chapters):
            yield from (n for n, _ in chapters)


def _returning(blocks: Sequence[Block], short: Mapping[int, str], levels: Container[int]) -> Sequence[int]:
    """Names that return as headings, such as `Mira` and `Tom`: they open files, or stand far above the text."""
    found = [n for n, text in short.items() if n not in levels and _may_return(text) and _is_set_apart(blocks, n)]
    if len(found) < MIN_RETURNING or found[0] > FRONT_RATE * len(blocks):
        return []
    names = {short[n] for n in found}
    others = sum(text in names for text in short.values())
    is_regular = len(names) <= NAMES_RATE * len(found) and len(found) >= FOLLOWED_RATE * others
    return found if is_regular and median(b - a for a, b in pairwise(found)) >= APART_BLOCKS else []


def _may_return(text: str) -> bool:
    is_name = len(text) <= MAX_CHARACTERS and text[0].isalpha() and not text[0].islower() and text[-1].isalnum()
    return is_name and text.count(" ") < 2 and "," not in text and LETTERS.isdisjoint(text.casefold().split())


def _is_set_apart(blocks: Sequence[Block], number: int) -> bool:
    """Whether a line opens a file, or has more blank lines above it than below, and prose follows."""
    block = blocks[number]
    if not _is_before_prose(blocks, number):
        return False
    return block.opens_file or (block.gap > 1 and block.gap > blocks[number + 1].gap)


def _divide(blocks: Sequence[Block], words: int, members: Sequence[tuple[int, str]]) -> bool:
    """Whether lines divide the book: far apart, before prose, and numbered or otherwise distinct."""
    numbers = [n for n, _ in members]
    followed = sum(_is_before_prose(blocks, n) for n in numbers)
    if followed < FOLLOWED_RATE * len(numbers) or numbers[0] > FRONT_RATE * len(blocks):
        return False
    if median(b - a for a, b in pairwise(numbers)) < APART_BLOCKS:
        return False
    values = [number_of(word) for _, word in members]
    counted = sum(a is not None and b is not None and b - a == 1 for a, b in pairwise(values))
    if counted >= COUNTED_RATE * (len(values) - 1):
        return True
    is_named = words == 2 and all(BARE.fullmatch(blocks[n].text) for n in numbers)
    return is_named and len({word for _, word in members}) == len(members)


def _is_before_prose(blocks: Sequence[Block], number: int) -> bool:
    return number + 1 < len(blocks) and is_prose(blocks[number + 1], words_in(blocks[number + 1].text))
