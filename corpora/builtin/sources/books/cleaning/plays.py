"""Recognise the names of speakers in plays and screenplays, which stand on lines of their own like headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median

from corpora.builtin.sources.books.cleaning.heading_words import division_of
from corpora.builtin.sources.books.cleaning.prose import LONG_WORDS, is_upper
from corpora.builtin.sources.books.formats.blocks import Block, words_in

SPEAKER_WORDS = 5
CLOSE_BLOCKS = 8
"""Speakers follow each other within fewer blocks than chapters, which can be named after characters as well."""
RETURN_BLOCKS = 25
"""The same speaker returns within this many blocks; a title returns once, far behind the table of contents."""
SPEECH_END = re.compile(r"""[.,;:!?…—–)-]["'”’»)\]]*$""")


def speakers(blocks: Sequence[Block], short: Mapping[int, str]) -> Iterator[int]:
    """The lines in capitals that return again and again, close together, each before a speech.

    Args:
        blocks: of a book.
        short: the lines that can be headings, by index.
    """
    names = {n: text.rstrip(".: ") for n, text in short.items() if text.isupper() and _is_name(text)}
    speaking = [n for n in names if _is_before_speech(blocks, n)]
    counted = Counter(names[n] for n in speaking)
    returning = [n for n in speaking if counted[names[n]] > 1]
    if not returning or median(b - a for a, b in pairwise(speaking)) >= CLOSE_BLOCKS:
        return
    places: dict[str, list[int]] = {}
    for n in returning:
        places.setdefault(names[n], []).append(n)
    if median(b - a for same in places.values() for a, b in pairwise(same)) <= RETURN_BLOCKS:
        yield from (n for n, name in names.items() if name in places)


def _is_name(text: str) -> bool:
    return words_in(text) <= SPEAKER_WORDS and division_of(text) is None


def _is_before_speech(blocks: Sequence[Block], number: int) -> bool:
    """Whether the next block is text, and not another line in capitals or an entry of a list."""
    if number + 1 >= len(blocks) or blocks[number + 1].level:
        return False
    text = blocks[number + 1].text
    return not is_upper(text) and (SPEECH_END.search(text) is not None or words_in(text) >= LONG_WORDS)
