"""Find front and back matter: title pages, tables of contents, notes on the author, and what follows the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from corpora.builtin.sources.books.cleaning.heading_words import CONTENTS, ENDING, MATTER, TRANSCRIBER, division_of
from corpora.builtin.sources.books.cleaning.headings import is_division
from corpora.builtin.sources.books.cleaning.prose import LONG_WORDS, QUOTES, ends_like_prose, is_prose, is_title
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
PREVIEW = re.compile(r"\b(?:preview|peek|excerpt|sample)\b", re.I)
DEDICATED = re.compile(r"\W*dedication", re.I)
MAX_DEDICATION_WORDS = 60
"""A longer dedication is a letter, and thus prose, like a preface."""
MAX_SECTION_WORDS = 2500
"""A section of matter ends after this many words, so that text is not lost if the next heading is not recognised."""
MAX_TAIL_RATE = 0.1
SENTENCE_WORDS = 12
"""A shorter block can be a title even if it ends like a sentence: `Who Stole the Tarts?`"""
TITLE_WORDS = 10
FRONT_BLOCKS = 80
MAX_INNER_WORDS = 500
EDGE_RATE = 0.1
NUMBERED_ENTRY = re.compile(r"\W*(?:[\divxlc]{1,6}\b|chapter\b)|.*[\s.]\d{1,4}$", re.I)
PAGE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,7}", re.I)
MIN_ROWS = 5
ENTRY_BLOCKS = 3
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
        key = _key(block.text)
        if block.level:
            if _begins_text(blocks, number + 1):
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
        return _begins_text(blocks, number)
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
    return at_edge or any(n in signs for n in section[:10])


def _is_numbered(block: Block) -> bool:
    division = division_of(block.text) if block.level == 1 and len(block.text) < 200 else None
    return division is not None and division.number is not None


def front_matter(blocks: Sequence[Block], removed: Mapping[int, str]) -> Iterator[int]:
    """The blocks before the first chapter that are not prose: title, author, dedication, a list of chapters.

    Args:
        blocks: the blocks of a book.
        removed: the rules of the blocks that are already removed, by index.
    """
    front: list[int] = []
    for number, block in enumerate(blocks[:FRONT_BLOCKS]):
        if block.level:
            if _is_chapter(blocks, number) and not _is_entry(blocks, number):
                break
            continue
        if number in removed:
            continue
        words = words_in(block.text)
        is_text = (is_narration(block.text) or is_dialogue(block.text)) and not _is_dedication(blocks, number)
        if is_prose(block, words) and (is_text or not CREDIT.match(block.text) or words >= 40):
            if words >= 40 or is_dialogue(block.text) or _begins_text(blocks, number):
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
    key = _key(blocks[heading].text)
    near = blocks[heading + 1 : heading + 1 + ENTRY_BLOCKS]
    return (
        any(block.level for block in near)
        and not _begins_text(blocks, heading + 1)
        and any(block.level and _key(block.text) == key for block in blocks[heading + 1 :])
    )


def _key(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _is_chapter(blocks: Sequence[Block], number: int) -> bool:
    """Whether a heading numbers or names a part of the text."""
    block = blocks[number]
    if block.level != 1 or MATTER.fullmatch(block.text) or CONTENTS.fullmatch(block.text):
        return False
    return ENDING.fullmatch(block.text) is None and is_division(block.text)


def _begins_text(blocks: Sequence[Block], number: int) -> bool:
    """Whether prose begins here, rather than more of a list."""
    near = [is_prose(blocks[n], words_in(blocks[n].text)) for n in range(number, min(number + 6, len(blocks)))]
    is_sentence = bool(near) and near[0] and words_in(blocks[number].text) >= SENTENCE_WORDS
    return is_sentence or sum(near) * 2 > len(near) or (bool(near) and is_dialogue(blocks[number].text))


def after_the_end(blocks: Sequence[Block]) -> Iterator[int]:
    """The blocks after the end of the book, if they are short and contain neither a chapter nor dialogue."""
    ends = [n for n, block in enumerate(blocks) if block.level and ENDING.fullmatch(block.text)]
    if not ends or (ends[-1] and _is_chapter(blocks, ends[-1] - 1)):
        return
    tail = range(ends[-1] + 1, len(blocks))
    if sum(words_in(blocks[n].text) for n in tail) > MAX_TAIL_RATE * sum(words_in(block.text) for block in blocks):
        return
    if not any(_is_chapter(blocks, n) or (not blocks[n].level and is_dialogue(blocks[n].text)) for n in tail):
        yield from (n for n in tail if not blocks[n].level)
