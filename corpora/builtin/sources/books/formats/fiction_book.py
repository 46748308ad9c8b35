"""Read FictionBook 2 files (`.fb2`): their elements are written as those of HTML and read as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from corpora.builtin.sources.books.formats import html
from corpora.builtin.sources.books.formats.blocks import ParsedBook, Unreadable, one_line
from corpora.builtin.sources.books.formats.epub.package import elements, parsed_xml
from corpora.builtin.sources.books.formats.epub.pages import joined_pages
from corpora.builtin.sources.books.formats.html.own_entities import split_doctype, with_entities
from corpora.builtin.sources.books.formats.html.styles import Styles
from corpora.builtin.sources.elements import Element

HEAD_CHARACTERS = 1 << 16
ROOT = re.compile(r"<(?:[\w.-]+:)?FictionBook\b", re.I)
TAG = re.compile(r"<(/?)(?:[\w.-]+:)?([a-z][\w.-]*+)([^<>]*+)>", re.I)
LEFT_OUT = re.compile(r"<(?:[\w.-]+:)?(binary|stylesheet)\b[^<>]*+>[^<]*+", re.I)
"""Pictures and style sheets, whose end tags may stay."""
DESCRIPTION = re.compile(r"<(?:[\w.-]+:)?description\b[^<>]*+>", re.I)
DESCRIPTION_END = re.compile(r"</(?:[\w.-]+:)?description\s*+>", re.I)
ATTRIBUTE = re.compile(r"""(?:[\w.-]+:)?([\w.-]+)\s*=\s*("[^"]*"|'[^']*')""")
NOTES = re.compile(r"(?:foot|end)?notes?\b|comments?\b|сноски|примечания|комментарии", re.I)
"""The names of the bodies with notes."""
NAMES = {
    "section": "section", "p": "p", "text-author": "p", "date": "p", "epigraph": "blockquote",
    "cite": "blockquote", "annotation": "div", "poem": "div", "stanza": "p", "table": "table", "tr": "tr", "th": "th",
    "td": "td", "emphasis": "em", "strong": "strong", "strikethrough": "s", "sup": "sup", "sub": "sub", "code": "code",
    "style": "span",
}  # fmt: skip
"""The elements of HTML that are read as those of FictionBook."""
AUTHOR = ("first-name", "middle-name", "last-name")
HEADING = re.compile(r"h[1-6]")
MAX_LEVEL = 6
SUBTITLE_CHARACTERS = 400
ATTRIBUTE_CHARACTERS = 2000


def book_of(text: str) -> ParsedBook:
    """The book in a FictionBook file; the bodies of notes and comments are marked as the notes of an EPUB are.

    Args:
        text: the content of the file.

    Raises:
        Unreadable: it is not a FictionBook, or is nested too deeply.
    """
    if ROOT.search(text, 0, HEAD_CHARACTERS) is None:
        raise Unreadable("not a FictionBook", "it has no element FictionBook")
    text, declared = split_doctype(text)
    description, text = _parted(LEFT_OUT.sub("", with_entities(text, declared)))
    blocks = joined_pages([html.blocks_in("".join(_as_html(text)), styles=Styles())])
    return ParsedBook(tuple(blocks), *_said(description))


def _parted(text: str) -> tuple[str, str]:
    """The description of a book, which may be missing, and what is behind it."""
    begin = DESCRIPTION.search(text)
    end = DESCRIPTION_END.search(text, begin.end()) if begin else None
    return (text[begin.start() : end.end()], text[end.end() :]) if begin and end else ("", text)


def _as_html(text: str) -> Iterator[str]:
    """The text with the elements of HTML, in pieces."""
    depth, last, lines, subtitle, in_title = 0, 0, 0, "p", False
    yield "<html><body>"
    for match in TAG.finditer(text):
        yield text[last : match.start()]
        last = match.end()
        is_end, name, attributes = bool(match[1]), match[2].lower(), match[3]
        is_empty = attributes.endswith("/")
        if name == "section" and not is_empty:
            depth = max(0, depth - 1) if is_end else depth + 1
        elif name == "subtitle":
            subtitle = subtitle if is_end else _subtitle(text, last, depth)
            name = subtitle
        in_title = not is_end if name == "title" else in_title
        lines = lines + (not is_end) if name == "v" else lines if name not in ("stanza", "poem") else 0
        if name == "v":
            yield "<br/>" if not is_end and lines > 1 else ""
        elif in_title and name == "p":
            yield "<br/>" if is_end else ""
        else:
            yield _tag(name, attributes, depth, is_end=is_end, is_empty=is_empty)
    yield text[last:]
    yield "</body></html>"


def _subtitle(text: str, begin: int, depth: int) -> str:
    """The element for a subtitle: a heading if it has words, and otherwise a paragraph, such as `* * *`."""
    end = text.find("</", begin, begin + SUBTITLE_CHARACTERS)
    has_words = end >= 0 and any(map(str.isalnum, TAG.sub("", text[begin:end])))
    return f"h{min(depth + 2, MAX_LEVEL)}" if has_words else "p"


def _tag(name: str, attributes: str, depth: int, *, is_end: bool, is_empty: bool) -> str:
    if name == "title":
        name = f"h{min(depth + 1, MAX_LEVEL)}"
    elif name == "body":
        name = "div"
    elif name == "empty-line":
        return "<hr/>"
    elif name != "a" and not HEADING.fullmatch(name):
        name = NAMES.get(name, "")
    if not name or is_empty:
        return ""
    return f"</{name}>" if is_end else f"<{name}{_attributes(name, attributes)}>"


def _attributes(name: str, attributes: str) -> str:
    """The id and the target of an element, and what marks notes and references to them."""
    values = {key.lower(): value[1:-1] for key, value in ATTRIBUTE.findall(attributes[:ATTRIBUTE_CHARACTERS])}
    kept = {key: values[key] for key in ("id", "href") if key in values}
    if name == "a" and values.get("type", "").lower() in ("note", "comment"):
        kept["epub:type"] = "noteref"
    if name == "div" and NOTES.match(values.get("name", "")):
        kept["epub:type"] = "endnotes"
    return "".join([f' {key}="{escape(value)}"' for key, value in kept.items()])


def _said(description: str) -> tuple[str, str, str]:
    """The title, the authors and the language that a description states."""
    if not description:
        return "", "", ""
    info = next(iter(elements(parsed_xml(description.encode()), "title-info")), None)
    if info is None:
        return "", "", ""
    names = [name for author in elements(info, "author") if (name := _name(author))]
    return _first(info, "book-title"), ", ".join(names), _first(info, "lang")


def _name(author: Element) -> str:
    return " ".join(filter(None, (_first(author, part) for part in AUTHOR))) or _first(author, "nickname")


def _first(root: Element, name: str) -> str:
    return next((text for node in elements(root, name) if (text := one_line("".join(node.itertext())))), "")
