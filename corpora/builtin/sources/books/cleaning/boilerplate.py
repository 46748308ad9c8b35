"""Find paragraphs that belong to a book's edition and not to its text: licences, notices, requests, addresses.

A single phrase proves little, because novels quote addresses and talk about copyright. Therefore its position counts.
At the very ends of a book, where there is only other matter, one sign removes a paragraph; a little further in, signs
must be close together; elsewhere, a paragraph must match several rules, be among several that match one, or be
repeated. Dialogue and narration are never removed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from corpora.builtin.sources.books.cleaning.heading_words import ENDING
from corpora.builtin.sources.books.cleaning.headings import is_division
from corpora.builtin.sources.books.cleaning.prose import ends_like_prose, is_prose
from corpora.builtin.sources.books.cleaning.signs.rules import GOOGLES_NOTE, TRANSCRIBERS_NOTE
from corpora.builtin.sources.books.cleaning.speech import is_dialogue, is_narration, is_spoken
from corpora.builtin.sources.books.formats.blocks import Block, words_in

EDGE_WORDS = 30
"""One sign is enough if there are at most this many words of prose between the paragraph and the end of the book."""
NEAR_WORDS = 400
"""Up to this distance, two paragraphs with signs must be close together."""
CHAPTER_WORDS = 1000
"""What the first chapter's heading adds to the distance from the beginning, because the text begins there."""
CLOSE_BLOCKS = 6
INNER_GROUP = 3
"""Inside a book, this many paragraphs with signs of at least two rules are a page of matter, as in a box set."""
UNIFORM_GROUP = 4
"""The same if all match one rule, such as a list of addresses."""
GROUP_GAP = 2
SHORT_WORDS = 8
LINE_WORDS = 15
LINES = 5
"""Where lines between two notices are examined, each must be nearer than this to both of them."""
END_BLOCKS = 30
LIBRARY = "another library"
PUBLISHERS = frozenset({"gutenberg", "smashwords", LIBRARY, GOOGLES_NOTE})
"""Rules that name a publisher of e-books; near the ends they need no second sign."""
UNPROTECTED = frozenset({GOOGLES_NOTE, TRANSCRIBERS_NOTE})
EDITION = re.compile(
    r"\b(?:e-?books?|books?|novel|publi\w+|authors?|copyright\w*|editions?|trade ?marks?|permissions?|piracy|imprint"
    r"|photograph|readers?|reviews?|sign up|follow|series|titles)\b"
)
"""Words of which every notice contains at least one."""
NOTICE_WORDS = 80
PASSES = 3
"""How often the neighbours of notices are examined; each pass finds the next line of a page of notices."""
REQUESTS = frozenset({"thanks and requests", "other books", "smashwords", "address"})


def boilerplate(blocks: Sequence[Block], signs: Mapping[int, set[str]], matter: Iterable[int] = ()) -> dict[int, str]:
    """The paragraphs that are boilerplate, by index, each with the rule.

    Args:
        blocks: the blocks of a book.
        signs: the names of the rules that each paragraph matches, by its index.
        matter: the indices of blocks that are front or back matter for another reason.
    """
    open_signs = {
        n: names
        for n, names in sorted(signs.items())
        if not names.isdisjoint(UNPROTECTED) or not _is_protected(blocks[n].text)
    }
    if not open_signs:
        return {}
    found = {n: min(names) for n, names in _at_ends(blocks, open_signs, {*matter})}
    inner = {n: names for n, names in open_signs.items() if n not in found and not is_spoken(blocks[n].text)}
    repeats = _repeated(blocks, [*inner, *found])
    for n, names in inner.items():
        if len(names) > 1 or TRANSCRIBERS_NOTE in names or _key(blocks[n].text) in repeats:
            found[n] = min(names)
    found |= {n: min(open_signs[n]) for group in _inner_groups(blocks, inner) for n in group}
    found |= dict.fromkeys(_after_requests(blocks, found, signs), "after the end")
    for _ in range(PASSES):
        found |= dict.fromkeys([*_between_notices(blocks, found)], "between notices")
    return found


def _is_protected(text: str) -> bool:
    return is_dialogue(text) or is_narration(text)


def _at_ends(
    blocks: Sequence[Block], signs: Mapping[int, set[str]], matter: set[int]
) -> Iterator[tuple[int, set[str]]]:
    """The paragraphs with a sign at the very ends, and those near the ends that are close to another one."""
    skipped = matter | signs.keys()
    front = _distances(blocks, range(len(blocks)), signs, skipped, chapters=True)
    back = _distances(blocks, range(len(blocks) - 1, -1, -1), signs, skipped, chapters=False)
    numbers = list(signs)
    for place, n in enumerate(numbers):
        distance = min(front.get(n, NEAR_WORDS + 1), back.get(n, NEAR_WORDS + 1))
        others = numbers[max(place - 1, 0) : place] + numbers[place + 1 : place + 2]
        is_confirmed = not signs[n].isdisjoint(PUBLISHERS) or any(abs(other - n) <= CLOSE_BLOCKS for other in others)
        if distance <= EDGE_WORDS or (distance <= NEAR_WORDS and is_confirmed) or _is_after_end(blocks, n):
            yield n, signs[n]


