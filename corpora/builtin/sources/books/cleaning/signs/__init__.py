"""Find the paragraphs of a book that match patterns of boilerplate, fast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from corpora.arrays import Literals
from corpora.builtin.sources.books.cleaning.signs.end_rules import END_RULES as ENGLISH_END_RULES
from corpora.builtin.sources.books.cleaning.signs.foreign_end_rules import FOREIGN_END_RULES
from corpora.builtin.sources.books.cleaning.signs.rules import RULES, Rule
from corpora.builtin.sources.books.formats.blocks import Block, words_in

SIGNS = (b"copyright", b" ebook", b" e-book", b"smashwords", b"http", b"www.", b"gutenberg", b"transcriber")
"""A book without any of these was not published electronically, and can have boilerplate only at its ends."""
END_BLOCKS = 60
END_RULES = (*ENGLISH_END_RULES, *FOREIGN_END_RULES)


def signs_in(blocks: Sequence[Block]) -> dict[int, set[str]]:
    """The names of the rules that each paragraph matches, by its index; headings are left out.

    Args:
        blocks: of a book. `END_RULES` apply only to the first and the last `END_BLOCKS`.
    """
    signs: dict[int, set[str]] = {}
    for number, rule in _candidates(blocks):
        text = blocks[number].text
        if blocks[number].level or len(text) > rule.max_words * 12 or words_in(text) > rule.max_words:
            continue
        if rule.pattern.search(text.lower()):
            signs.setdefault(number, set()).add(rule.name)
    return signs


def _candidates(blocks: Sequence[Block]) -> Iterator[tuple[int, Rule]]:
    """The index of each block that contains a hint of a rule, with the rule."""
    whole = _lower(blocks)
    places = _literals().places(whole)
    published = any(sign in places for sign in SIGNS)
    back = max(END_BLOCKS, len(blocks) - END_BLOCKS)
    for number, rule in _hinted(whole, places):
        if published or number < END_BLOCKS or number >= back:
            yield number, rule
    for ends, first in ((blocks[:END_BLOCKS], 0), (blocks[back:], back)):
        yield from _hits("\n".join([block.text.lower() for block in ends]).encode("utf-8", "surrogatepass"), first)


@cache
def _literals() -> Literals:
    return Literals([*SIGNS, *(hint for rule in RULES for hint in rule.hints)])


def _hinted(whole: bytes, places: Mapping[bytes, Sequence[int]]) -> Iterator[tuple[int, Rule]]:
    """The line of each occurrence of a hint, with the hint's rule; each pair once."""
    wanted = {(place, n) for n, rule in enumerate(RULES) for hint in rule.hints for place in places.get(hint, ())}
    number = counted = 0
    found: set[tuple[int, int]] = set()
    for place, n in sorted(wanted):
        number += whole.count(b"\n", counted, place)
        counted = place
        found.add((number, n))
    yield from ((number, RULES[n]) for number, n in sorted(found))


def _lower(blocks: Sequence[Block]) -> bytes:
    """The texts of blocks, one per line, as bytes, which are fast to search; only ASCII is lower-cased."""
    return "\n".join([block.text for block in blocks]).encode("utf-8", "surrogatepass").lower()


def _hits(whole: bytes, first: int) -> Iterator[tuple[int, Rule]]:
    """The same for the rules of the ends, one after the other.

    Args:
        whole: the blocks near an end, one per line.
        first: the number of the first of them.
    """
    places = _end_literals().places(whole)
    for rule in END_RULES:
        for hint in rule.hints:
            for place in sorted(places.get(hint, ())):
                yield first + whole.count(b"\n", 0, place), rule


@cache
def _end_literals() -> Literals:
    return Literals(hint for rule in END_RULES for hint in rule.hints)
