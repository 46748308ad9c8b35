"""Distinguish headings from sentences in books whose files do not mark headings.

A short line alone proves little: telegrams and signs are in capitals, logs are numbered, verse has no full stops.
Therefore a candidate becomes a heading because of its context: consecutive numbers, other chapters with the same
layout, the same line in the table of contents, or the space around it. Everything else is prose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from corpora.builtin.sources.books.cleaning.heading_words import (
    CONTENTS,
    ENDING,
    MATTER,
    SENTENCE_ENDING,
    Division,
    division_of,
)
from corpora.builtin.sources.books.cleaning.labels import labelled
from corpora.builtin.sources.books.cleaning.plays import speakers
from corpora.builtin.sources.books.cleaning.prose import QUOTES, SMALL, ends_like_prose, is_prose, is_title, is_upper
from corpora.builtin.sources.books.formats.blocks import Block, words_in

MAX_CHARACTERS = 90
SENTENCE_WORDS = 3
NEIGHBOURS = 3
"""How many candidates before and after a number are checked for the previous and the next number."""
TITLED_RATE = 0.4
"""If at least this share of numbered chapters has a line like a title under the number, such lines are titles."""
SHORT_TITLE_WORDS = 4
"""In a book with only one or two chapters, a line in capitals of at most this many words can be a title."""
PLAIN_RATE = 0.6
MIN_PLAIN = 5
"""The same for lines in lower case, which only their regularity distinguishes from prose."""
MIN_CHAPTERS = 3
MIN_LETTERS = 4
ISOLATED_WORDS = 5
ISOLATED_RATE = 0.8
"""If at least this share of the lines without a stop stand alone between paragraphs, they are titles, and not verse."""
APART_BLOCKS = 8
"""The median distance between headings that are recognised only by their capitals is at least this."""
CONTENTS_BLOCKS = 120
TITLE_PAGE_BLOCKS = 20
BREAKS_OFF = re.compile(r"[,;:—–-]\W*$")
ABOUT = re.compile(r"\W*(?:about|à propos|au sujet|sobre|über|o)\b", re.I)
"""The first word of headings of matter that are not capitalised like titles."""
DECORATIONS = "#=*~-–—_<+•.["
DECORATED = re.compile(
    r"(?:#{1,6}|={1,6}|\*{1,6}|~{1,6}|[-–—]{1,6}|_{1,6}|<{1,3}|\+{1,6}|•|\.{2,6}|\[) *+(\w.*?) *[#=*~–—_>+•.\]-]*+"
)
MARKDOWN = re.compile(r"#{1,6} +([^#\s].{0,90}?) *#*")
NUMBERED_MARKUP = re.compile(r"#{1,6} +(?:\d{1,3}|[IVXLC]{1,8})\.?")
UNNAMED = frozenset({"digits", "entry", "roman", "spelled", "year"})
"""Divisions without a word, which may be page numbers between signs or entries of a list."""
PLAY_DIVISIONS = frozenset({"act", "scene"})
"""Their headings say where the scene is, in a sentence; numbers of scenes start over in each act."""
FIRST_IDEOGRAPH = "\u2e80"
SENTENCE_STOP = re.compile(r"""[.!?…,;:"'”’»)\]—–-]\W*$""")


