"""Recognise headings that HTML marks only by the names of classes, roles and types, as many converters write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from corpora.builtin.sources.books.cleaning.heading_words import FIRM_DIVISION, division_of
from corpora.builtin.sources.books.cleaning.prose import QUOTES, ends_like_prose, is_title
from corpora.builtin.sources.books.formats.blocks import one_line, words_in
from corpora.builtin.sources.books.formats.html.exclusions import HEADINGS, INLINE, name_of
from corpora.builtin.sources.elements import Element

MAX_CHARACTERS = 120
MAX_WORDS = 15
MAX_PIECES = 24
"""An element with more pieces of text is not a heading; the limit keeps nested containers cheap."""
MAX_FRAMES = 4
LEVEL = 2
RUN_IN_LEVEL = 1
HEADING_TYPES = frozenset(
    {"bridgehead", "doc-subtitle", "fulltitle", "heading", "label", "ordinal", "subtitle", "title"}
)
"""Values of `epub:type` and `role` for headings."""
PARTS = r"chap(?:ter)?|part|sect(?:ion)?|book|scene|story|poem|act|canto|episode|volume|prologue|epilogue"
LEVELLED = re.compile(r"(?:mso|ph?|style|chap(?:ter)?)?h(?:ead(?:ing|er)?)?([1-6])[a-z]?")
NAMED = re.compile(
    rf"(?:calibre|mso|style|p|tx|ebook|main|sub|half|front|back|fm|bm|{PARTS})*"
    r"(?:titles?|titlepara|head(?:ing)?|subtitle|subhead(?:ing)?|bridgehead)(?:line|text|para|top|first|only)?"
    rf"|(?:title|head(?:ing)?)(?:{PARTS})"
    rf"|(?:{PARTS}|ch)+(?:headers?|hd|num(?:ber)?|no|n|t|tit|ttl|name|label|ordinal|cn|ct)"
    r"|c[nt]|chapter|chap"
    r"|(?:kapitel|teil)(?:titel|überschrift|ueberschrift|nummer)?|(?:untert|t)itel|(?:über|ueber)schrift"
    r"|(?:chapitre|partie)?(?:sous)?titre|chapitre|(?:sub)?t[íi]tulo(?:cap[íi]tulo)?|cap[íi]tulo|(?:sotto)?titolo|capitolo"
    r"|hoofdstuk(?:titel)?|kop|rubrik|overskrift|nadpis|tytu[łl]|rozdzia[łl]|kapitola"
)
"""Names of classes that mean a heading, in small letters, without signs and digits."""
RUN_IN = re.compile(
    rf"(?:{PARTS}|ch)+(?:title|head(?:ing|er)?|hd|num(?:ber)?|no|n|t|tit|name|label|cn|ct)|(?:kapitel|teil)(?:titel|nummer)"
)
"""Those that mean a heading even inside a paragraph, where `title` is the title of a work."""
FIRM = re.compile(rf"(?:the )?(?:{FIRM_DIVISION})|.*\b(?:{FIRM_DIVISION})\W*$", re.I)
FILE_NAME = re.compile(r"\.\w{3,4}$|^(?:image|img|cover|picture|illustration|logo|ornament)\b|_", re.I)
"""Texts of pictures that programs make up."""
EMPHASIS = frozenset({"b", "big", "font", "span", "strong"})
CONTAINERS = frozenset(
    {"chapter", "chap", "chapitre", "kapitel", "capítulo", "capitulo", "capitolo", "kapitola", "part"}
)
"""Names that on a container mean the whole division, and not its heading."""


def heading_level(node: Element) -> int:
    """The level of the heading that a block is by its attributes and its text; 0 for other blocks.

    The text must be short and must not be a sentence. If the block is only a frame around one other element, the
    attributes of that element count too.
    """
    level = next((level for each in framed(node) if (level := _marked_level(each))), 0)
    text = _short_text(node) if level else ""
    if not is_heading_text(text):
        return 0
    return 1 if division_of(text) else level


def is_run_in(node: Element) -> bool:
    """Whether an element inside a paragraph is the heading above it: `<span class="chapnum">1</span>Rain fell.`"""
    if any(RUN_IN.fullmatch(letters) for letters, _ in _names(node.get("class"))):
        return is_heading_text(_short_text(node))
    return name_of(node) in EMPHASIS and names_division(_short_text(node))


def names_division(text: str) -> bool:
    """Whether a line is the name and number of a division and nothing else: `Chapter One`."""
    if not text or len(text) > MAX_CHARACTERS:
        return False
    division = division_of(text)
    return division is not None and division.number is not None and FIRM.match(text) is not None and not division.title


def show_drawn_headings(root: Element) -> None:
    """Write out the headings that are pictures: with a text such as `Chapter One`, or alone in a heading.

    Args:
        root: of a page; its pictures become headings, or the text of the headings around them.
    """
    for picture in list(root.iter("img")):
        text = one_line((picture.get("alt") or "")[:MAX_CHARACTERS])
        around = next((node for node in islice(picture.iterancestors(), MAX_FRAMES) if name_of(node) in HEADINGS), None)
        if around is None:
            is_heading = names_division(text) and _stands_alone(picture)
        else:
            is_heading = is_heading_text(text) and not FILE_NAME.search(text) and not _short_text(around)
        if is_heading:
            picture.tag, picture.text = "span" if around is not None else f"h{LEVEL}", text


def _stands_alone(node: Element) -> bool:
    """Whether a picture has its line to itself."""
    for _ in range(MAX_FRAMES):
        around = node.getparent()
        before = node.getprevious()
        if around is None or (node.tail or "").strip():
            return around is None
        written = around.text if before is None else before.tail
        beside = [near for near in (before, node.getnext()) if near is not None]
        if (written or "").strip() or any(name_of(near) in INLINE for near in beside):
            return False
        if name_of(around) not in INLINE:
            return True
        node = around
    return False


def is_heading_text(text: str) -> bool:
    """Whether a text is short, and a title or the name of a division rather than a sentence or speech."""
    if not text or len(text) > MAX_CHARACTERS or text[0] in QUOTES or not any(map(str.isalnum, text)):
        return False
    if words_in(text) > MAX_WORDS:
        return False
    return not ends_like_prose(text) or is_title(text) or division_of(text) is not None


def _marked_level(node: Element) -> int:
    if not node.attrib:
        return 0
    types = f"{node.get('epub:type') or ''} {node.get('role') or ''}".lower().split()
    if not HEADING_TYPES.isdisjoint(types):
        stated = node.get("aria-level") or ""
        return int(stated) if stated in tuple("123456") else LEVEL
    is_container = name_of(node) in ("div", "section", "article", "body")
    for letters, level in _names(node.get("class")):
        if level or (NAMED.fullmatch(letters) and not (is_container and letters in CONTAINERS)):
            return level or LEVEL
    return 0


@lru_cache(maxsize=4096)
def _names(classes: str | None) -> tuple[tuple[str, int], ...]:
    """The letters of each class, and the level in its name or 0."""
    found = []
    for name in (classes or "")[:MAX_CHARACTERS].lower().split():
        compact = re.sub(r"[\W_]+", "", name)
        levelled = LEVELLED.fullmatch(compact)
        found.append((re.sub(r"\d+", "", compact), int(levelled[1]) if levelled else 0))
    return tuple(found)


def framed(node: Element) -> Iterator[Element]:
    """An element, and the elements inside that are all that those around them contain."""
    yield node
    for _ in range(MAX_FRAMES):
        children = list(islice(iter(node), 2))
        if len(children) != 1 or (node.text or "").strip() or (children[0].tail or "").strip():
            return
        node = children[0]
        if not name_of(node) or name_of(node) in HEADINGS:
            return
        yield node


def _short_text(node: Element) -> str:
    pieces = list(islice(node.itertext(), MAX_PIECES))
    return one_line(" ".join(pieces)) if len(pieces) < MAX_PIECES else ""
