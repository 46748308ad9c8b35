"""Decide whether a line reads like a sentence or like a title."""

from __future__ import annotations

import re

from corpora.builtin.sources.books.formats.blocks import Block

PROSE_END = re.compile(r"""[.!?…:;—–。！？：；．।॥។។။፡።؟۔-]["'”’»)\]*_」』）】》]*$""")
QUOTES = "\"'“‘«„「『"
LONG_WORDS = 25
"""A block with at least this many words is prose, whatever it ends with."""
UPPER = re.compile(r"[^a-zà-öø-ÿа-яα-ω]*[A-ZÀ-ÖØ-ÞА-ЯΑ-Ω][^a-zà-öø-ÿа-яα-ω]*")
WORD = re.compile(r"[^\W\d_][\w’'-]*")
SMALL_WORDS = """
a an and as at but by for from in into is it nor not of off on or out over so than that the their to under up upon vs
was what which who whose with
de la le les des du un une et en der die das den dem und von zu im am el los las y o da do dos das e il lo gli di del
della
"""
SMALL = frozenset(SMALL_WORDS.split())
"""Words that are not capitalised in titles."""


def ends_like_prose(text: str) -> bool:
    """Whether a line ends with the punctuation of a sentence, or with a colon or dash."""
    return PROSE_END.search(text) is not None


def is_prose(block: Block, words: int) -> bool:
    """Whether a block reads like prose: it ends like a sentence, or is long.

    Args:
        block: a paragraph; a heading is never prose.
        words: its number of words.
    """
    least = 1 if block.text[0] in QUOTES else 4
    return not block.level and (words >= LONG_WORDS or (words >= least and ends_like_prose(block.text)))


def is_upper(text: str) -> bool:
    """Whether all its letters are capitals."""
    return UPPER.fullmatch(text) is not None


def is_title(text: str) -> bool:
    """Whether a line is written like a title: in capitals, or with all words capitalised except those in `SMALL`."""
    if is_upper(text):
        return True
    words = WORD.findall(text)
    weighty = [word for word in words if word.lower() not in SMALL]
    return bool(weighty) and words[0][0].isupper() and all(word[0].isupper() for word in weighty)
