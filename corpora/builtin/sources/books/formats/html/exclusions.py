"""Decide which elements of HTML are not text, by their names and attributes."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from corpora.builtin.sources.elements import Element

HEADINGS = {f"h{level}": level for level in range(1, 7)}
SILENT = frozenset({
    "audio", "button", "canvas", "defs", "desc", "head", "iframe", "img", "input", "map", "metadata", "noscript",
    "object", "pagenum", "rp", "rt", "script", "select", "style", "template", "textarea", "title", "video",
})  # fmt: skip
"""Elements that reading systems never show as text."""
NAMED = {"figcaption": "caption", "math": "formula"}
CLASSES = {
    "caption": "caption", "hidden": "hidden", "sr-only": "hidden", "visually-hidden": "hidden",
    "sidenote": "sidenote", "sidenotes": "sidenote", "margin-note": "sidenote", "marginnote": "sidenote",
    "pg-boilerplate": "gutenberg",
    "bibliographical_information": "another library", "notation_notes": "another library",
    "tnote": "transcriber's note",
    "transnote": "transcriber's note", "transnotes": "transcriber's note", "trnote": "transcriber's note",
}  # fmt: skip
SILENT_CLASSES = frozenset({
    "mw-editsection", "ws-noexport",
    "fnanchor", "noteref", "page-number", "pagebreak", "pagenum", "pageno", "pagenumber", "x-ebookmaker-pageno",
})  # fmt: skip
LINE_CLASSES = frozenset({"line-number", "lineno", "linenum", "linenumber"})
TYPES = frozenset({
    "colophon", "copyright-page", "cover", "doc-colophon", "doc-cover", "halftitlepage", "imprint", "landmarks", "loi",
    "lot", "other-credits", "titlepage", "toc",
})  # fmt: skip
"""Values of `epub:type` and `role` for front and back matter."""
SILENT_TYPES = frozenset({"backlink", "doc-backlink", "doc-noteref", "doc-pagebreak", "noteref", "pagebreak"})
INLINE = frozenset({"a", "span", "sup", "small", "i", "em"})
LINKS_RATE = 0.5
"""A `nav` element is a table of contents if at least this share of its text is in links; others are used by mistake."""
NOTE_SIGN = re.compile(
    r"(?:back|return)(?: to (?:the )?(?:main )?(?:text|top|page|reference|note \d+))?\.?|"
    r"[*†‡§¶]{1,3}|[↑↩⤴⏎^]\ufe0e?|[\[({](?:(?:note )?\d{1,3}|[*†‡§¶]{1,3}|[^\W\d_]|[ivx]{1,5})[\])}]",
    re.I,
)
NOTE_NUMBER = re.compile(r"\d{1,3}\.?")
RAISED_NUMBER = re.compile(r"\d{1,3}")
PAGE_ID = re.compile(r"(?:page|pag|pg|pb|p)[._-]?0*(\d{1,4})", re.I)
PAGE_NUMBER = re.compile(r"[\[({]?(?:p\. ?|pg\.? ?|page )?(\d{1,4})[\])}]?", re.I)
REFERENCE_CLASS = re.compile(
    r"(?:mso)?(?:foot|end|rear)?note(?:ref(?:erence)?|anchor|call|link|mark|number|num|indicator)s?"
    r"|fn(?:ref|anchor|link|mark|num)|(?:foot|end)notes?"
)
"""Names of classes of the marks of notes, in small letters, without signs and digits."""
NOTE_CLASS = re.compile(
    r"(?:mso|calibre|epub|x)?(?:foot|end|rear)notes?"
    r"(?:text|body|para(?:graph)?|entry|item|content|list|section|block|box|group|first|last|p)?s?"
)
"""Names of classes of notes, in the same form."""
NOTE_TYPES = frozenset(
    {"footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes", "doc-footnote", "doc-endnote",
     "doc-endnotes"}
)  # fmt: skip
NOTE = "note"
SIGN = re.compile(r"[\[({]?(\d{1,3}|[*†‡§]{1,3}|[^\W\d_]|[ivx]{1,5})[\])}]?[.:]?")
UNITS = re.compile(r"(?:.*(?:met(?:re|er)s?|feet|inch(?:es)?|miles?|yards?|times|power)|[^\W\d_]{0,3})", re.I)
"""Words before a raised number that is a power."""
LAST_WORD = re.compile(r"[^\W\d_]+$")
BEFORE_MARKS = frozenset(""".,;:!?…"'”’»)""")
BRACKETED = re.compile(r"\[\w{1,5}\]")


def style_of(node: Element) -> str:
    """An element's own style in small letters, without spaces."""
    return "".join((node.get("style") or "").split()).lower()


