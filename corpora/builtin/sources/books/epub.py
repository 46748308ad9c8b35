"""EPUB to a draft. The only module that touches EbookLib (AGPL); it sees bytes that `Archive` has bounded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpora.builtin.sources.books import package
from corpora.builtin.sources.books.archive import Archive
from corpora.builtin.sources.books.draft import Block, Draft, Unreadable, one_line, words_in
from corpora.builtin.sources.books.markup import blocks_of
from corpora.builtin.sources.books.package import Package

MAX_PAGE_WORDS = 400


def read_epub(path: Path) -> Draft:
    """The draft of one EPUB file. Top-level, so that it can be run under `corpora.guarded`.

    Raises:
        Unreadable: it is no EPUB, encrypted, damaged, too large, or has no text.
    """
    with Archive(path) as archive:
        package.refuse_encrypted(archive)
        found = _by_ebooklib(archive) or package.by_hand(archive)
        pages = [(name, archive.read(name)) for name in found.spine]
    parts = [(name, blocks_of(page)) for name, page in pages]
    blocks = [block for name, part in parts if name not in found.matter or _is_long(part) for block in part]
    if not blocks:
        raise Unreadable("no text", f"{len(found.spine)} files in its spine")
    return Draft(tuple(blocks), found.title, found.author, found.language, found.rights)


def _is_long(part: list[Block]) -> bool:
    """Whether a part is more than a page; guides also point to where in a long one the contents stand."""
    return sum(words_in(block.text) for block in part) > MAX_PAGE_WORDS


def _by_ebooklib(archive: Archive) -> Package | None:
    """The package as EbookLib reads it; None where it fails or finds nothing to read."""
    from ebooklib import epub
    from lxml.etree import LxmlError

    class Reader(epub.EpubReader):  # type: ignore[misc]
        """EbookLib's reader on a bounded archive: package files only, and a missing file is empty."""

        def read_file(self, name: str) -> bytes:
            found = archive.find(name)
            return archive.read(found) if found and found.lower().endswith((".xml", ".opf")) else b""

        def _parse_nav(self, *_: Any, **__: Any) -> None:
            """A table of contents is not needed, and a broken one must not cost the book."""

        _parse_ncx = _parse_nav

    reader = Reader("", {"ignore_ncx": True})
    try:
        reader._load_container()
        reader._load_opf_file()
        found = _described(archive, reader.book, reader.opf_dir)
    except (LxmlError, epub.EpubException, LookupError, TypeError, AttributeError, ValueError):
        return None
    return found if found.spine else None


def _described(archive: Archive, book: Any, folder: str) -> Package:
    from ebooklib.epub import NAMESPACES

    dublin_core = book.metadata.get(NAMESPACES["DC"], {})

    def first(name: str) -> str:
        return next((one_line(value) for value, _ in dublin_core.get(name, ()) if value), "")

    guide = [(entry.get("type") or "", entry.get("href") or "") for entry in book.guide]
    said = (first("title"), first("creator"), first("language"), first("rights"))
    return Package(tuple(_spine(archive, book, folder)), *said, package.matter_of(archive, guide, folder))


def _spine(archive: Archive, book: Any, folder: str) -> Iterator[str]:
    from ebooklib import epub

    seen = set()
    for idref, linear in book.spine:
        item = book.get_item_with_id(idref)
        name = item and archive.find(f"{folder}/{item.get_name()}")
        if not name or name in seen or linear == "no" or isinstance(item, epub.EpubNav | epub.EpubCoverHtml):
            continue
        if package.is_text(item.media_type, name):
            seen.add(name)
            yield name
