"""Read the package document with EbookLib. EbookLib is licensed under the AGPL; no other module imports it."""

from __future__ import annotations

from typing import Any

from corpora.builtin.sources.books.formats.blocks import one_line
from corpora.builtin.sources.books.formats.epub.package import (
    Package,
    guide_matter,
    manifest_of,
    spine_items,
    with_own_entities,
)
from corpora.builtin.sources.books.formats.epub.zip_archive import ZipArchive


def read_package(archive: ZipArchive) -> Package | None:
    """The package, or None if EbookLib fails or finds none of the texts of the spine.

    Args:
        archive: the EPUB. EbookLib gets only its XML files, within the archive's limits.
    """
    from ebooklib import epub
    from lxml.etree import LxmlError

    class Reader(epub.EpubReader):  # type: ignore[misc]
        """Reads only the package files, from the archive."""

        def read_file(self, name: str) -> bytes:
            """The content of a file; empty if it is missing or not part of the package document."""
            found = archive.find(name)
            return with_own_entities(archive.read(found)) if found and found.lower().endswith((".xml", ".opf")) else b""

        def _parse_nav(self, *_: object, **__: object) -> None:
            """Skip the table of contents, so that a broken one does not make the book unreadable."""

        _parse_ncx = _parse_nav

    reader = Reader("", {"ignore_ncx": True})
    try:
        reader._load_container()
        reader._load_opf_file()
        package = _package(archive, reader)
    except (LxmlError, epub.EpubException, LookupError, TypeError, AttributeError, ValueError, AssertionError):
        return None
    return package if any(item.entry for item in package.spine) else None


def _package(archive: ZipArchive, reader: Any) -> Package:
    from ebooklib.epub import NAMESPACES

    book, folder = reader.book, reader.opf_dir
    dublin_core = book.metadata.get(NAMESPACES["DC"], {})

    def _first(name: str) -> str:
        return next((one_line(value) for value, _ in dublin_core.get(name, ()) if value), "")

    idrefs = [idref for idref, linear in book.spine if idref and linear != "no"]
    guide = [(entry.get("type") or "", entry.get("href") or "") for entry in book.guide]
    return Package(
        tuple(spine_items(archive, idrefs, manifest_of(reader.container), folder)),
        _first("title"),
        _first("creator"),
        _first("language"),
        _first("rights"),
        guide_matter(archive, guide, folder),
    )