def name_of(node: Element) -> str:
    """An element's local name in lower case; empty for comments and the like."""
    tag = node.tag
    return _local(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition(":")[2].lower()


def rule_of(node: Element, before: list[str]) -> str | None:
    """The rule that excludes an element from the text.

    Args:
        node: the element.
        before: the last pieces of text before it, in the same block.

    Returns:
        None for text; an empty string for marks and scripts, which are removed without a record.
    """
    name = name_of(node)
    if name in SILENT or not name or _is_note_mark(node, name, before) or _is_page_number(node, name):
        return ""
    if rule := NAMED.get(name):
        return rule
    if name == "nav" and _is_contents(node):
        return "contents"
    return _rule_of_attributes(node)


def is_note(node: Element) -> bool:
    """Whether the attributes of an element call it a note or a section of notes."""
    return _calls_note(node.get("class") or "", f"{node.get('epub:type') or ''} {node.get('role') or ''}")


@lru_cache(maxsize=4096)
def _calls_note(classes: str, types: str) -> bool:
    is_typed = not NOTE_TYPES.isdisjoint(types.lower().split())
    return is_typed or any(map(NOTE_CLASS.fullmatch, _class_letters(classes)))


def reference_of(node: Element) -> tuple[str, str] | None:
    """The label and the target of a mark of a note; None for other elements that are not read.

    Args:
        node: an element without rule, such as a link, a raised number, or a page number.
    """
    match = SIGN.fullmatch(_short_text(node))
    if match is None:
        return None
    link = next((part.get("href") or "" for part in islice(node.iter(), 8) if name_of(part) == "a"), "")
    _, sign, target = link.partition("#")
    if not sign and name_of(node) != "sup" and not _is_reference(node):
        return None
    return match[1], target


def _is_reference(node: Element) -> bool:
    """Whether an element with a short label is the mark of a note by its class or type."""
    if not node.attrib:
        return False
    if any(map(REFERENCE_CLASS.fullmatch, _class_letters(node.get("class") or ""))):
        return SIGN.fullmatch(_short_text(node)) is not None
    return "noteref" in f"{node.get('epub:type') or ''} {node.get('role') or ''}".lower()


@lru_cache(maxsize=4096)
def _class_letters(classes: str) -> tuple[str, ...]:
    return tuple([re.sub(r"[\W\d_]+", "", kind) for kind in classes[:200].lower().split()])


def _rule_of_attributes(node: Element) -> str | None:
    if not node.attrib:
        return None
    types = f"{node.get('epub:type') or ''} {node.get('role') or ''}".lower().split()
    classes = (node.get("class") or "").lower().split()
    if not SILENT_TYPES.isdisjoint(types) or not SILENT_CLASSES.isdisjoint(classes):
        return ""
    if classes and name_of(node) in INLINE and _is_reference(node):
        return ""
    if not LINE_CLASSES.isdisjoint(classes) and _short_text(node).isdigit():
        return ""
    if found := next((kind for kind in types if kind in TYPES), None):
        return f"marked as {found}"
    style = style_of(node)
    if node.get("hidden") is not None or "display:none" in style or "visibility:hidden" in style:
        return "hidden"
    return next((CLASSES[kind] for kind in classes if kind in CLASSES), None)


def _is_contents(nav: Element) -> bool:
    letters = len("".join("".join(nav.itertext()).split()))
    linked = sum(len("".join("".join(link.itertext()).split())) for link in nav.iter("a"))
    return linked >= letters * LINKS_RATE


def _is_note_mark(node: Element, name: str, before: list[str]) -> bool:
    """Whether an element is the mark of a note: a linked sign or raised number, or a superscript in brackets."""
    if name == "a" and "#" in (node.get("href") or "") and name_of(node.getparent()) not in HEADINGS:
        text = _short_text(node)
        if text[:1].isalpha() and "".join(before).rstrip()[-1:] in tuple("(["):
            return False
        is_number = NOTE_NUMBER.fullmatch(text) is not None
        return NOTE_SIGN.fullmatch(text) is not None or (is_number and _is_apart(node, "".join(before)))
    if name != "sup":
        return False
    text, written = _short_text(node), "".join(before).rstrip()
    if BRACKETED.fullmatch(text) is not None:
        return True
    if RAISED_NUMBER.fullmatch(text) is None:
        return False
    if not written:
        return (node.tail or "").lstrip()[:1].isalpha()
    word = LAST_WORD.search(written[-40:])
    return written[-1] in BEFORE_MARKS or (word is not None and UNITS.fullmatch(word[0]) is None)


def _is_page_number(node: Element, name: str) -> bool:
    """Whether an element is the number of a printed page: its id names the same page."""
    if name not in ("a", "span") or not node.attrib:
        return False
    page = PAGE_ID.fullmatch(node.get("id") or "")
    shown = PAGE_NUMBER.fullmatch(_short_text(node)) if page else None
    return page is not None and shown is not None and page[1] == shown[1].lstrip("0")


def _is_apart(node: Element, before: str) -> bool:
    """Whether a linked number is not a word of its sentence.

    That is so if it is the target of a link, raised, attached to a word, or at the beginning of a note.
    """
    if (
        node.get("id")
        or name_of(node.getparent()) == "sup"
        or any(name_of(part) == "sup" for part in islice(node.iter(), 8))
    ):
        return True
    if before.strip():
        return before[-1].isalpha() or before[-1] in BEFORE_MARKS
    return bool(node.getparent().get("id")) or not (node.tail or "").strip()[:1].isalnum()


def _short_text(node: Element) -> str:
    """An element's text if it has only a few pieces, and otherwise nothing; the limit keeps nested links cheap."""
    pieces = list(islice(node.itertext(), 8))
    return "".join(pieces).strip() if len(pieces) < 8 else ""
