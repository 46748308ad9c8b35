"""Read the pages of a dump, extracted from its XML one by one, so that a damaged page does not affect the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from corpora.builtin.sources.elements import Element

if TYPE_CHECKING:
    from lxml import etree


from corpora import InputError
from corpora.builtin.sources.wikipedia.dump.streams import Chunk, DamagedDump, chunks, closes_root, packing
from corpora.builtin.sources.wikipedia.site import Site, key_of

_START = re.compile(rb"<page[\s>]")
_CUT_START = re.compile(rb"<(?:p(?:a(?:ge?)?)?)?\Z")
_END = b"</page>"
PAGE_BYTES = 64 << 20
"""A larger page (with all its revisions) is treated as damage."""
HEADER_BYTES = 4 << 20
TAIL_BYTES = 4096


@dataclass(frozen=True)
class Page:
    """One page of a dump, at its newest revision."""

    id: str
    title: str
    namespace: int | None
    """None in old dumps, which do not have namespaces."""
    redirect: bool
    text: str | None
    """None if the text was deleted, or the dump contains no texts."""
    revision: str = ""
    timestamp: str = ""
    model: str = "wikitext"


@dataclass(frozen=True)
class BrokenPage:
    """A page that could not be read."""

    reason: str
    detail: str
    title: str = ""


def site_of(path: Path, language: str = "") -> Site:
    """The wiki that a dump is from, by its header, which is cached until the file changes.

    Args:
        path: the dump.
        language: overrides the language in the header.

    Raises:
        InputError: it is not a MediaWiki dump, or declares entities.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise InputError(f"dump {path} cannot be read: {error.strerror}") from error
    return _site_of(path, language, status.st_size, status.st_mtime_ns)


@cache
def _site_of(path: Path, language: str, size_bytes: int, changed: int) -> Site:
    head = _header(path)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise InputError(f"dump {path} declares a document type, which Wikimedia's dumps do not; it is not read")
    from lxml import etree

    try:
        root = etree.fromstring(_declared(head) + b"</mediawiki>", _parser())
    except etree.XMLSyntaxError as error:
        raise InputError(f"dump {path} is not a MediaWiki dump: {error.msg}") from error
    fields = {_local(element): element.text or "" for element in root.iter() if isinstance(element.tag, str)}
    spaces = {
        key_of(element.text): int(element.get("key"))
        for element in root.iter()
        if isinstance(element.tag, str) and _local(element) == "namespace" and element.text
    }
    said = root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    database = fields.get("dbname", "")
    return Site(language or _language(fields.get("base", ""), said), database, fields.get("base", ""), spaces)


def _language(base: str, said: str) -> str:
    """The wiki's code from its address, because `xml:lang` can be less specific (`en` for Simple English)."""
    host = re.match(r"https?://([a-z-]+)\.wiki[a-z]+\.org", base)
    return host[1] if host and host[1] not in ("www", "commons", "species", "meta") else said or "en"


def _header(path: Path) -> bytes:
    head = b""
    try:
        for chunk in chunks(path):
            head += chunk.content
            if match := _START.search(head):
                if b"<mediawiki" not in head[: match.start()]:
                    raise InputError(
                        f"dump {path} starts with a <page>: the <mediawiki> element around it is missing; export whole "
                        "dumps, or put the pages between <mediawiki> and </mediawiki>"
                    )
                return head[: match.start()]
            if len(head) > HEADER_BYTES:
                break
    except DamagedDump as error:
        raise InputError(f"dump {path} is damaged before its first page: {error}") from error
    if not head.strip():
        raise InputError(f"dump {path} is empty")
    if b"<mediawiki" not in head[:HEADER_BYTES]:
        raise InputError(f"dump {path} is not a MediaWiki dump: it has no <mediawiki> element")
    raise InputError(f"dump {path} has no pages")


def lacks_root(path: Path) -> bool:
    """Whether an uncompressed file has no `<mediawiki>` before its first page, so it is not a truncated dump."""
    if packing(path) != "xml":
        return False
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16
        return False
    start = _START.search(head)
    return b"<mediawiki" not in (head[: start.start()] if start else head)


def _declared(head: bytes) -> bytes:
    """The header from its root element on, because the declared encoding does not apply to decoded bytes."""
    start = head.find(b"<mediawiki")
    return head[start:] if start >= 0 else head


