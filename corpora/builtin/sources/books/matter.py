"""Front and back matter: title pages, tables of contents, notes on the author, and what comes after the end."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby

from corpora.builtin.sources.books.draft import Block, words_in
from corpora.builtin.sources.books.headings import CONTENTS, MATTER, QUOTES, is_division

THE_END = re.compile(r"\W*(?:the end|finis|fin|ende|end|fine|конец)\W*", re.I)
PROSE_END = re.compile(r"""[.!?…:;]["'”’»)\]*]*$""")
CREDIT = re.compile(
    r"\W*(?:by|author of|translated|illustrated|illustrations|edited|printed|published|publishers?|copyright"
    r"|to my|to the|for my|(?:this (?:book|story|novel|work) is )?dedicated|london|new york|boston|edinburgh"
    r"|with (?:an? )?(?:introduction|illustrations|frontispiece)"
    r"|first published|edition|volume|in (?:two|three|four) volumes)\b",
    re.I,
)
MAX_SECTION_WORDS = 2500
"""A section of matter is no longer: where the next heading was missed, the text after it is not lost."""
MAX_TAIL_RATE = 0.1
SENTENCE_WORDS = 12
"""From so many words on a block is no title, even if it ends like a sentence: `Who Stole the Tarts?`"""
FRONT_BLOCKS = 80
MAX_INNER_WORDS = 500
EDGE_RATE = 0.1


def without_matter(blocks: list[Block], removed: Counter[str]) -> list[Block]:
    """The blocks without front and back matter, counting the words that go in `removed`."""
    words = [words_in(block.text) for block in blocks]
    out: dict[int, str] = {}
    if any(block.linked for block in blocks):
        _mark_linked(blocks, out)
    _mark_front(blocks, words, out)
    _mark_sections(blocks, words, out)
    _mark_tail(blocks, words, out)
    for number, reason in out.items():
        removed[reason] += words[number]
    return [block for number, block in enumerate(blocks) if number not in out]


def is_prose(block: Block, words: int) -> bool:
    """Whether a block reads like sentences: it ends like one, or is long."""
    least = 1 if block.text[0] in QUOTES else 4
    return not block.level and (words >= 25 or (words >= least and PROSE_END.search(block.text) is not None))


def _is_chapter(block: Block) -> bool:
    """Whether a heading numbers or names a part of the text."""
    matter = _section(block.text) or THE_END.fullmatch(block.text)
    return block.level == 1 and not matter and is_division(block.text)


def _mark_linked(blocks: list[Block], out: dict[int, str]) -> None:
    """Blocks that are nothing but links into the book, three or more in a row or of few words: contents, `Next`."""
    for linked, run in groupby(range(len(blocks)), key=lambda number: blocks[number].linked):
        numbers = list(run)
        if linked and (len(numbers) >= 3 or all(words_in(blocks[number].text) <= 3 for number in numbers)):
            out.update(dict.fromkeys(numbers, "contents"))


def _mark_front(blocks: list[Block], words: list[int], out: dict[int, str]) -> None:
    """What stands before the first chapter and is no prose: title, author, dedication, a list of chapters."""
    front = []
    for number, block in enumerate(blocks[:FRONT_BLOCKS]):
        if block.level == 1 and is_division(block.text) and _begins_text(blocks, words, number + 1):
            break
        if block.level or number in out:
            continue
        if is_prose(block, words[number]) and not (CREDIT.match(block.text) and words[number] < 40):
            if words[number] >= 40 or _begins_text(blocks, words, number):
                break
            continue
        front.append(number)
    else:
        return
    out.update(dict.fromkeys(front, "front matter"))


def _begins_text(blocks: list[Block], words: list[int], number: int) -> bool:
    """Whether prose goes on from here, rather than more of a list."""
    near = [is_prose(blocks[n], words[n]) for n in range(number, min(number + 6, len(blocks)))]
    return sum(near) * 2 > len(near) or (bool(near) and near[0] and words[number] >= SENTENCE_WORDS)


def _mark_sections(blocks: list[Block], words: list[int], out: dict[int, str]) -> None:
    """Sections whose heading names them as matter, up to the next heading that does not."""
    inside, size = "", 0
    for number, block in enumerate(blocks):
        if block.level:
            listed = inside == "contents" and not _begins_text(blocks, words, number + 1)
            inside, size = _section(block.text) or (inside if listed else ""), 0
        elif inside == "contents" and is_prose(block, words[number]) and words[number] >= SENTENCE_WORDS:
            inside = ""
        elif inside and size + words[number] <= _room(number, len(blocks)):
            size += words[number]
            out.setdefault(number, inside)


def _room(number: int, blocks: int) -> int:
    """How many words a section of matter may have: few amid a book, where only box sets hold any."""
    return MAX_SECTION_WORDS if min(number, blocks - number) < blocks * EDGE_RATE else MAX_INNER_WORDS


def _section(heading: str) -> str:
    if CONTENTS.fullmatch(heading):
        return "contents"
    return "matter section" if MATTER.fullmatch(heading) else ""


def _mark_tail(blocks: list[Block], words: list[int], out: dict[int, str]) -> None:
    """What follows the end of the book, where it is short and no further chapter is in it."""
    ends = [n for n, block in enumerate(blocks) if len(block.text) < 20 and THE_END.fullmatch(block.text)]
    if not ends or (ends[-1] and _is_chapter(blocks[ends[-1] - 1])):
        return
    tail = range(ends[-1] + 1, len(blocks))
    if sum(words[number] for number in tail) > MAX_TAIL_RATE * sum(words) or any(_is_chapter(blocks[n]) for n in tail):
        return
    for number in tail:
        if not blocks[number].level:
            out.setdefault(number, "after the end")