def _is_after_end(blocks: Sequence[Block], number: int) -> bool:
    """Whether a paragraph follows the line that ends the story, where a part of the next book can come after it."""
    before = blocks[max(number - CLOSE_BLOCKS, 0) : number]
    ends = [n for n, block in enumerate(before) if block.level and ENDING.fullmatch(block.text)]
    return bool(ends) and sum(words_in(block.text) for block in before[ends[-1] + 1 :]) <= NOTICE_WORDS


def _distances(
    blocks: Sequence[Block], order: Iterable[int], wanted: Iterable[int], skipped: set[int], *, chapters: bool
) -> dict[int, int]:
    """The words of prose between each wanted block and the end of the book at which the order starts."""
    wanted, found, distance = {*wanted}, {}, 0
    for n in order:
        if distance > NEAR_WORDS:
            break
        if n in wanted:
            found[n] = distance
        block = blocks[n]
        if block.level:
            if chapters and block.level == 1 and is_division(block.text) and _opens_text(blocks, n):
                distance += CHAPTER_WORDS
        elif n not in skipped and is_prose(block, words := words_in(block.text)):
            distance += words
    return found


def _opens_text(blocks: Sequence[Block], number: int) -> bool:
    """Whether a heading is followed by text, rather than by the next entry of a table of contents."""
    after = blocks[number + 1 : number + 3]
    return any(not block.level and (ends_like_prose(block.text) or is_dialogue(block.text)) for block in after)


def _inner_groups(blocks: Sequence[Block], signs: Mapping[int, set[str]]) -> Iterator[list[int]]:
    """Groups of paragraphs with signs of at least two rules, with only short lines between them."""
    group: list[int] = []
    for n in [*signs, len(blocks) + GROUP_GAP + 2]:
        if group and (n - group[-1] > GROUP_GAP + 1 or any(_is_text(blocks[k]) for k in range(group[-1] + 1, n))):
            names = set().union(*(signs[k] for k in group))
            if len(group) >= (INNER_GROUP if len(names) > 1 else UNIFORM_GROUP):
                yield group
            group = []
        group.append(n)


def _is_text(block: Block) -> bool:
    return not block.level and (words_in(block.text) > 12 or ends_like_prose(block.text))


def _repeated(blocks: Sequence[Block], numbers: Iterable[int]) -> set[str]:
    """The texts of paragraphs with signs that occur more than once in the book."""
    counted = Counter(_key(blocks[n].text) for n in numbers)
    return {key for key, count in counted.items() if count > 1}


def _key(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _after_requests(blocks: Sequence[Block], found: Mapping[int, str], signs: Mapping[int, set[str]]) -> Iterator[int]:
    """Short lines among the last requests, such as `Thanks!` or a name, and all that a library adds behind its name."""
    last = range(max(len(blocks) - END_BLOCKS, 0), len(blocks))
    begin = next((n for n in last if n in found and not signs[n].isdisjoint(REQUESTS)), len(blocks))
    credit = next((n for n in last if n in found and LIBRARY in signs[n]), len(blocks))
    for n in range(min(begin, credit), len(blocks)):
        block = blocks[n]
        if block.level == 1 and is_division(block.text):
            return
        is_short = not block.level and (words_in(block.text) <= SHORT_WORDS or n > credit)
        if is_short and n not in found and not _is_protected(block.text) and not is_spoken(block.text):
            yield n


def _between_notices(blocks: Sequence[Block], found: Mapping[int, str]) -> Iterator[int]:
    """Paragraphs near the ends that mention the edition and are next to notices, and short lines between notices."""
    opening = next((n for n, block in enumerate(blocks) if block.level and _opens_text(blocks, n)), END_BLOCKS)
    ends = [*range(min(opening, END_BLOCKS, len(blocks))), *range(max(len(blocks) - END_BLOCKS, opening), len(blocks))]
    for n in ends:
        block = blocks[n]
        if n in found or block.level or words_in(block.text) > NOTICE_WORDS:
            continue
        before = n - 1 in found or n - 2 in found
        after = n + 1 in found or n + 2 in found
        is_enclosed = (before and (after or _is_border(blocks, n + 1))) or (after and _is_border(blocks, n - 1))
        is_story = _is_protected(block.text) or is_spoken(block.text)
        is_inside = _reaches_notice(blocks, found, range(n, n - LINES, -1)) and _reaches_notice(
            blocks, found, range(n, n + LINES)
        )
        if not is_story and (is_inside or (is_enclosed and EDITION.search(block.text.lower()))):
            yield n


def _reaches_notice(blocks: Sequence[Block], found: Mapping[int, str], order: Iterable[int]) -> bool:
    """Whether only short lines without a stop, which a page of notices has in any language, are before a notice."""
    for n in order:
        if n in found:
            return True
        if not 0 <= n < len(blocks) or words_in(blocks[n].text) > LINE_WORDS or ends_like_prose(blocks[n].text):
            return False
    return False


def _is_border(blocks: Sequence[Block], number: int) -> bool:
    """Whether a block is not text: beyond an end of the book, a heading, or a line of a title page."""
    if not 0 <= number < len(blocks) or blocks[number].level:
        return True
    return words_in(blocks[number].text) <= SHORT_WORDS and not ends_like_prose(blocks[number].text)