@cache
def _parser() -> etree.XMLParser:
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def pages(path: Path, start: int, stop: int | None, *, allow_cut: bool) -> Iterator[Page | BrokenPage]:
    """The pages that start in a part of a dump.

    Args:
        path: the dump.
        start: the byte where the part starts, as in `chunks`.
        stop: the byte where it ends; None means the end of the file.
        allow_cut: if the dump is truncated or damaged, yield `BrokenPage` for the last page instead of raising.

    Raises:
        InputError: the dump is truncated or damaged, and `allow_cut` is False.
    """
    try:
        for raw in _raw_pages(path, start, stop):
            yield _page(raw)
    except _Cut as cut:
        if not allow_cut:
            raise InputError(
                f"dump {path.name} is cut or damaged: {cut}; download it again, or use --allow-cut to read the "
                "intact pages"
            ) from cut
        if cut.rest:
            title = re.search(rb"<title>([^<]*)</title>", cut.rest)
            yield BrokenPage("cut", str(cut), title[1].decode("utf-8", "replace") if title else "")


class _Cut(Exception):
    """The dump ends too early; has the existing part of the last page."""

    def __init__(self, message: str, rest: bytes) -> None:
        super().__init__(message)
        self.rest = rest


def _raw_pages(path: Path, start: int, stop: int | None) -> Iterator[bytes]:
    """The XML of each page whose `<page>` starts in the range; the last page may continue beyond it."""
    window = _Window(chunks(path, start, stop))
    while window.to_page():
        yield window.page()
    inside_end = start > 0 and b"</mediawiki>".endswith(window.tail.strip())
    if window.ended and not closes_root(window.tail) and not inside_end:
        raise _Cut("it ends without </mediawiki>", b"")


class _Window:
    """The part of a dump that is in memory; earlier parts are discarded."""

    def __init__(self, source: Iterator[Chunk]) -> None:
        self._source, self._bytes = source, bytearray()
        self._limit: int | None = None
        self.ended = False

    @property
    def tail(self) -> bytes:
        """The last bytes that were read."""
        return bytes(self._bytes[-TAIL_BYTES:])

    def to_page(self) -> bool:
        """Advance to the next `<page>`; returns False if no further page starts in the range."""
        while True:
            found = _START.search(self._bytes)
            if found is not None:
                inside = self._limit is None or found.start() < self._limit
                self._drop(found.start())
                return inside
            if self._limit is not None and not self._may_begin_page():
                return False
            self._drop(max(0, len(self._bytes) - TAIL_BYTES))
            if not self._grow():
                return False

    def _may_begin_page(self) -> bool:
        """Whether the end of the range may have cut a `<page>` of which the rest has not been read yet."""
        assert self._limit is not None
        return len(self._bytes) <= self._limit + len("<page>") and _CUT_START.search(self._bytes) is not None

    def page(self) -> bytes:
        """Return the XML of the page that starts here, and advance past it."""
        searched = 0
        while (end := self._bytes.find(_END, searched)) < 0:
            searched = max(0, len(self._bytes) - len(_END))
            if len(self._bytes) > PAGE_BYTES:
                raise _Cut(f"a page is larger than {PAGE_BYTES >> 20} MB", bytes(self._bytes[:TAIL_BYTES]))
            if not self._grow():
                raise _Cut("it ends in the middle of a page", bytes(self._bytes[:TAIL_BYTES]))
        raw = bytes(self._bytes[: end + len(_END)])
        self._drop(len(raw))
        return raw

    def _drop(self, count: int) -> None:
        del self._bytes[:count]
        if self._limit is not None:
            self._limit -= count

    def _grow(self) -> bool:
        try:
            chunk = next(self._source, None)
        except DamagedDump as error:
            raise _Cut(str(error), bytes(self._bytes[:TAIL_BYTES])) from error
        if chunk is None:
            self.ended = True
            return False
        if chunk.beyond and self._limit is None:
            self._limit = len(self._bytes)
        self._bytes += chunk.content
        return True


def _page(raw: bytes) -> Page | BrokenPage:
    from lxml import etree

    try:
        root = etree.fromstring(raw, _parser())
    except etree.XMLSyntaxError as error:
        title = re.search(rb"<title>([^<]*)</title>", raw[:4096])
        return BrokenPage("malformed XML", str(error.msg), title[1].decode("utf-8", "replace") if title else "")
    revisions = root.findall("revision")
    newest = max(revisions, key=lambda r: r.findtext("timestamp") or "") if revisions else None
    namespace = root.findtext("ns")
    text = None if newest is None else newest.find("text")
    return Page(
        id=(root.findtext("id") or "").strip(),
        title=root.findtext("title") or "",
        namespace=int(namespace) if namespace and namespace.lstrip("-").isdigit() else None,
        redirect=root.find("redirect") is not None,
        text=None if text is None or text.get("deleted") else text.text or "",
        revision="" if newest is None else newest.findtext("id") or "",
        timestamp="" if newest is None else newest.findtext("timestamp") or "",
        model="wikitext" if newest is None else newest.findtext("model") or "wikitext",
    )
