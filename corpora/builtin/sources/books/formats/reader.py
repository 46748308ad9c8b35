"""Read a file with a known suffix as a parsed book."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from corpora.builtin.sources.archives import size_of
from corpora.builtin.sources.books.formats import aozora, fiction_book, gutenberg, html, plain_text
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook, Unreadable, removed_blocks
from corpora.builtin.sources.books.formats.epub import read_epub
from corpora.builtin.sources.books.formats.epub.pages import joined_pages
from corpora.builtin.sources.books.formats.html.styles import Styles
from corpora.builtin.sources.encodings import AUTO, Decoded, decode
from corpora.builtin.sources.encodings.mixed import repair_counts
from corpora.builtin.sources.packed import content_suffix, open_packed

MAX_TEXT_BYTES = 64 << 20
HTML = re.compile(r"\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,200})?<(?:!doctype html|html)\b", re.I)

OTHER_FORMATS = re.compile(r"\s{0,200}[{%](?:\\)?(rtf|pdf)(?=\d|-\d)", re.I)


def read_book(path: Path, encoding: str = AUTO) -> ParsedBook:
    """The book in an EPUB, FB2, HTML or TXT file.

    Args:
        path: its suffix determines the format.
        encoding: of a TXT, FB2 or HTML file, by a name that Python knows; `auto` detects it.

    Raises:
        Unreadable: the file is not a readable book; the reason says why.
        OSError: the file cannot be read.
    """
    suffix = content_suffix(path.name)
    if suffix == ".epub":
        return gutenberg.without_frame(read_epub(path))
    raw = bounded(path)
    if suffix == ".txt":
        found = decode(raw, encoding)
        refuse_other_formats(found.text)
        return _with_encoding(book_of_text(found.text), found)
    found = html.decoded(raw, encoding)
    if suffix == ".fb2":
        return _with_encoding(gutenberg.without_frame(_with_text(fiction_book.book_of(found.text))), found)
    blocks = tuple(joined_pages([html.blocks_in(found.text, styles=Styles())]))
    return _with_encoding(gutenberg.without_frame(_with_text(ParsedBook(blocks))), found)


def _with_encoding(book: ParsedBook, found: Decoded) -> ParsedBook:
    return replace(book, encoding=found.encoding, metadata={**book.metadata, **repair_counts(found.repaired)})


def refuse_other_formats(text: str) -> None:
    """Check that a file named as plain text is not of another format.

    Args:
        text: its content.

    Raises:
        Unreadable: it contains HTML, RTF or PDF.
    """
    if HTML.match(text):
        raise Unreadable("not plain text", "it is HTML; give it a name that ends in .html")
    if found := OTHER_FORMATS.match(text):
        raise Unreadable("not plain text", f"it is {found[1].upper()}; convert it first")


def bounded(path: Path) -> bytes:
    """A file's bytes, decompressed if its suffix says that it is compressed.

    Raises:
        Unreadable: it is larger than a book can be, or its compressed data is truncated or damaged.
    """
    size = size_of(path)
    if size > MAX_TEXT_BYTES:
        raise Unreadable("too large", f"{size >> 20:,} MB; a book has at most {MAX_TEXT_BYTES >> 20}")
    with open_packed(path) as file:
        raw = file.read(MAX_TEXT_BYTES + 1)
    if len(raw) > MAX_TEXT_BYTES:
        raise Unreadable("too large", f"unpacks to more than {MAX_TEXT_BYTES >> 20:,} MB; a book has at most that")
    return raw


def book_of_text(text: str) -> ParsedBook:
    """The book in a plain text; Project Gutenberg's header and licence are marked by a rule.

    Raises:
        Unreadable: it has no text.
    """
    text = plain_text.with_plain_breaks(text)
    if aozora.is_aozora(text):
        return _with_text(aozora.book_of(text))
    if "》" in text:
        text = aozora.without_readings(text)
    found = gutenberg.split_frame(text)
    if found is None:
        return _with_text(ParsedBook(tuple(plain_text.blocks_in(text, transcribed=True))))
    blocks: list[Block] = []
    for passage in found.passages:
        if passage.is_frame:
            blocks += removed_blocks(passage.text, gutenberg.RULE)
        else:
            blocks += plain_text.blocks_in(passage.text, transcribed=True)
    said = (found.title, found.author, found.language, gutenberg.LICENCE)
    metadata = {"gutenberg": found.number} if found.number else {}
    return _with_text(gutenberg.without_credits(ParsedBook(tuple(blocks), *said, metadata=metadata)))


def _with_text(book: ParsedBook) -> ParsedBook:
    if all(block.rule for block in book.blocks):
        raise Unreadable("no text")
    return book
