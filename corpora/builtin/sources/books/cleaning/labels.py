"""Recognise chapters by a word of any language that their headings share: `3. fejezet`, `Глава трета`."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import pairwise
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
COUNTED_RATE = 0.6


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
        if len(members) >= MIN_LABELS and _divide(blocks, len(key), members):
            yield from (n for n, _ in members)


def _divide(blocks: Sequence[Block], words: int, members: Sequence[tuple[int, str]]) -> bool:
    """Whether lines divide the book: far apart, before prose, and numbered or otherwise distinct."""
    numbers = [n for n, _ in members]
    followed = sum(n + 1 < len(blocks) and is_prose(blocks[n + 1], words_in(blocks[n + 1].text)) for n in numbers)
    if followed < FOLLOWED_RATE * len(numbers) or numbers[0] > FRONT_RATE * len(blocks):
        return False
    if median(b - a for a, b in pairwise(numbers)) < APART_BLOCKS:
        return False
    values = [number_of(word) for _, word in members]
    counted = sum(a is not None and b is not None and b - a == 1 for a, b in pairwise(values))
    if counted >= COUNTED_RATE * (len(values) - 1):
        return True
    return (
        words == 2
        and len({word for _, word in members}) == len(members)
        and not any(map(_is_stopped, _texts(blocks, numbers)))
    )


def _texts(blocks: Sequence[Block], numbers: Sequence[int]) -> Iterator[str]:
    return (blocks[n].text for n in numbers)


def _is_stopped(text: str) -> bool:
    return not text[-1].isalnum() and text[-1] not in "΄'’״׳"
