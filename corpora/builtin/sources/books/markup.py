"""XHTML and HTML from anyone to blocks: paragraphs and headings, whatever the markup's state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from corpora.builtin.sources.books.decode import decode
from corpora.builtin.sources.books.draft import Block, Unreadable, one_line

MAX_DEPTH = 2000
DECLARED = re.compile(rb"""<\?xml[^>]*?encoding=["']([\w.-]+)|<meta[^>]*?charset=["']?\s*([\w.-]+)""", re.I)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
DROPPED = frozenset({
    "audio", "button", "canvas", "figcaption", "head", "iframe", "img", "input", "map", "math", "nav", "noscript",
    "object", "rp", "rt", "script", "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
LINKED_RATE = 0.8
BREAK = "\u2028"
"""Stands for a line break that the markup asks for; two of them begin a paragraph."""
PARAGRAPH = re.compile(f"{BREAK}\\s*?{BREAK}[\\s{BREAK}]*")
NOTE_SIGN = re.compile(r"[*†‡§¶]{1,3}|[\[({](?:(?:note )?\d{1,3}|[*†‡§¶]{1,3}|[^\W\d_]|[ivx]{1,5})[\])}]", re.I)
NOTE_NUMBER = re.compile(r"\d{1,3}")
BEFORE_MARKS = frozenset(""".,;:!?…"'”’»)""")
BLANK_LINE = re.compile(r"\n[^\S\n]*+\n")
BRACKETED = re.compile(r"\[\w{1,5}\]")
NO_TEXT_CLASSES = frozenset({
    "caption", "fnanchor", "noteref", "page-number", "pagebreak", "pagenum", "pageno", "pagenumber", "tnote",
    "transnote", "transnotes", "trnote", "x-ebookmaker-pageno",
})  # fmt: skip
NO_TEXT = frozenset({
    "colophon", "copyright-page", "cover", "doc-colophon", "doc-cover", "doc-noteref", "doc-pagebreak", "halftitlepage",
    "imprint", "landmarks", "loi", "lot", "noteref", "other-credits", "pagebreak", "titlepage", "toc",
})  # fmt: skip
"""What an `epub:type` or a `role` may call what is not the text."""


def blocks_of(raw: bytes) -> list[Block]:
    """The paragraphs and headings of one XHTML or HTML file, in order.

    Raises:
        Unreadable: it is nested deeper than any book.
    """
    root = _parsed(text_of(raw))
    return list(_Walk().blocks(root)) if root is not None else []


def text_of(raw: bytes) -> str:
    """The file's text, decoded as it declares, or as it is where that declaration is wrong."""
    declared = DECLARED.search(raw[:2048])
    if declared and not raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = (declared[1] or declared[2]).decode("ascii")
        try:
            return raw.decode({"iso-8859-1": "cp1252", "us-ascii": "utf-8"}.get(name.lower(), name))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(raw).text if raw.strip() else ""


def _parsed(text: str) -> Any:
    from lxml import etree, html

    depth = _depth(text)
    if depth > MAX_DEPTH:
        raise Unreadable("nested too deep", f"{depth:,} open tags; at most {MAX_DEPTH:,}")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(_self_closed(text).encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


SHALLOW = frozenset({
    "p", "li", "tr", "td", "th", "dd", "dt", "a", "option", "br", "hr", "img", "input", "meta", "link", "col", "area",
    "base", "embed", "source", "track", "wbr",
})  # fmt: skip
"""Elements that hold nothing, or that the next of their kind closes."""
TAG = re.compile(r"<(/?)([a-z][\w:.-]*+)([^<>]*+)>", re.I)
EMPTY = re.compile(r"<(a|span|p|div|i|b|em|strong|td|li|title|script|style|h[1-6])\b([^<>]*+)(?<=/)>", re.I)
"""Both are possessive: without that, a page of unclosed tags takes hours."""


def _depth(text: str) -> int:
    """How deep the tags nest, by a linear count before any parser sees them."""
    if text.count("<") <= MAX_DEPTH:
        return 0
    deepest = depth = 0
    for match in TAG.finditer(text):
        if match[2].lower() in SHALLOW or match[3].endswith("/"):
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _self_closed(text: str) -> str:
    """XHTML's `<a id="x"/>` is empty; an HTML parser would leave it open."""
    return EMPTY.sub(lambda tag: f"<{tag[1]}{tag[2][:-1]}></{tag[1]}>", text) if "/>" in text else text


class _Walk:
    """Collects text between the borders of blocks."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._linked = 0

    def blocks(self, root: Any) -> Iterator[Block]:
        """The blocks under an element, in document order; an own stack, since books nest deeper than Python calls."""
        stack: list[tuple[Any, int, bool]] = [(root, 0, False)]
        while stack:
            node, level, leaving = stack.pop()
            border, skipped = _is_block(node), not leaving and _is_skipped(node, self._parts[-8:])
            if border:
                yield from self._flush(level)
            if leaving or skipped:
                self._parts += [_initial(node), node.tail or ""]
                continue
            name = _name(node)
            if name == "pre" and next(node.iterancestors("pre"), None) is None:
                _keep_blank_lines(node)
            self._parts.append(BREAK if name == "br" else node.text or "")
            if name == "a" and (node.get("href") or "").partition("#")[0][:4] != "http":
                self._linked += len("".join(node.itertext()))
            inside = HEADINGS.get(name, level)
            stack.append((node, inside, True))
            stack.extend((child, inside, False) for child in reversed(node))
        yield from self._flush(0)

    def _flush(self, level: int) -> Iterator[Block]:
        whole = "".join(self._parts)
        linked = self._linked > 0 and self._linked >= len(whole.strip()) * LINKED_RATE
        self._parts.clear()
        self._linked = 0
        for part in PARAGRAPH.split(whole) if BREAK in whole else [whole]:
            if text := one_line(part):
                yield Block(text, level, linked)


def _name(node: Any) -> str:
    return node.tag.rpartition(":")[2].lower() if isinstance(node.tag, str) else ""


def _is_block(node: Any) -> bool:
    return _name(node) in BLOCKS or _name(node) in HEADINGS


def _is_skipped(node: Any, before: list[str]) -> bool:
    if not isinstance(node.tag, str) or _name(node) in DROPPED:
        return True
    kind = f"{node.get('epub:type') or ''} {node.get('role') or ''}".lower()
    if not NO_TEXT.isdisjoint(kind.split()) or node.get("hidden") is not None or _is_note_mark(node, before):
        return True
    if "none" in (style := node.get("style") or "") and "display:none" in style.replace(" ", "").lower():
        return True
    return not NO_TEXT_CLASSES.isdisjoint((node.get("class") or "").lower().split())


def _is_note_mark(node: Any, before: list[str]) -> bool:
    """Whether an element is the mark of a note: a link on a sign or a raised number, or a superscript in brackets.

    Args:
        before: the last pieces of text before it, in its block.
    """
    name = _name(node)
    if name == "a" and "#" in (node.get("href") or "") and _name(node.getparent()) not in HEADINGS:
        text = _short_text(node)
        is_number = NOTE_NUMBER.fullmatch(text) is not None
        return NOTE_SIGN.fullmatch(text) is not None or (is_number and _is_apart(node, "".join(before)))
    return name == "sup" and BRACKETED.fullmatch(_short_text(node)) is not None


def _is_apart(node: Any, before: str) -> bool:
    """Whether a linked number is no word of its sentence: linked back to, raised, stuck to a word, or a note's own."""
    if (
        node.get("id")
        or _name(node.getparent()) == "sup"
        or any(_name(part) == "sup" for part in islice(node.iter(), 8))
    ):
        return True
    if before.strip():
        return before[-1].isalpha() or before[-1] in BEFORE_MARKS
    return bool(node.getparent().get("id")) or not (node.tail or "").strip()[:1].isalnum()


def _short_text(node: Any) -> str:
    """An element's text if it has few pieces, else nothing: a bound, so that nested links cost no more."""
    pieces = list(islice(node.itertext(), 8))
    return "".join(pieces).strip() if len(pieces) < 8 else ""


def _initial(node: Any) -> str:
    """The letter that a picture stands for at the beginning of a word; empty for all other elements."""
    if _name(node) != "img" or not (node.tail or "")[:1].isalpha():
        return ""
    letter = (node.get("alt") or "").strip()
    return letter if len(letter) == 1 and letter.isalpha() else ""


def _keep_blank_lines(node: Any) -> None:
    """Make the blank lines of preformatted text the borders of paragraphs that they are."""
    for part in node.iter():
        part.text = BLANK_LINE.sub(2 * BREAK, part.text or "")
        if part is not node:
            part.tail = BLANK_LINE.sub(2 * BREAK, part.tail or "")
