"""Whether a line reads like a sentence, like a title, or like neither."""

from __future__ import annotations

import re

from corpora.builtin.sources.books.formats.blocks import Block

PROSE_END = re.compile(r"""[.!?…:;—–-]["'”’»)\]*_]*$""")
QUOTES = "\"'“‘«„"
LONG_WORDS = 25
"""A block of this many words is prose however it ends."""
UPPER = re.compile(r"[^a-zà-öø-ÿа-яα-ω]*[A-ZÀ-ÖØ-ÞА-ЯΑ-Ω][^a-zà-öø-ÿа-яα-ω]*")
WORD = re.compile(r"[^\W\d_][\w’'-]*")
SMALL_WORDS = """
a an and as at but by for from in into is it nor not of off on or out over so than that the their to under up upon vs
was what which who whose with
de la le les des du un une et en der die das den dem und von zu im am el los las y o da do dos das e il lo gli di del
della
"""
SMALL = frozenset(SMALL_WORDS.split())
"""Words that titles do not capitalise."""


def ends_like_prose(text: str) -> bool:
    """Whether a line ends in the punctuation of a sentence, or breaks off with a colon or a dash."""
    return PROSE_END.search(text) is not None


def is_prose(block: Block, words: int) -> bool:
    """Whether a paragraph reads like sentences: it ends like one, or is long.

    Args:
        block: the paragraph, or a heading, which is not prose.
        words: its number of words.
    """
    least = 1 if block.text[0] in QUOTES else 4
    return not block.level and (words >= LONG_WORDS or (words >= least and ends_like_prose(block.text)))


def is_upper(text: str) -> bool:
    """Whether all its letters are capitals."""
    return UPPER.fullmatch(text) is not None


def is_title(text: str) -> bool:
    """Whether a line is written like a title: in capitals, or with every word of weight capitalised."""
    if is_upper(text):
        return True
    words = WORD.findall(text)
    weighty = [word for word in words if word.lower() not in SMALL]
    return bool(weighty) and words[0][0].isupper() and all(word[0].isupper() for word in weighty)
