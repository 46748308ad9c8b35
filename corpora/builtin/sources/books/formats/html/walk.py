"""Walk the elements of a page and collect its text as blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from corpora.builtin.sources.books.formats.aozora import character
from corpora.builtin.sources.books.formats.blocks import Block, one_line
from corpora.builtin.sources.books.formats.html.exclusions import HEADINGS, name_of, rule_of, style_of
from corpora.builtin.sources.books.formats.html.headings import RUN_IN_LEVEL, heading_level, is_run_in, names_division
from corpora.builtin.sources.elements import Element

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
LINKED_RATE = 0.8
BREAK = "\u2028"
"""Represents a line break from the markup; two of them begin a paragraph."""
PARAGRAPH = re.compile(f"{BREAK}\\s*?{BREAK}[\\s{BREAK}]*")
WHITE_OR_BREAK = f" \t\n\r{BREAK}"
BLANK_LINE = re.compile(r"\n[^\S\n]*+\n")
INITIAL_CLASS = re.compile(r"drop|initial|\bdc\b|bigcap|firstletter|first-letter", re.I)
WORDS_OF_ONE_LETTER = frozenset("AIOÀYE")
SENTENCE_ENDS = tuple(".!?…\"'”’:")


class Walk:
    """Collects the text between block boundaries."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._linked = 0
        self._node: Element | None = None
        """The element at whose beginning or end the last paragraph ended."""
        self._is_end = False
        self._asides: list[Block] = []
        """Excluded parts of the paragraph that is being collected."""

    def blocks(self, root: Element) -> Iterator[Block]:
        """The blocks below an element, in document order; not recursive, because files nest deeper than calls can."""
        stack: list[tuple[Element, int, str, bool, bool]] = [(root, 0, "", False, False)]
        while stack:
            node, level, rule, border, leaving = stack.pop()
            if leaving:
                if border:
                    self._node, self._is_end = node, True
                    yield from self._flush(level, rule)
                self._leave(node)
                continue
            border = _is_border(node)
            if border:
                self._node, self._is_end = node, False
                yield from self._flush(level, rule)
            own = self._rule(node)
            if own is not None and not (own and border):
                self._leave_out(node, own)
                continue
            inside, inside_rule = self._level(node, level, border), rule or own or ""
            border = border or inside != level
            self._enter(node)
            stack.append((node, inside, inside_rule, border, True))
            stack.extend((child, inside, inside_rule, False, False) for child in reversed(node))
        yield from self._flush(0, "")

    def _rule(self, node: Element) -> str | None:
        """The rule that excludes an element; None for text, empty for what is removed without a record."""
        return rule_of(node, self._parts[-8:])

    def _level(self, node: Element, around: int, border: bool) -> int:
        """The level of the heading that an element is, or is in; inside a paragraph, only its beginning can be one."""
        if level := HEADINGS.get(name_of(node), around):
            return level
        if border:
            return heading_level(node)
        if not is_run_in(node) or "".join(self._parts).strip() or _text_behind(node).lstrip()[:1].islower():
            return 0
        return RUN_IN_LEVEL

    def _enter(self, node: Element) -> None:
        name = name_of(node)
        if name == "pre" and next(node.iterancestors("pre"), None) is None:
            _keep_blank_lines(node)
        if name in ("text", "tspan"):
            self._parts.append(_svg_break(node, self._parts))
        if name == "span" and self._is_block(node):
            self._parts.append(BREAK)
        self._parts.append(BREAK if name == "br" else node.text or "")
        if name == "a" and (node.get("href") or "").partition("#")[0][:4] != "http":
            self._linked += len("".join(node.itertext()))

    def _is_block(self, node: Element) -> bool:
        """Whether a `span` is set as a block."""
        return "display:block" in style_of(node)

    def _leave(self, node: Element) -> None:
        tail = node.tail or ""
        self._parts.append(_tail(node) if tail[:1].isspace() and self._is_initial(node) else tail)

    def _is_initial(self, node: Element) -> bool:
        """Whether an element is set like a large initial."""
        return name_of(node) == "span" and INITIAL_CLASS.search(node.get("class") or "") is not None

    def _leave_out(self, node: Element, rule: str) -> None:
        if rule and isinstance(node.tag, str) and (text := one_line(" ".join(node.itertext()))):
            self._asides.append(Block(text, rule=rule))
        self._parts += [_initial(node), node.tail or ""]

    def _flush(self, level: int, rule: str) -> Iterator[Block]:
        whole = "".join(self._parts)
        linked = self._linked > 0 and self._linked >= len(whole.strip()) * LINKED_RATE
        yield from self._asides
        self._asides.clear()
        self._parts.clear()
        self._linked = 0
        if whole.isspace() or not whole:
            return
        for part in self._paragraphs(whole, level) if BREAK in whole else [whole]:
            if text := one_line(part):
                yield self._block(Block(text, level, linked, rule))

    def _block(self, block: Block) -> Block:
        """A block as it is returned."""
        return block

    def _paragraphs(self, text: str, level: int) -> Iterator[str]:
        """The paragraphs of a block with line breaks; first lines such as `Chapter One` are paragraphs of their own."""
        for part in PARAGRAPH.split(text):
            first, _, rest = part.strip(WHITE_OR_BREAK).partition(BREAK)
            while rest and not level and names_division(one_line(first)):
                yield first
                part = rest
                first, _, rest = part.partition(BREAK)
            yield part


def _is_border(node: Element) -> bool:
    name = name_of(node)
    if name == "svg":
        return any(name_of(part) == "text" for part in node.iter())
    return name in BLOCKS or name in HEADINGS


def _svg_break(node: Element, before: list[str]) -> str:
    """The break before a piece of text in a drawing: that of a new paragraph, or of a new line.

    Each line of a drawn page is a separate, positioned element, so without breaks words would run together.
    """
    written = "".join(before[-8:]).rstrip()
    if not written or next(node.iterancestors("svg"), None) is None:
        return ""
    if name_of(node) == "tspan":
        return BREAK if node.get("y") or node.get("dy", "0").strip("0.") else ""
    continues = one_line("".join(islice(node.itertext(), 8)))[:1].islower() and not written.endswith(SENTENCE_ENDS)
    return BREAK if continues else 2 * BREAK


def _initial(node: Element) -> str:
    """The letter that a picture represents at the beginning of a word; empty for all other elements."""
    letter = (node.get("alt") or "").strip() if name_of(node) == "img" else ""
    if letter.startswith("※("):
        return character(letter)
    if len(letter) != 1 or not letter.isalpha():
        return ""
    following = _text_behind(node)
    return letter if following.lstrip()[:1].isalpha() and not following[:1].isspace() else ""


def _text_behind(node: Element) -> str:
    """The text right behind an element, or behind the two around it if it ends them."""
    for _ in range(3):
        if node is None or (node.tail or "").strip():
            break
        following = node.getnext()
        if following is not None:
            return following.text or ""
        node = node.getparent()
    return "" if node is None else node.tail or ""


def _tail(node: Element) -> str:
    """The text behind a large initial, without the white space that separates it from its word."""
    tail, letter = node.tail or "", "".join(islice(node.itertext(), 4)).strip()
    return tail.lstrip() if len(letter) == 1 and letter.isupper() and letter not in WORDS_OF_ONE_LETTER else tail


def _keep_blank_lines(node: Element) -> None:
    """Turn blank lines in preformatted text into paragraph breaks."""
    for part in node.iter():
        part.text = BLANK_LINE.sub(2 * BREAK, part.text or "")
        if part is not node:
            part.tail = BLANK_LINE.sub(2 * BREAK, part.tail or "")
