"""Walk the pages of a book: as any page, but with its notes told from its text, and with the looks of its blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from corpora.builtin.sources.books.formats.blocks import Block, Markup, one_line
from corpora.builtin.sources.books.formats.html.exclusions import NOTE, is_note, name_of, reference_of
from corpora.builtin.sources.books.formats.html.headings import framed, is_heading_text
from corpora.builtin.sources.books.formats.html.styles import BLOCK, FLOATING, Styles
from corpora.builtin.sources.books.formats.html.walk import BREAK, Walk
from corpora.builtin.sources.elements import Element

MAX_LOOK_CHARACTERS = 120
"""The looks of longer blocks matter only if they are next to one that looks like a heading."""
LOOKS = frozenset("bcl")
MAX_FRAMES = 4
STOPPED = re.compile(r"(?<!\s\d)(?<!\s\d\d)[.!?…。！？][\"'”’»)\]」』）]*$")
STOPPED_RATE = 0.8
INDENTS = ("\u3000", "\xa0\xa0", "\u2003", "「", "『")
"""What begins a paragraph behind a line break; Japanese sets speech without an indent."""
FIRST_WIDE, WIDE_LETTERS = "\u2e80", 3
"""A letter of Chinese, Japanese or Korean counts as this many of others."""
MIN_LINES = 3
MEAN_LINE, LONG_LINE = 60, 150
"""With lines of this length on average, and at least one long one, line breaks are borders of paragraphs, and not of
verses or of lines of an address."""
SPACED = tuple(" \t\n\xa0")
PUNCTUATION = tuple(".,;:!?)]”’»")
LABEL = re.compile(r"[\[({]?(?:\d{1,3}[\])}.:]|[*†‡§])|\d{1,3}(?:$|\s+[\"“‘]?[A-Z])")
"""The label at the beginning of a note."""
ITEMS = frozenset({"li", "aside", "dd"})
APART = ITEMS | {"td", "th", "pre", "dt"}


class BookWalk(Walk):
    """Collects the blocks of a page of a book.

    Args:
        styles: the looks of the book's classes.
    """

    def __init__(self, styles: Styles) -> None:
        super().__init__()
        self._styles = styles
        self._ids: list[str] = []
        """The targets of links since the last block."""
        self._marks: list[tuple[str, str]] = []
        self._is_labelled = False
        self._last_look = ""

    def _rule(self, node: Element) -> str | None:
        rule = super()._rule(node)
        if rule is None and (node.get("class") or node.get("role") or node.get("epub:type")):
            if is_note(node):
                return NOTE
            if self._styles.hide(node):
                return "hidden"
        return rule

    def _enter(self, node: Element) -> None:
        target = node.get("id") or (node.tag == "a" and node.get("name"))
        if target and not any(part.strip() for part in self._parts):
            self._ids.append(target)
        super()._enter(node)

    def _is_block(self, node: Element) -> bool:
        return super()._is_block(node) or BLOCK in self._styles.of(node)

    def _is_initial(self, node: Element) -> bool:
        return super()._is_initial(node) or FLOATING in self._styles.of(node)

    def _leave_out(self, node: Element, rule: str) -> None:
        reference = reference_of(node) if not rule and name_of(node) else None
        is_written = any(part.strip() for part in self._parts)
        if reference is not None and is_written:
            self._marks.append(reference)
        elif not rule and (reference is not None or name_of(node) == "a"):
            self._is_labelled = True
            if not is_written and (target := node.get("id") or node.get("name")):
                self._ids.append(target)
        is_before_stop = is_written and reference is not None and (node.tail or "").startswith(PUNCTUATION)
        if is_before_stop and self._parts[-1].endswith(SPACED):
            self._parts[-1] = self._parts[-1].rstrip()
        super()._leave_out(node, rule)

    def _block(self, block: Block) -> Block:
        node = self._node if self._is_end or self._node is None else self._node.getparent()
        is_compared = self._last_look or (len(block.text) <= MAX_LOOK_CHARACTERS and is_heading_text(block.text))
        look = self._last_look = self._look(node) if is_compared and node is not None and not block.level else ""
        around = node.getparent() if node is not None else None
        item = around.get("id") if around is not None and name_of(around) in ITEMS else None
        may_go_on = block.text[0].islower() and node is not None and _is_running(node)
        if not (look or self._ids or item or self._marks or may_go_on):
            return block
        is_item = item is not None or (node is not None and name_of(node) in ITEMS)
        is_labelled = self._is_labelled or is_item or LABEL.match(block.text) is not None
        ids = (*self._ids, *([item] if item else ()))
        markup = Markup(look, ids, tuple(self._marks), is_labelled, may_go_on)
        self._ids, self._marks, self._is_labelled = [], [], False
        return block._replace(markup=markup)

    def _look(self, node: Element) -> str:
        """The letters of the looks of a block, whichever element around or in it has them."""
        frames = [node, *islice(node.iterancestors(), MAX_FRAMES - 1), *framed(node)]
        found = "".join([self._styles.of(frame) for frame in frames if name_of(frame) not in ("body", "html")])
        return "".join(sorted(LOOKS & {*found}))

    def _paragraphs(self, text: str, level: int) -> Iterator[str]:
        for part in super()._paragraphs(text, level):
            yield from _sentences_by_line(part) if not level and BREAK in part else (part,)


def _is_running(node: Element) -> bool:
    """Whether a block is a paragraph of running text, and not in a list or a table."""
    frames = (node, *islice(node.iterancestors(), MAX_FRAMES))
    return name_of(node) in ("p", "div") and APART.isdisjoint(map(name_of, frames))


def _sentences_by_line(text: str) -> Iterator[str]:
    """The lines of a block, if they are long and thus paragraphs; lines that end inside a sentence are not parted."""
    lines = [line for line in text.split(BREAK) if line.strip()]
    if not (_are_long(lines) or _are_indented(lines)):
        yield text
        return
    begin = 0
    for n, line in enumerate(lines, 1):
        if n == len(lines) or STOPPED.search(one_line(line)):
            yield BREAK.join(lines[begin:n])
            begin = n


def _are_long(lines: Sequence[str]) -> bool:
    lengths = [len(line) * (WIDE_LETTERS if line.strip()[0] >= FIRST_WIDE else 1) for line in lines]
    if len(lines) < MIN_LINES:
        return len(lines) > 1 and min(lengths) >= LONG_LINE
    return max(lengths) >= LONG_LINE and sum(lengths) >= MEAN_LINE * len(lines)


def _are_indented(lines: Sequence[str]) -> bool:
    """Whether indents of wide spaces begin lines behind full stops, as they do not in verse."""
    indented = [n for n, line in enumerate(lines) if n and line.lstrip(" \t\n").startswith(INDENTS)]
    stopped = sum(STOPPED.search(one_line(lines[n - 1])) is not None for n in indented)
    return len(indented) > 1 and stopped >= STOPPED_RATE * len(indented)
