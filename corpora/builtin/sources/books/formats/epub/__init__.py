"""Read EPUB files: the texts of the spine in reading order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from corpora import Json
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook, Unreadable, words_in
from corpora.builtin.sources.books.formats.epub import lenient, with_ebooklib
from corpora.builtin.sources.books.formats.epub.package import SpineItem, encrypted_files, refuse_encrypted
from corpora.builtin.sources.books.formats.epub.pages import joined_pages
from corpora.builtin.sources.books.formats.epub.zip_archive import ZipArchive
from corpora.builtin.sources.books.formats.html import blocks_in, decoded
from corpora.builtin.sources.books.formats.html.styles import Styles
from corpora.builtin.sources.encodings.legacy import legacy_encoding

MAX_PAGE_WORDS = 400
"""A longer file is kept even if the guide calls it a title page, because guides also point into chapters."""
MAX_LOST_RATE = 0.1
"""The share of the spine that may be missing or damaged before the book is rejected."""


def read_epub(path: Path) -> ParsedBook:
    """The blocks and metadata of an EPUB file. A module-level function, so that `corpora.run_in_sandbox` can run it.

    Spine items that cannot be found or read are listed in the metadata, and counted over the build.

    Raises:
        Unreadable: it is not an EPUB, is encrypted, damaged or too large, has no text, or is missing too much of its
            spine.
    """
    with ZipArchive(path) as archive:
        encrypted = encrypted_files(archive)
        package = with_ebooklib.read_package(archive) or lenient.read_package(archive)
        refuse_encrypted(encrypted, package.spine)
        pages, lost = _pages(archive, package.spine)
        styles = Styles(_sheets(archive))
    texts, undecided = _decoded(pages)
    lost += undecided
    if len(lost) > MAX_LOST_RATE * len(package.spine):
        raise Unreadable("spine lost", f"{len(lost)} of {len(package.spine)} texts: {', '.join(lost)}"[:300])
    blocks = joined_pages(
        [
            _marked_by_guide(blocks_in(text, styles=styles), is_matter=entry in package.guide_matter)
            for entry, text in texts
        ]
    )
    if not any(not block.rule for block in blocks):
        raise Unreadable("no text", f"{len(package.spine)} texts in its spine")
    metadata: dict[str, Json] = {"spine_lost": lost, "spine": {"lost": len(lost)}} if lost else {}
    said = (package.title, package.author, package.language, package.rights)
    return ParsedBook(tuple(blocks), *said, metadata=metadata)


def _pages(archive: ZipArchive, spine: Sequence[SpineItem]) -> tuple[list[tuple[str, bytes]], list[str]]:
    """The entry and content of each text, and the labels of lost ones, each with the cause."""
    pages, lost = [], []
    for label, entry in spine:
        if entry is None:
            lost.append(f"{label} (missing)")
            continue
        try:
            pages.append((entry, archive.read(entry)))
        except Unreadable as error:
            if error.reason != "damaged":
                raise
            lost.append(f"{label} (damaged)")
    return pages, lost


def _sheets(archive: ZipArchive) -> list[str]:
    """The style sheets of the book; damaged ones are left out."""
    sheets = []
    for name in archive.names:
        if name.lower().endswith(".css"):
            try:
                sheets.append(archive.read(name).decode("utf-8", "replace"))
            except Unreadable as error:
                if error.reason != "damaged":
                    raise
    return sheets


def _decoded(pages: Sequence[tuple[str, bytes]]) -> tuple[list[tuple[str, str]], list[str]]:
    """The text of each page by its entry, and pages that are left out since their encoding is uncertain.

    A page too short to show its encoding has that of the others, if they are not in Unicode.
    """
    texts: dict[str, str] = {}
    uncertain: dict[str, bytes] = {}
    encodings: Counter[str] = Counter()
    for entry, raw in pages:
        try:
            found = decoded(raw)
        except Unreadable as error:
            if error.reason != "uncertain encoding":
                raise
            texts[entry], uncertain[entry] = "", raw
            continue
        texts[entry] = found.text
        encodings[found.encoding] += not found.encoding.startswith("utf")
    if uncertain:
        texts |= _decoded_as_others(uncertain, encodings)
    lost = [entry for entry in uncertain if not texts[entry]]
    return [page for page in texts.items() if page[0] not in lost], [f"{entry} (uncertain encoding)" for entry in lost]


def _decoded_as_others(uncertain: Mapping[str, bytes], encodings: Counter[str]) -> dict[str, str]:
    try:
        ((encoding, count),) = encodings.most_common(1) or [("", 0)]
        encoding = encoding if count else legacy_encoding(b"\n".join(uncertain.values()))
        return {entry: raw.decode(encoding) for entry, raw in uncertain.items()}
    except (Unreadable, UnicodeDecodeError):
        return {}


def _marked_by_guide(blocks: list[Block], *, is_matter: bool) -> list[Block]:
    if not is_matter or sum(words_in(block.text) for block in blocks) > MAX_PAGE_WORDS:
        return blocks
    return [block._replace(rule=block.rule or "guide: not text") for block in blocks]
