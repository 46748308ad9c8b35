"""The package document of an EPUB: its reading order, its metadata, and whether texts are encrypted."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from corpora.builtin.sources.books.formats.blocks import Unreadable
from corpora.builtin.sources.books.formats.epub.zip_archive import ZipArchive
from corpora.builtin.sources.books.formats.html.own_entities import split_doctype, with_entities
from corpora.builtin.sources.elements import Element

TEXT_TYPES = frozenset({
    "application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/xml", "application/x-dtbook+xml",
    "image/svg+xml", "text/xml", "application/xhtml", "application/html", "text/xhtml", "text/xhtml+xml",
})  # fmt: skip
MEDIA = ("image/", "audio/", "video/", "font/", "application/smil", "text/css")
"""What has no text; other items of a spine that are no text either are lost."""
TEXT_SUFFIXES = (".xhtml", ".html", ".htm", ".xht", ".svg")
SPINE_SUFFIXES = (*TEXT_SUFFIXES, ".xml")
GUIDE_MATTER = frozenset(
    {"cover", "title-page", "titlepage", "toc", "copyright-page", "copyright", "colophon", "index", "loi"}
)
FONT_OBFUSCATION = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
MAX_FALLBACKS = 8


class ManifestItem(NamedTuple):
    """One file that the manifest lists."""

    href: str
    media_type: str = ""
    fallback: str = ""
    """The id of the item to read instead, if a reader does not know the media type."""


class SpineItem(NamedTuple):
    """One text of the spine."""

    label: str
    """Its link or id in the package document, for messages."""
    entry: str | None
    """Its name in the archive; None if it cannot be found."""


class Package(NamedTuple):
    """The content of a package document."""

    spine: tuple[SpineItem, ...]
    """The texts in reading order, each once."""
    title: str = ""
    author: str = ""
    language: str = ""
    rights: str = ""
    guide_matter: frozenset[str] = frozenset()
    """Entries that the guide calls a cover, a title page, a table of contents or a copyright page."""


def is_text(media_type: str, name: str) -> bool:
    """Whether a manifest item is a text, by its media type or its name."""
    return media_type.partition(";")[0].strip().lower() in TEXT_TYPES or name.lower().endswith(SPINE_SUFFIXES)


def spine_items(
    archive: ZipArchive, idrefs: Iterable[str], manifest: Mapping[str, ManifestItem], folder: str
) -> Iterator[SpineItem]:
    """The texts that a spine refers to, in its order; pictures and other media are left out.

    Args:
        archive: the EPUB.
        idrefs: the ids of the spine.
        manifest: items by id.
        folder: the folder of the package document, which links are relative to.
    """
    seen = set()
    for idref in idrefs:
        item = _readable(idref, manifest)
        if item is None:
            if idref not in manifest or not manifest[idref].media_type.strip().lower().startswith(MEDIA):
                yield SpineItem(idref, None)
            continue
        link = posixpath.join(folder, item.href)
        links = (link, link.partition("#")[0], posixpath.join(folder, item.href.lstrip("/")))
        entry = next(filter(None, map(archive.find, links)), None)
        if (entry or item.href) not in seen:
            seen.add(entry or item.href)
            yield SpineItem(item.href, entry)


def _readable(idref: str, manifest: Mapping[str, ManifestItem]) -> ManifestItem | None:
    """The item of an id, or the first text among its fallbacks; None if none of them is text."""
    for _ in range(MAX_FALLBACKS):
        item = manifest.get(idref)
        if item is None or is_text(item.media_type, item.href):
            return item
        idref = item.fallback
    return None


def guide_matter(archive: ZipArchive, guide: Iterable[tuple[str, str]], folder: str) -> frozenset[str]:
    """The entries that a guide lists as front or back matter.

    Args:
        archive: the EPUB.
        guide: (type, link) pairs.
        folder: the folder of the package document, which links are relative to.
    """
    links = (href.partition("#")[0] for kind, href in guide if kind.lower() in GUIDE_MATTER)
    return frozenset(filter(None, (archive.find(posixpath.join(folder, link)) for link in links)))


def encrypted_files(archive: ZipArchive) -> dict[str, str]:
    """The encrypted files of a book by their name in the archive, each with the method; obfuscated fonts are none.

    Raises:
        Unreadable: the package document is encrypted.
    """
    if archive.find("META-INF/encryption.xml") is None:
        return {}
    root = parsed_xml(archive.read("META-INF/encryption.xml"))
    found: dict[str, str] = {}
    for data in elements(root, "EncryptedData"):
        method = next((node.get("Algorithm", "") for node in elements(data, "EncryptionMethod")), "")
        target = next((node.get("URI", "") for node in elements(data, "CipherReference")), "")
        if method not in FONT_OBFUSCATION:
            found[archive.find(target) or target] = method
    for name in found:
        if name.lower().endswith(".opf"):
            raise _encrypted(name, found)
    return found


def refuse_encrypted(encrypted: Mapping[str, str], spine: Iterable[SpineItem]) -> None:
    """Check that a book is not under digital rights management; encrypted pictures and fonts do not matter.

    Raises:
        Unreadable: one of its texts is encrypted.
    """
    for item in spine:
        if item.entry is not None and item.entry in encrypted:
            raise _encrypted(item.entry, encrypted)


def _encrypted(name: str, encrypted: Mapping[str, str]) -> Unreadable:
    return Unreadable("encrypted", f"{name} by {encrypted[name] or 'an unnamed method'}")


def manifest_of(root: Element | None) -> dict[str, ManifestItem]:
    """The manifest items of a package document, by id."""
    return {
        node.get("id", ""): ManifestItem(node.get("href", ""), node.get("media-type", ""), node.get("fallback", ""))
        for node in elements(root, "item")
    }


def parsed_xml(raw: bytes) -> Element | None:
    """The root of an XML file, recovered if it is malformed; None if nothing can be read.

    Only entities that it declares itself are written out; neither DTDs nor anything else is loaded.
    """
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True)
    try:
        root: Element | None = etree.fromstring(with_own_entities(raw), parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    return root


def with_own_entities(raw: bytes) -> bytes:
    """An XML file with the entities of its own document type written out.

    Args:
        raw: the content; one that is not UTF-8 stays as it is.

    Raises:
        Unreadable: its entities stand for too much.
    """
    if b"<!ENTITY" not in raw:
        return raw
    try:
        text, declared = split_doctype(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return raw
    return with_entities(text, declared).encode()


def elements(root: Element | None, name: str) -> list[Element]:
    """The elements below a root with a local name, in any namespace; none of them without a root."""
    return [] if root is None else root.xpath(".//*[local-name() = $name]", name=name)