def with_headings(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with the levels of headings set: 1 for a division of the book, 2 for other titles.

    Args:
        blocks: of a book; levels that its file already marks are kept, except for those of divisions.
    """
    blocks = [_undecorated(block) for block in _with_markdown(blocks)]
    short = {n: block.text for n, block in enumerate(blocks) if _may_be_heading(block)}
    for n in [*speakers(blocks, short)]:
        del short[n]
    divisions = {n: division for n, text in short.items() if (division := division_of(text))}
    levels = {n: block.level for n, block in enumerate(blocks) if block.level}
    levels |= dict.fromkeys(_divisions(blocks, divisions), 1)
    levels |= dict.fromkeys(labelled(blocks, short, levels), 1)
    levels |= {n: 1 for n, text in short.items() if ENDING.fullmatch(text) and _ends_part(blocks, n, levels)}
    levels |= {n: 2 for n, text in short.items() if n not in levels and _is_matter(text)}
    levels |= dict.fromkeys(_titles(blocks, short, levels), 2)
    levels |= dict.fromkeys(_capitals(blocks, short, levels), 2)
    levels |= dict.fromkeys(_isolated(blocks, short, levels), 2)
    levels |= {n: 1 for n, level in levels.items() if level > 1 and _is_numbered(blocks[n].text)}
    return [b if b.level == levels.get(n, 0) else b._replace(level=levels[n]) for n, b in enumerate(blocks)]


def _is_numbered(text: str) -> bool:
    """Whether a heading that the file marks, at whatever level, names or numbers a division of the book."""
    division = division_of(text) if len(text) <= MAX_CHARACTERS else None
    return division is not None and not (MATTER.fullmatch(text) or CONTENTS.fullmatch(text))


def _with_markdown(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks with the headings of Markdown, `## The Mole`, if there are several."""
    found = {n: match for n, b in enumerate(blocks) if b.text[0] == "#" and (match := MARKDOWN.fullmatch(b.text))}
    if len(found) < MIN_CHAPTERS:
        return blocks
    return [
        block._replace(text=found[n][1], level=1 if division_of(found[n][1]) else 2) if n in found else block
        for n, block in enumerate(blocks)
    ]


def _undecorated(block: Block) -> Block:
    """A heading without the signs around it: `# Chapter 2`, `== Chapter 2 ==`, `***Chapter 2***`."""
    if block.level or block.text[0] not in DECORATIONS or len(block.text) > MAX_CHARACTERS:
        return block
    match = DECORATED.fullmatch(block.text)
    division = division_of(match[1]) if match else None
    if match is None or division is None or _is_sentence(division.title):
        return block
    if division.word in UNNAMED and not NUMBERED_MARKUP.fullmatch(block.text):
        return block
    return block._replace(text=match[1])


def is_division(text: str) -> bool:
    """Whether a short line names a division of a book, or its end."""
    return division_of(text) is not None or ENDING.fullmatch(text) is not None


def _may_be_heading(block: Block) -> bool:
    return not block.level and len(block.text) <= MAX_CHARACTERS and block.text[0] not in QUOTES


def _divisions(blocks: Sequence[Block], divisions: Mapping[int, Division]) -> Iterator[int]:
    """The lines with the word or number of a division that are headings."""
    by_word: dict[str, list[tuple[int, int | None]]] = {}
    for n, division in divisions.items():
        by_word.setdefault(division.word, []).append((n, division.number))
    counting = {n for numbers in by_word.values() for n in _counting(numbers)}
    years = [division.number or 0 for division in divisions.values() if division.word == "year"]
    rising = len(years) >= MIN_CHAPTERS and all(a <= b for a, b in pairwise(years))
    spelled_out = _are_far_apart([n for n in sorted(counting) if divisions[n].word == "spelled"])
    for n, division in divisions.items():
        if division.word == "entry":
            if n in counting and (division.title[0] >= FIRST_IDEOGRAPH or _is_written_as_title(division.title)):
                yield n
        elif division.word == "year":
            if rising and _is_followed_by_prose(blocks, n):
                yield n
        elif division.word in ("roman", "digits"):
            if n in counting:
                yield n
        elif division.word == "spelled":
            if n in counting and spelled_out:
                yield n
        elif BREAKS_OFF.search(division.title):
            continue
        elif division.word in PLAY_DIVISIONS and (n in counting or n - 1 in divisions):
            yield n
        elif _is_sentence(division.title):
            if n in counting and not division.is_loose:
                yield n
        elif not division.is_loose or n in counting or not blocks[n].text.endswith((".", "!", "?")):
            yield n


def _counting(numbers: Sequence[tuple[int, int | None]]) -> Iterator[int]:
    """The blocks whose number continues one of the last candidates, or is continued by one of the next.

    Args:
        numbers: (index of a block, the number in it) pairs, in order.
    """
    for place, (n, value) in enumerate(numbers):
        if value is None:
            continue
        before = numbers[max(place - NEIGHBOURS, 0) : place]
        after = numbers[place + 1 : place + 1 + NEIGHBOURS]
        follows = any(other == value - 1 and n - m > 1 for m, other in before)
        if follows or any(other == value + 1 and m - n > 1 for m, other in after) or _ascends(before, value, after):
            yield n


def _ascends(before: Sequence[tuple[int, int | None]], value: int, after: Sequence[tuple[int, int | None]]) -> bool:
    """Whether a number is part of an ascending series, like page numbers, some of which may be missing."""
    row = [other or 0 for _, other in before] + [value] + [other or 0 for _, other in after]
    return len(row) == 2 * NEIGHBOURS + 1 and all(a < b for a, b in pairwise(row))


def _is_sentence(title: str) -> bool:
    """Whether the text after a number is a sentence rather than a title: `We ran out of water.`"""
    return words_in(title) >= SENTENCE_WORDS and ends_like_prose(title) and not is_title(title)


def _ends_part(blocks: Sequence[Block], number: int, levels: Mapping[int, int]) -> bool:
    """Whether a line like `THE END` ends the book, or one of several in it, and not just a passage."""
    text = blocks[number].text
    if SENTENCE_ENDING.search(text):
        return False
    return is_upper(text) or number > len(blocks) * 0.8 or number + 1 in levels


def _is_matter(text: str) -> bool:
    return (MATTER.fullmatch(text) or CONTENTS.fullmatch(text)) is not None and (
        is_title(text) or words_in(text) <= SENTENCE_WORDS or ABOUT.match(text) is not None
    ) and not re.search(r"[.!?,;]$", text)  # fmt: skip


def _titles(blocks: Sequence[Block], short: Mapping[int, str], levels: Mapping[int, int]) -> Iterator[int]:
    """The lines under numbered divisions that are titles, if most chapters have such a line."""
    divisions = [n for n, level in sorted(levels.items()) if level == 1 and is_division(blocks[n].text)]
    chapters = [n for n in divisions if n + 1 < len(blocks)]
    under = [n + 1 for n in chapters if n + 1 not in levels]
    written = [n for n in under if n in short and _is_written_as_title(short[n])]
    plain = [n for n in under if n in short and _is_plain_title(short[n]) and _is_followed_by_prose(blocks, n)]
    if len(chapters) < MIN_CHAPTERS:
        is_regular = len(written) == len(under)
        followed = (n for n in written if _is_followed_by_prose(blocks, n))
        found = [n for n in followed if is_regular or not is_upper(short[n]) or words_in(short[n]) <= SHORT_TITLE_WORDS]
    else:
        found = written if len(written) >= TITLED_RATE * len(under) else []
        if len(plain) >= max(PLAIN_RATE * len(under), MIN_PLAIN):
            found = found + plain
    for n in found:
        yield n
        following = n + 1
        while following in short and following not in levels and is_upper(short[following]):
            if not _is_written_as_title(short[following]):
                break
            yield following
            following += 1


def _is_written_as_title(text: str) -> bool:
    """Whether a line is capitalised like a title, and neither breaks off nor ends like a sentence."""
    if text[0] in "-–—[(" or not is_title(text) or re.search(r"[,;:\"'”’»—–-]\W*$", text):
        return False
    if is_upper(text):
        return sum(map(str.isalpha, text)) >= MIN_LETTERS
    return not SENTENCE_STOP.search(text)


def _is_plain_title(text: str) -> bool:
    return text[0].isupper() and not SENTENCE_STOP.search(text)


def _capitals(blocks: Sequence[Block], short: Mapping[int, str], levels: Mapping[int, int]) -> Iterator[int]:
    """The lines in capitals that are headings."""
    upper = [
        n
        for n, text in short.items()
        if n not in levels
        and is_upper(text)
        and text[0] not in "-–—[("
        and (sum(map(str.isalpha, text)) >= MIN_LETTERS or _is_short_name(text, short))
        and not SENTENCE_STOP.search(text)
    ]
    if not upper:
        return
    listed = _listed(short)
    chapters = sum(level == 1 for level in levels.values())
    is_marked = _are_marked(blocks)
    regular = chapters < MIN_CHAPTERS and _is_regular(blocks, upper)
    spaced = {n for n in upper if blocks[n].gap >= 2 and blocks[n].gap > _usual_gap(blocks)}
    above = {n for n in upper if levels.get(n + 1) == 1 and not ENDING.fullmatch(blocks[n + 1].text)}
    if len(above) < max(TITLED_RATE * chapters, MIN_CHAPTERS):
        above = {n for n in above if n < TITLE_PAGE_BLOCKS}
    for n in upper:
        if (
            n in above
            or short[n].casefold() in listed
            or (len(spaced) >= MIN_CHAPTERS and n in spaced)
            or (regular and _is_followed_by_prose(blocks, n) and (n - 1 in levels or not is_marked))
        ):
            yield n


def _are_marked(blocks: Sequence[Block]) -> bool:
    """Whether the file itself marks the headings of chapters, so that a line amid paragraphs is none."""
    return sum(block.level > 0 for block in blocks) >= MIN_CHAPTERS


def _is_short_name(text: str, short: Mapping[int, str]) -> bool:
    """Whether a line in capitals can be the name of a narrator, such as `BOB`, who tells several chapters."""
    is_name = len(text) == MIN_LETTERS - 1 and text.isalpha() and text.lower() not in SMALL
    return is_name and not division_of(text) and sum(other == text for other in short.values()) > 1


def _isolated(blocks: Sequence[Block], short: Mapping[int, str], levels: Mapping[int, int]) -> list[int]:
    """Short lines of any case, such as `winter` and `The Ferry`, that divide a book without other divisions."""
    if _are_marked(blocks) or sum(level == 1 for level in levels.values()) >= MIN_CHAPTERS:
        return []
    bare = [n for n, text in short.items() if n not in levels and _is_bare(text)]
    found = [n for n in bare if n and _is_prose_at(blocks, n - 1) and _is_followed_by_prose(blocks, n)]
    if not found:
        return []
    first = [n for n in bare if n < found[0] and _is_followed_by_prose(blocks, n)]
    found = [*first[-1:], *found]
    bare = [n for n in bare if n >= found[0] and not ENDING.fullmatch(short[n])]
    is_regular = len(found) >= ISOLATED_RATE * len(bare) and len({short[n] for n in found}) == len(found)
    return found if is_regular and _are_far_apart(found) else []


def _is_bare(text: str) -> bool:
    if not (text[-1].isalnum() and text[0].isalpha()) or words_in(text) > ISOLATED_WORDS:
        return False
    return text.islower() or is_title(text)


def _listed(short: Mapping[int, str]) -> set[str]:
    """Short lines near the beginning that occur again later, that is, entries of a table of contents."""
    counted = Counter(text.casefold() for text in short.values())
    first = (n for n in short if n < CONTENTS_BLOCKS and (n - 1 in short or n + 1 in short))
    return {key for key in (short[n].casefold() for n in first) if counted[key] > 1}


def _usual_gap(blocks: Sequence[Block]) -> int:
    return Counter(block.gap for block in blocks).most_common(1)[0][0]


def _is_regular(blocks: Sequence[Block], upper: Sequence[int]) -> bool:
    """Whether lines in capitals divide the book: there are several, far apart, each followed by prose."""
    return _are_far_apart([n for n in upper if _is_followed_by_prose(blocks, n)])


def _are_far_apart(numbers: Sequence[int]) -> bool:
    """Whether there are several blocks with, mostly, as much text between them as chapters have."""
    apart = sorted(b - a for a, b in pairwise(numbers))
    return len(numbers) >= MIN_CHAPTERS and apart[len(apart) // 2] >= APART_BLOCKS


def _is_followed_by_prose(blocks: Sequence[Block], number: int) -> bool:
    return number + 1 < len(blocks) and _is_prose_at(blocks, number + 1)


def _is_prose_at(blocks: Sequence[Block], number: int) -> bool:
    return is_prose(blocks[number], words_in(blocks[number].text))
