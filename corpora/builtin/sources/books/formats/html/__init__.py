"""Read HTML and XHTML of any quality as blocks: paragraphs and headings in document order."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from corpora.builtin.sources.books.formats.blocks import Block, Unreadable
from corpora.builtin.sources.books.formats.html.book_walk import BookWalk
from corpora.builtin.sources.books.formats.html.headings import show_drawn_headings
from corpora.builtin.sources.books.formats.html.own_entities import split_doctype, with_entities
from corpora.builtin.sources.books.formats.html.styles import Styles
from corpora.builtin.sources.books.formats.html.walk import Walk
from corpora.builtin.sources.elements import Element
from corpora.builtin.sources.encodings import AUTO, Decoded, decode

MAX_DEPTH = 2000
WEB_NAMES = {"iso-8859-1": "cp1252", "us-ascii": "utf-8"}
"""Encodings that browsers decode as another one."""
DECLARED = re.compile(rb"""<\?xml[^>]*?encoding=["']([\w.-]+)|<meta[^>]*?charset=["']?\s*([\w.-]+)""", re.I)


def blocks_of(raw: bytes) -> list[Block]:
    """The paragraphs and headings of an HTML, XHTML or SVG file, in order.

    Parts that the markup identifies as not text, such as a copyright page, have a rule.

    Args:
        raw: the content of the file.

    Raises:
        Unreadable: the tags are nested too deeply.
    """
    return blocks_in(text_of(raw))


def blocks_in(
    text: str, prepare: Callable[[Element], None] | None = None, *, styles: Styles | None = None
) -> list[Block]:
    """Like `blocks_of`, for text that is already decoded.

    Args:
        text: the content of the file.
        prepare: changes the parsed page before its text is read.
        styles: of a book. If given, notes are told from the text, and blocks have a `Markup`.
    """
    root = _parsed(text)
    if root is None:
        return []
    if prepare is not None:
        prepare(root)
    if styles is None:
        return list(Walk().blocks(root))
    show_drawn_headings(root)
    own = [node.text or "" for node in root.iter("style")]
    return list(BookWalk(styles.with_sheets(own) if own else styles).blocks(root))


def text_of(raw: bytes) -> str:
    """The file's text, decoded with the declared encoding or, if that is wrong, the detected one."""
    return decoded(raw).text


def decoded(raw: bytes, encoding: str = AUTO) -> Decoded:
    """The file's text and its encoding.

    Args:
        raw: the content of the file.
        encoding: a name that Python knows; `auto` uses the declared encoding or, if that is wrong, detects it.

    Raises:
        Unreadable: it is not text, or its encoding is uncertain.
    """
    if not raw.strip():
        return Decoded("", "utf-8")
    declared = DECLARED.search(raw[:2048]) if encoding == AUTO else None
    if declared and not raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = (declared[1] or declared[2]).decode("ascii").lower()
        name = WEB_NAMES.get(name, name)
        try:
            return Decoded(raw.decode(name), name)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(raw, encoding)


def _parsed(text: str) -> Element | None:
    from lxml import etree, html

    text, declared = split_doctype(text)
    text = with_entities(_without_cdata(text) if "<![CDATA[" in text else text, declared)
    depth = _depth(text)
    if depth > MAX_DEPTH:
        raise Unreadable("nested too deep", f"{depth:,} open tags; at most {MAX_DEPTH:,}")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root: Element = html.document_fromstring(_self_closed(text).encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return root


def _without_cdata(text: str) -> str:
    """Write out XHTML's CDATA sections, because an HTML parser would take them for comments."""
    before, *sections = text.split("<![CDATA[")
    parts = [section.partition("]]>") for section in sections]
    return before + "".join([f"{escape(inside, quote=False)}{after}" for inside, _, after in parts])


SHALLOW = frozenset({
    "p", "li", "tr", "td", "th", "dd", "dt", "a", "option", "br", "hr", "img", "input", "meta", "link", "col", "area",
    "base", "embed", "source", "track", "wbr",
})  # fmt: skip
"""Elements that are empty, or that are closed by the next one of their kind."""
FLAT = ("</", "<p>", "<p ", "<br", "<a ", "<img ")
"""The beginnings of most tags that do not nest, which are counted fast."""
TAG = re.compile(rf"<(/?)(?!(?:{'|'.join(sorted(SHALLOW))})(?![\w:.-]))[a-z][\w:.-]*+([^<>]*+)>", re.I)
EMPTY = re.compile(r"<(a|span|p|div|i|b|em|strong|td|li|title|script|style|h[1-6])\b([^<>]*+)(?<=/)>", re.I)
"""Both use possessive quantifiers: otherwise a page of unclosed tags takes hours."""


def _depth(text: str) -> int:
    """How deeply the tags are nested, by a linear count before any parser is run."""
    if text.count("<") - sum(map(text.count, FLAT)) <= MAX_DEPTH:
        return 0
    deepest = depth = 0
    for match in TAG.finditer(text):
        if match[2].endswith("/"):
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _self_closed(text: str) -> str:
    """Write out XHTML's `<a id="x"/>`, because an HTML parser would leave the element open."""
    return EMPTY.sub(lambda tag: f"<{tag[1]}{tag[2][:-1]}></{tag[1]}>", text) if "/>" in text else text
