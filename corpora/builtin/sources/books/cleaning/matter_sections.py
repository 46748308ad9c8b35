"""Find front and back matter by headings and links: tables of contents, notes on the author, what follows the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from corpora.builtin.sources.books.cleaning.heading_words import CONTENTS, ENDING, MATTER, TRANSCRIBER, division_of
from corpora.builtin.sources.books.cleaning.prose import LONG_WORDS, QUOTES, is_prose, is_title
from corpora.builtin.sources.books.cleaning.speech import is_dialogue
from corpora.builtin.sources.books.cleaning.title_pages import (
    FRONT_BLOCKS,
    SENTENCE_WORDS,
    begins_text,
    is_chapter,
    key_of,
)
from corpora.builtin.sources.books.formats.blocks import Block, words_in

PREVIEW = re.compile(r"\b(?:preview|peek|excerpt|sample)\b", re.I)
DEDICATED = re.compile(r"\W*dedication", re.I)
BIBLIOGRAPHY = re.compile(r"\W*(?:bibliogra|works cited|literaturverzeichnis)", re.I)
MAX_DEDICATION_WORDS = 60
"""A longer dedication is a letter, and thus prose, like a preface."""
MAX_SECTION_WORDS = 2500
"""A section of matter ends after this many words, so that text is not lost if the next heading is not recognised."""
MAX_TAIL_RATE = 0.1
MAX_INNER_WORDS = 500
EDGE_RATE = 0.1
PAGE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,7}", re.I)
MIN_ROWS = 5
MIN_LETTERS = 4
PROSE_BLOCKS = 5
LIST = re.compile(
    r"\W*(?:also|(?:other |more )?(?:books|titles|works|novels|stories)|copyright|dedication|(?:advance )?praise"
    r"|imprint|impressum|credits|colophon|newsletter|coming|connect|contact)\b",
    re.I,
)
"""The headings of front matter that consists of lists and notices."""


def linked_contents(blocks: Sequence[Block]) -> Iterator[int]:
    """The blocks of tables of contents, recognised by their links into the book, and links such as `Next`.

    Links count if there are at least three in a row, or if each has at most three words. A row of linked page numbers
    includes the entries between them.

    Args:
        blocks: of a book, with `linked` set.
    """
    for linked, run in groupby(range(len(blocks)), key=lambda number: blocks[number].linked):
        numbers = list(run)
        if linked and (len(numbers) >= 3 or all(words_in(blocks[number].text) <= 3 for number in numbers)):
            yield from numbers
    pages = [n for n, block in enumerate(blocks) if block.linked and PAGE_NUMBER.fullmatch(block.text)]
    rows = [
        (a, b) for a, b in pairwise(pages) if b - a <= 3 and all(_is_entry_text(blocks[n]) for n in range(a + 1, b))
    ]
    if len(rows) >= MIN_ROWS:
        yield from (n for a, b in rows for n in range(a + 1, b) if not blocks[n].level)


def _is_entry_text(block: Block) -> bool:
    return words_in(block.text) <= SENTENCE_WORDS


def sections(blocks: Sequence[Block], signs: Mapping[int, set[str]]) -> dict[int, str]:
    """The paragraphs of sections whose heading says that they are matter, by index, each with the rule.

    Near an end of the book the heading is enough. Elsewhere, where only box sets have such sections, a paragraph must
    also have a sign of boilerplate. A section with dialogue is a chapter with an unfortunate title.

    Args:
        blocks: the blocks of a book.
        signs: the names of the boilerplate rules that each paragraph matches, by its index.
    """
    found: dict[int, str] = {}
    chapter = next((n for n in range(len(blocks)) if _is_numbered(blocks[n])), len(blocks))
    for number, block in enumerate(blocks):
        if block.level and CONTENTS.fullmatch(block.text):
            found |= dict.fromkeys(_entries(blocks, number), "contents")
        elif block.level and MATTER.fullmatch(block.text):
            section = _section(blocks, number, signs if number < chapter else None)
            if _is_matter(blocks, number, section, signs):
                found |= dict.fromkeys(section, "matter section")
    return found


def _entries(blocks: Sequence[Block], heading: int) -> Iterator[int]:
    """The entries of a table of contents: blocks that are not prose, and headings without text after them.

    An entry that returns is the title of the first text.
    """
    listed = "|"
    for number in range(heading + 1, len(blocks)):
        block = blocks[number]
        key = key_of(block.text)
        if block.level:
            if begins_text(blocks, number + 1):
                return
        elif is_prose(block, words_in(block.text)) and _goes_on_in_prose(blocks, number):
            return
        else:
            if len(key) >= MIN_LETTERS and f"|{key}" in listed:
                return
            listed += f"{key}|"
            yield number


def _goes_on_in_prose(blocks: Sequence[Block], number: int) -> bool:
    """Whether a block that reads like prose begins the text, and is not an entry such as `Who Stole the Tarts?`"""
    words = words_in(blocks[number].text)
    near = [block for block in blocks[number : number + 4] if not block.level]
    prose = sum(is_prose(block, words_in(block.text)) and not is_title(block.text) for block in near)
    return words >= LONG_WORDS or prose * 4 >= 3 * len(near)


def _section(blocks: Sequence[Block], heading: int, signs: Mapping[int, set[str]] | None) -> list[int]:
    """The paragraphs from a heading to the next, up to the length that a section of matter can have there.

    Args:
        blocks: the blocks of a book.
        heading: the number of the heading.
        signs: as in `sections`, if the heading is before all chapters. There the text can begin without a heading, or
            with one that is a picture, so the section ends at a file that begins with text, and a list at five
            paragraphs of prose.
    """
    near_end = min(heading, len(blocks) - heading) < max(len(blocks) * EDGE_RATE, FRONT_BLOCKS / 2)
    room, numbers = MAX_SECTION_WORDS if near_end else MAX_INNER_WORDS, []
    for number in range(heading + 1, len(blocks)):
        if blocks[number].level or words_in(blocks[number].text) > room:
            break
        if signs is not None and _is_text_behind(blocks, heading, number, signs):
            break
        room -= words_in(blocks[number].text)
        numbers.append(number)
    return numbers


def _is_text_behind(blocks: Sequence[Block], heading: int, number: int, signs: Mapping[int, set[str]]) -> bool:
    """Whether the text of a book begins in a section of front matter, without a heading of its own."""
    if blocks[number].opens_file and number not in signs:
        return begins_text(blocks, number)
    near = range(number, min(number + PROSE_BLOCKS, len(blocks)))
    is_list = len(near) == PROSE_BLOCKS and LIST.match(blocks[heading].text) is not None
    return is_list and all(n not in signs and _is_sentence(blocks[n]) for n in near)


def _is_sentence(block: Block) -> bool:
    words = words_in(block.text)
    return is_prose(block, words) and (words >= SENTENCE_WORDS or block.text[0] in QUOTES)


def _is_matter(blocks: Sequence[Block], heading: int, section: Sequence[int], signs: Mapping[int, set[str]]) -> bool:
    title = blocks[heading].text
    if TRANSCRIBER.match(title):
        return True
    behind = any(_is_numbered(blocks[n]) for n in range(heading + 1, len(blocks)))
    before = any(_is_numbered(blocks[n]) for n in range(heading))
    near_end = min(heading, len(blocks) - heading) < max(len(blocks) * EDGE_RATE, FRONT_BLOCKS / 2)
    at_edge = near_end and not (behind and before)
    if PREVIEW.search(title):
        return at_edge and before
    if any(is_dialogue(blocks[n].text) for n in section):
        return False
    if DEDICATED.match(title) and sum(words_in(blocks[n].text) for n in section) > MAX_DEDICATION_WORDS:
        return False
    return at_edge or BIBLIOGRAPHY.match(title) is not None or any(n in signs for n in section[:10])


def _is_numbered(block: Block) -> bool:
    division = division_of(block.text) if block.level == 1 and len(block.text) < 200 else None
    return division is not None and division.number is not None


def after_the_end(blocks: Sequence[Block]) -> Iterator[int]:
    """The blocks after the end of the book, if they are short and contain neither a chapter nor dialogue."""
    ends = [n for n, block in enumerate(blocks) if block.level and ENDING.fullmatch(block.text)]
    if not ends or (ends[-1] and is_chapter(blocks, ends[-1] - 1)):
        return
    tail = range(ends[-1] + 1, len(blocks))
    if sum(words_in(blocks[n].text) for n in tail) > MAX_TAIL_RATE * sum(words_in(block.text) for block in blocks):
        return
    if not any(is_chapter(blocks, n) or (not blocks[n].level and is_dialogue(blocks[n].text)) for n in tail):
        yield from (n for n in tail if not blocks[n].level)
