"""Find the title page of a book and what else is in front of its first chapter, and where its text begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from corpora.builtin.sources.books.cleaning.heading_words import CONTENTS, ENDING, MATTER
from corpora.builtin.sources.books.cleaning.headings import is_division
from corpora.builtin.sources.books.cleaning.prose import ends_like_prose, is_prose, is_title
from corpora.builtin.sources.books.cleaning.speech import is_dialogue, is_narration
from corpora.builtin.sources.books.formats.blocks import Block, words_in

DATE_CHARACTERS = 40
CREDIT = re.compile(
    r"\W*(?:by|author of|translated|illustrated|illustrations|edited|printed|published|publishers?|copyright"
    r"|to my|to the|for my|(?:this (?:book|story|novel|work) is )?dedicated|london|new york|boston|edinburgh"
    r"|with (?:an? )?(?:introduction|illustrations|frontispiece)|in memory of|in (?:loving )?memoriam"
    r"|first published|edition|volume|in (?:two|three|four) volumes)\b",
    re.I,
)
DEDICATION = re.compile(r"(?:for|to)\b", re.I)
SENTENCE_WORDS = 12
"""A shorter block can be a title even if it ends like a sentence: `Who Stole the Tarts?`"""
TITLE_WORDS = 10
FRONT_BLOCKS = 80
NUMBERED_ENTRY = re.compile(r"\W*(?:[\divxlc]{1,6}\b|chapter\b)|.*[\s.]\d{1,4}$", re.I)
ENTRY_BLOCKS = 3
FIRST_LINES = 4
PLACE = re.compile(r"london|new york|boston|edinburgh", re.I)
FAR_GAP = 3
"""This many blank lines part the title page of a plain text from what is behind it."""


def front_matter(blocks: Sequence[Block], removed: Mapping[int, str]) -> Iterator[int]:
    """The blocks before the first chapter that are not prose: title, author, dedication, a list of chapters.

    Args:
        blocks: the blocks of a book.
        removed: the rules of the blocks that are already removed, by index.
    """
    front: list[int] = []
    for number, block in enumerate(blocks[:FRONT_BLOCKS]):
        if block.level:
            if is_chapter(blocks, number) and not _is_entry(blocks, number):
                break
            continue
        if number in removed:
            continue
        if number and _is_first_line(blocks, number, removed):
            break
        words = words_in(block.text)
        is_text = (is_narration(block.text) or is_dialogue(block.text)) and not _is_dedication(blocks, number)
        if is_prose(block, words) and (is_text or not CREDIT.match(block.text) or words >= 40):
            if words >= 40 or is_dialogue(block.text) or begins_text(blocks, number):
                front = _without_short_sentences(blocks, front, number)
                break
        elif (
            not is_text
            and not (_is_dated(block.text, blocks) or SALUTATION.fullmatch(block.text))
            and (_is_title_page(block.text, words) or (number == 0 and _is_book_title(blocks)))
        ):
            front.append(number)
    else:
        return
    yield from front
    yield from _lines_between(blocks, {*front, *removed})


def _is_first_line(blocks: Sequence[Block], number: int, removed: Mapping[int, str]) -> bool:
    """Whether a line far below the title page, or at the beginning of a file, is followed by the text it belongs to."""
    block = blocks[number]
    if not (block.opens_file or block.gap >= FAR_GAP):
        return False
    if CREDIT.match(block.text) and not (PLACE.match(block.text) or is_narration(block.text)):
        return False
    for n in range(number + 1, min(number + FIRST_LINES, len(blocks))):
        near = blocks[n]
        is_apart = near.opens_file or near.level or (not block.opens_file and near.gap >= block.gap)
        if is_apart or n in removed:
            return False
        if is_prose(near, words := words_in(near.text)) and words >= SENTENCE_WORDS:
            return True
    return False


def _lines_between(blocks: Sequence[Block], matter: set[int]) -> Iterator[int]:
    """Single lines between two of a title page, such as a title that is not capitalised like one: `La via del sale`."""
    for number in matter:
        line, behind = number + 1, number + 2
        if line in matter or behind not in matter or behind >= FRONT_BLOCKS or blocks[line].level:
            continue
        text = blocks[line].text
        is_text = ends_like_prose(text) or is_narration(text) or is_dialogue(text)
        if words_in(text) <= TITLE_WORDS and not is_text and not text[0].islower():
            yield line


SHORT_SENTENCE = re.compile(r"[^\W\d_][.!?…]$(?<![A-ZÀ-ÞА-ЯΑ-Ω][.!?…])|[。！？]$")
"""The end of a sentence, and not of a line of initials or capitals."""
SALUTATION = re.compile(
    r"(?:my |mein[er]? |mon |ma )?(?:dear(?:est)?|liebe[rs]?|cher|chère|querid[oa]|estimad[oa]|car[oa]|carissim[oa]"
    r"|beste|lieve|geachte|kære|kära?|drog[ia]|дорог(?:ой|ая)|милый|милая|hello|hi)\b[^.?]{1,60}[,!—–:]",
    re.I,
)
"""The first line of a letter, which begins the text and is not part of a title page."""
DAY = re.compile(
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day\W+)?(?:the )?(?:\d{1,2}(?:st|nd|rd"
    r"|th)?\.?(?: of)? [^\W\d]{3,10}|[^\W\d]{3,10}\.? \d{1,2}"
    r"(?:st|nd|rd|th)?)(?:\W+\d{2,4})?\W*",
    re.I,
)


def _is_dated(text: str, blocks: Sequence[Block]) -> bool:
    """Whether a line is the date of the first entry of a diary: other entries have dates too."""
    if len(text) > DATE_CHARACTERS or not DAY.fullmatch(text):
        return False
    short = (block.text for block in blocks if len(block.text) <= DATE_CHARACTERS)
    return sum(DAY.fullmatch(other) is not None for other in short) > 1


def _is_dedication(blocks: Sequence[Block], number: int) -> bool:
    """Whether a line without a stop right above the first heading says for whom the book is: `For Ada, who knew`."""
    text = blocks[number].text
    is_line = DEDICATION.match(text) is not None and words_in(text) <= SENTENCE_WORDS and not ends_like_prose(text)
    return is_line and number + 1 < len(blocks) and blocks[number + 1].level == 1


def _without_short_sentences(blocks: Sequence[Block], front: list[int], text: int) -> list[int]:
    """A title page without short sentences right before the text, which belong to it: `Rain. Nobody came.`"""
    while front and front[-1] == text - 1 and SHORT_SENTENCE.search(blocks[text - 1].text):
        if CREDIT.match(blocks[text - 1].text):
            break
        front, text = front[:-1], text - 1
    return front


def _is_title_page(text: str, words: int) -> bool:
    """Whether a line looks like part of a title page; a line of verse does not."""
    short_dedication = DEDICATION.match(text) is not None and words <= SENTENCE_WORDS
    return (
        words <= 3
        or is_title(text)
        or short_dedication
        or CREDIT.match(text) is not None
        or NUMBERED_ENTRY.match(text) is not None
    )


def _is_book_title(blocks: Sequence[Block]) -> bool:
    """Whether the first line of a file, in whatever case, is its title, that is, followed by an author or a heading."""
    if words_in(blocks[0].text) > TITLE_WORDS or ends_like_prose(blocks[0].text) or len(blocks) == 1:
        return False
    return bool(blocks[1].level) or CREDIT.match(blocks[1].text) is not None


def _is_entry(blocks: Sequence[Block], heading: int) -> bool:
    """Whether a chapter's heading is an entry of a list: it occurs again later, and the next heading is close."""
    key = key_of(blocks[heading].text)
    near = blocks[heading + 1 : heading + 1 + ENTRY_BLOCKS]
    return (
        any(block.level for block in near)
        and not begins_text(blocks, heading + 1)
        and any(block.level and key_of(block.text) == key for block in blocks[heading + 1 :])
    )


def key_of(text: str) -> str:
    """A heading's letters and digits, by which it is compared with entries of a list."""
    return re.sub(r"\W+", "", text).casefold()


def is_chapter(blocks: Sequence[Block], number: int) -> bool:
    """Whether a heading numbers or names a part of the text."""
    block = blocks[number]
    if block.level != 1 or MATTER.fullmatch(block.text) or CONTENTS.fullmatch(block.text):
        return False
    return ENDING.fullmatch(block.text) is None and is_division(block.text)


def begins_text(blocks: Sequence[Block], number: int) -> bool:
    """Whether prose begins here, rather than more of a list."""
    near = [is_prose(blocks[n], words_in(blocks[n].text)) for n in range(number, min(number + 6, len(blocks)))]
    is_sentence = bool(near) and near[0] and words_in(blocks[number].text) >= SENTENCE_WORDS
    return is_sentence or sum(near) * 2 > len(near) or (bool(near) and is_dialogue(blocks[number].text))
