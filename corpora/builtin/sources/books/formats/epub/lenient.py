"""Read package documents that EbookLib cannot: misplaced, malformed, or without a spine."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from corpora.builtin.sources.books.formats.blocks import Unreadable, one_line
from corpora.builtin.sources.books.formats.epub.package import (
    TEXT_SUFFIXES,
    Package,
    SpineItem,
    elements,
    guide_matter,
    manifest_of,
    parsed_xml,
    spine_items,
)
from corpora.builtin.sources.books.formats.epub.zip_archive import ZipArchive
from corpora.builtin.sources.elements import Element


def read_package(archive: ZipArchive) -> Package:
    """The package. Its document is found through the container or by its suffix; without one, all texts are read.

    Args:
        archive: the EPUB. Without a package document, its texts are ordered by name.

    Raises:
        Unreadable: the archive has no text, or is not a book.
    """
    name = _package_name(archive)
    root = parsed_xml(archive.read(name)) if name else None
    if root is None:
        texts = texts_by_name(archive)
        if not texts or archive.find("META-INF/container.xml") is None:
            raise Unreadable("not an EPUB", "it has no package document")
        return Package(texts)
    folder = posixpath.dirname(name or "")
    guide = [(node.get("type") or "", node.get("href") or "") for node in elements(root, "reference")]
    manifest = manifest_of(root)
    spine = tuple(spine_items(archive, _idrefs(root) or manifest, manifest, folder))
    if not _found(spine):
        listed = tuple(item for item in spine_items(archive, manifest, manifest, folder) if item.entry)
        spine = listed or texts_by_name(archive) or spine
    return Package(spine, *_metadata(root), guide_matter(archive, guide, folder))


def texts_by_name(archive: ZipArchive) -> tuple[SpineItem, ...]:
    """The texts of an archive in the order of their names, without what macOS adds to archives."""
    names = sorted(name for name in archive.names if name.lower().endswith(TEXT_SUFFIXES))
    apart = (name for name in names if not name.startswith("__MACOSX/") and posixpath.basename(name)[:2] != "._")
    return tuple(SpineItem(name, name) for name in apart)


def _found(spine: Iterable[SpineItem]) -> bool:
    return any(item.entry for item in spine)


def _package_name(archive: ZipArchive) -> str | None:
    if archive.find("META-INF/container.xml"):
        root = parsed_xml(archive.read("META-INF/container.xml"))
        for node in elements(root, "rootfile"):
            if found := archive.find(node.get("full-path", "")):
                return found
    return next((name for name in sorted(archive.names) if name.lower().endswith(".opf")), None)


def _idrefs(root: Element | None) -> list[str]:
    """The ids of the spine; if every item is marked as not in the reading order, all of them."""
    items = [(idref, node.get("linear")) for node in elements(root, "itemref") if (idref := node.get("idref"))]
    return [idref for idref, linear in items if linear != "no"] or [idref for idref, _ in items]


def _metadata(root: Element | None) -> tuple[str, str, str, str]:
    def _first(name: str) -> str:
        return next((text for node in elements(root, name) if (text := one_line("".join(node.itertext())))), "")

    return _first("title"), _first("creator"), _first("language"), _first("rights")
