"""An EPUB's package read straight from its zip, for books on which EbookLib gives up."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from corpora.builtin.sources.books.archive import Archive
from corpora.builtin.sources.books.draft import Unreadable, one_line

TEXT_TYPES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/xml"})
TEXT_SUFFIXES = (".xhtml", ".html", ".htm", ".xht")
GUIDE_MATTER = frozenset(
    {"cover", "title-page", "titlepage", "toc", "copyright-page", "copyright", "colophon", "index", "loi"}
)
FONT_OBFUSCATION = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})


class Package(NamedTuple):
    """What a package document says: its texts in reading order, and the book's metadata."""

    spine: tuple[str, ...]
    """Names of entries, each once."""
    title: str = ""
    author: str = ""
    language: str = ""
    rights: str = ""
    matter: frozenset[str] = frozenset()
    """Those that the guide calls a cover, a title page, contents or a copyright page."""


def is_text(media_type: str | None, name: str) -> bool:
    """Whether a file of the manifest is a text, by its type or, where that is wrong, its name."""
    return (media_type or "").strip().lower() in TEXT_TYPES or name.lower().endswith(TEXT_SUFFIXES)


def refuse_encrypted(archive: Archive) -> None:
    """Stop at a book under digital rights management; obfuscated fonts alone are no reason.

    Raises:
        Unreadable: a text of it is encrypted.
    """
    if archive.find("META-INF/encryption.xml") is None:
        return
    root = parsed(archive.read("META-INF/encryption.xml"))
    for data in _all(root, "EncryptedData"):
        method = next((node.get("Algorithm", "") for node in _all(data, "EncryptionMethod")), "")
        target = next((node.get("URI", "") for node in _all(data, "CipherReference")), "")
        if method not in FONT_OBFUSCATION and target.lower().endswith((*TEXT_SUFFIXES, ".opf", ".ncx", ".xml")):
            raise Unreadable("encrypted", f"{target} by {method or 'an unnamed method'}")


def by_hand(archive: Archive) -> Package:
    """The package, found through the container or by its suffix; without one, the texts by name.

    Raises:
        Unreadable: the archive holds no text, or none that belongs to a book.
    """
    name = _package_name(archive)
    root = parsed(archive.read(name)) if name else None
    if root is None:
        spine = tuple(text for text in sorted(archive.names) if text.lower().endswith(TEXT_SUFFIXES))
        if not spine or archive.find("META-INF/container.xml") is None:
            raise Unreadable("no EPUB", "it has no package document")
        return Package(spine)
    folder = posixpath.dirname(name or "")
    guide = [(node.get("type") or "", node.get("href") or "") for node in _all(root, "reference")]
    return Package(tuple(_spine(archive, root, folder)), *_metadata(root), matter_of(archive, guide, folder))


def matter_of(archive: Archive, guide: Iterable[tuple[str, str]], folder: str) -> frozenset[str]:
    """The entries that a guide, given as types with links, calls no text."""
    links = (href.partition("#")[0] for kind, href in guide if kind.lower() in GUIDE_MATTER)
    return frozenset(filter(None, (archive.find(posixpath.join(folder, link)) for link in links)))


def _package_name(archive: Archive) -> str | None:
    if archive.find("META-INF/container.xml"):
        root = parsed(archive.read("META-INF/container.xml"))
        for node in _all(root, "rootfile"):
            if found := archive.find(node.get("full-path", "")):
                return found
    return next((name for name in sorted(archive.names) if name.lower().endswith(".opf")), None)


def _spine(archive: Archive, root: Any, folder: str) -> Iterator[str]:
    items = {node.get("id"): node for node in _all(root, "item")}
    order = [items[node.get("idref")] for node in _all(root, "itemref") if _read_in_line(node, items)]
    seen = set()
    for item in order or items.values():
        name = archive.find(posixpath.join(folder, item.get("href", "")))
        if name and name not in seen and is_text(item.get("media-type"), name):
            seen.add(name)
            if "nav" not in item.get("properties", "").split():
                yield name


def _read_in_line(itemref: Any, items: dict[str, Any]) -> bool:
    return itemref.get("idref") in items and itemref.get("linear") != "no"


def _metadata(root: Any) -> tuple[str, str, str, str]:
    def first(name: str) -> str:
        return next((text for node in _all(root, name) if (text := one_line("".join(node.itertext())))), "")

    return first("title"), first("creator"), first("language"), first("rights")


def parsed(raw: bytes) -> Any:
    """The root of an XML file, mended where it is broken; None where nothing can be read.

    No entity is resolved, no DTD loaded, nothing fetched.
    """
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True)
    try:
        return etree.fromstring(raw, parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def _all(root: Any, name: str) -> list[Any]:
    """Elements by their local name, whatever namespace they were put in."""
    return [] if root is None else root.xpath(".//*[local-name() = $name]", name=name)
