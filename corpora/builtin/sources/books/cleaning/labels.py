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
BARE = re.compile(r"[^\W\d_][\w΄'’״׳-]* [^\W\d_][\w΄'’״׳-]*", re.I)
COUNTED_RATE = 0.6
LETTERS = "dear lieb cher quer caro cara beste lieve kær kär drog дорог мил love your from to"
MONTHS = (
    "jan feb mar apr may mai maj mei jun jul aug sep oct okt nov dec dez dic gen mag giu lug ago set ott ene abr avr"
    " fév aoû déc янв фев мар апр мая май июн июл авг сен окт ноя дек"
)
OTHERS = tuple(f"{LETTERS} {MONTHS}".split())
"""The beginnings of words of dates and at the edges of letters, which are text."""


def labelled(blocks: Sequence[Block], short: Mapping[int, str], levels: Container[int]) -> Iterator[int]:
    """Short lines that are alike except for one word, which is a number that counts on or another word each time.

    Args:
        blocks: of a book.
        short: the lines that can be headings, by index.
        levels: the indices of those that are headings already.
    """
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
        if any(word.startswith(OTHERS) for word in key if word):
            continue
        chapters = [*dropwhile(lambda member: not _is_before_prose(blocks, member[0]), members)]
        if len(chapters) >= MIN_LABELS and _divide(blocks, len(key), chapters):
            yield from (n for n, _ in chapters)


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
