"""Find the notes of a book in HTML: by its markup, by the marks in the text that link to them, or by their numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from corpora.builtin.sources.books.formats.blocks import Block, words_in
from corpora.builtin.sources.books.formats.html.exclusions import NOTE

Place = tuple[int, int]
"""The number of a page, and of a block on it."""
HEADING = re.compile(
    r"(?:end|foot)?notes?(?: (?:to|for) .{1,40})?[.:]?|anmerkungen|fu(?:ß|ss)noten|endnoten|notas|notes de bas de page"
    r"|note|voetnoten|noten|fotnoter|noter|przypisy|примечания|сноски",
    re.I,
)
NUMBERED = re.compile(r"[\[({]?(\d{1,3})[\])}]?[.):]?(?:\s+\S.*)?")
LABEL_CHARACTERS = 6
CONTINUED = 3
"""At most this many paragraphs between two notes continue the first one."""
MIN_NOTES = 3
REFERRED_RATE = 0.8
MAX_RATE = 0.4
"""If notes seem to have more of a book's words than this, its markup uses links or names for something else."""
MATTER_RATE = 0.8


def without_notes(pages: Sequence[list[Block]]) -> list[list[Block]]:
    """The pages with the rule `note` for notes and their headings.

    Args:
        pages: the blocks of the files of a book, with their `Markup`.
    """
    marked = {(p, n) for p, page in enumerate(pages) for n, block in enumerate(page) if block.rule == NOTE}
    linked = _linked(pages) - marked
    numbered = _numbered(pages) - marked - linked
    if not (marked or linked or numbered):
        return [*pages]
    total = sum(words_in(block.text) for page in pages for block in page)
    notes: set[Place] = set()
    for found in (marked, linked, numbered):
        if sum(words_in(pages[p][n].text) for p, n in found) <= MAX_RATE * total:
            notes |= found
    notes |= {*_headings(pages, notes)}
    return [[_ruled(block, (p, n) in notes) for n, block in enumerate(page)] for p, page in enumerate(pages)]


def _ruled(block: Block, is_note: bool) -> Block:
    if is_note:
        return block if block.rule else block._replace(rule=NOTE)
    return block._replace(rule="") if block.rule == NOTE else block


def _linked(pages: Sequence[list[Block]]) -> set[Place]:
    """The blocks that marks in the text link to, and those that continue them."""
    targets = {target for page in pages for block in page if block.markup for _, target in block.markup.marks if target}
    if not targets:
        return set()
    found: set[Place] = set()
    for p, page in enumerate(pages):
        last, is_section = -1, not any(_is_text(block) for block in page[:1])
        for n, block in enumerate(page):
            if block.rule or block.level or not _is_note(page, n, targets):
                continue
            between = range(last + 1, n)
            if last >= 0 and len(between) <= CONTINUED and not any(page[k].level for k in between):
                found.update((p, k) for k in between)
            elif last < 0:
                is_section = not any(_is_text(page[k]) for k in between)
            found.add((p, n))
            last = n
        if last >= 0 and is_section:
            found.update((p, n) for n in _until_heading(page, last + 1))
    return found


def _is_note(page: Sequence[Block], number: int, targets: set[str]) -> bool:
    """Whether a block is the target of a mark, or stands behind a label that is."""
    markup = page[number].markup
    if markup is not None and markup.is_labelled and not targets.isdisjoint(markup.ids):
        return True
    before = page[number - 1] if number else None
    return (
        before is not None
        and not before.level
        and len(before.text) <= LABEL_CHARACTERS
        and before.markup is not None
        and not targets.isdisjoint(before.markup.ids)
    )


def _is_text(block: Block) -> bool:
    return not (block.rule or block.level) and HEADING.fullmatch(block.text) is None


def _until_heading(page: Sequence[Block], first: int) -> Iterator[int]:
    for n in range(first, len(page)):
        if page[n].level:
            return
        yield n


def _numbered(pages: Sequence[list[Block]]) -> set[Place]:
    """The numbered blocks below headings such as `Notes`, if there are marks with these numbers in the text."""
    found: set[Place] = set()
    wanted: Counter[str] = Counter()
    for p, page in enumerate(pages):
        for n, block in enumerate(page):
            if HEADING.fullmatch(block.text) and (p, n) not in found:
                blocks, numbers = _section(page, n + 1)
                found.update((p, k) for k in blocks)
                wanted.update(numbers)
    given = Counter(
        label
        for p, page in enumerate(pages)
        for n, block in enumerate(page)
        if block.markup and (p, n) not in found
        for label, _ in block.markup.marks
    )
    count = wanted.total()
    return found if count >= MIN_NOTES and (wanted & given).total() >= REFERRED_RATE * count else set()


def _section(page: Sequence[Block], first: int) -> tuple[list[int], list[str]]:
    """The blocks of a section of numbered notes, whose numbers may start over below other headings."""
    blocks: list[int] = []
    numbers: list[str] = []
    last = 0
    waiting: list[int] = []
    for n in range(first, len(page)):
        match = NUMBERED.fullmatch(page[n].text)
        number = int(match[1]) if match and not page[n].level else 0
        if number and number in (last + 1, 1):
            blocks += [*waiting, n]
            numbers.append(str(number))
            last, waiting = number, []
        elif number or len(waiting) == CONTINUED or (not last and not page[n].level):
            return blocks, numbers
        else:
            waiting.append(n)
    return (blocks + waiting, numbers) if numbers else ([], [])


def _headings(pages: Sequence[list[Block]], notes: set[Place]) -> Iterator[Place]:
    """The headings of notes: those named so in front of them."""
    for p, n in notes:
        if n and (p, n - 1) not in notes and HEADING.fullmatch(pages[p][n - 1].text):
            yield p, n - 1
