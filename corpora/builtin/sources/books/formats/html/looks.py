"""Find the headings of a book in HTML that are marked only by their looks: bold, centred or large lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from statistics import median

from corpora.builtin.sources.books.cleaning.heading_words import division_of
from corpora.builtin.sources.books.cleaning.prose import is_prose, is_title
from corpora.builtin.sources.books.formats.blocks import Block, words_in
from corpora.builtin.sources.books.formats.html.headings import is_heading_text

LEVEL = 2
OPENING_BLOCKS = 3
"""A number, a title and a subtitle, for example."""
MIN_OPENINGS = 2
OPENING_RATE = 0.5
"""Headings open at least this share of the pages with text; what opens fewer may be a letter or an inscription."""
TEXT_BLOCKS = 3
MIN_HEADINGS = 3
REGULAR_RATE = 0.8
APART_BLOCKS = 8
TITLED_RATE = 0.5
FRONT_RATE = 0.2
"""The first heading is in this part of the book."""


def with_shown_headings(pages: Sequence[list[Block]]) -> list[list[Block]]:
    """The pages with levels for lines that look like headings.

    They must open at least half of the pages; or, in a book with hardly any other headings, stand between paragraphs,
    far apart, and be nearly all lines with their look.

    Args:
        pages: the blocks of the files of a book, with their `Markup`.
    """
    if not any(block.markup and block.markup.look for page in pages for block in page):
        return [*pages]
    openings = {p: found for p, page in enumerate(pages) if (found := _opening(page))}
    texts = sum(_has_text(page) for page in pages) if openings else 0
    counted = Counter(_look(pages[p][found[0]]) for p, found in openings.items())
    pages = [
        _raised(page, openings[p]) if p in openings and _is_usual(counted[_look(page[openings[p][0]])], texts) else page
        for p, page in enumerate(pages)
    ]
    if sum(bool(block.level) for page in pages for block in page) >= MIN_HEADINGS:
        return pages
    between = {*_between_paragraphs([block for page in pages for block in page])}
    raised, start = [], 0
    for page in pages:
        raised.append(_raised(page, [n for n in range(len(page)) if start + n in between]))
        start += len(page)
    return raised


def _has_text(page: Sequence[Block]) -> bool:
    return sum(1 for _ in islice(filter(_is_paragraph, page), TEXT_BLOCKS)) == TEXT_BLOCKS


def _is_usual(openings: int, texts: int) -> bool:
    return openings >= max(MIN_OPENINGS, OPENING_RATE * texts)


def _look(block: Block) -> str:
    return block.markup.look if block.markup else ""


def _is_paragraph(block: Block) -> bool:
    return not block.rule and is_prose(block, words_in(block.text))


def _opening(page: Sequence[Block]) -> list[int]:
    """The blocks at the beginning of a page that look like headings, if text with another look follows."""
    found: list[int] = []
    looks = set()
    for n, block in enumerate(page):
        if block.rule:
            continue
        look = _look(block)
        if block.level or len(found) > OPENING_BLOCKS:
            return []
        if _is_paragraph(block) and (not look or look not in looks) and not (look and _may_head(block)):
            return found
        if not look or not _may_head(block):
            return []
        looks.add(look)
        found.append(n)
    return []


def _may_head(block: Block) -> bool:
    return is_heading_text(block.text) and block.text[-1] not in ",;"


def _between_paragraphs(blocks: Sequence[Block]) -> Iterator[int]:
    """The blocks between paragraphs that nearly all with their look are, far apart from each other."""
    looking: dict[str, list[int]] = {}
    for n, block in enumerate(blocks):
        if _look(block) and not (block.rule or block.level):
            looking.setdefault(_look(block), []).append(n)
    for members in looking.values():
        found = [n for n in members if _is_between(blocks, n)]
        titled = sum(is_title(blocks[n].text) or division_of(blocks[n].text) is not None for n in found)
        if len(found) < max(MIN_HEADINGS, REGULAR_RATE * len(members)) or titled < TITLED_RATE * len(found):
            continue
        if found[0] <= FRONT_RATE * len(blocks) and median(b - a for a, b in pairwise(found)) >= APART_BLOCKS:
            yield from found


def _is_between(blocks: Sequence[Block], number: int) -> bool:
    """Whether a block can be a heading by its text, with a paragraph or nothing above it and a paragraph below."""
    if not _may_head(blocks[number]) or number + 1 == len(blocks):
        return False
    look, following = _look(blocks[number]), blocks[number + 1]
    return (number == 0 or _is_paragraph(blocks[number - 1])) and _is_paragraph(following) and _look(following) != look


def _raised(page: Sequence[Block], numbers: Sequence[int]) -> list[Block]:
    levels = {n: 1 if division_of(page[n].text) else LEVEL for n in numbers}
    return [block._replace(level=levels[n]) if n in levels else block for n, block in enumerate(page)]
