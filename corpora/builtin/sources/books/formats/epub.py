"""Read EPUB files: the texts of the spine in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corpora import Json
from corpora.builtin.sources.books.formats import epub_ebooklib, epub_lenient
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook, Unreadable, words_in
from corpora.builtin.sources.books.formats.epub_package import SpineItem, refuse_encrypted
from corpora.builtin.sources.books.formats.html import blocks_of
from corpora.builtin.sources.books.formats.zip_archive import ZipArchive

MAX_PAGE_WORDS = 400
"""A longer file is kept even if the guide calls it a title page, because guides also point into chapters."""
MAX_LOST_RATE = 0.1
"""The share of the spine that may be missing or damaged before the book is rejected."""


def read_epub(path: Path) -> ParsedBook:
    """The blocks and metadata of an EPUB file. A module-level function, so that `corpora.guarded` can run it.

    Spine items that cannot be found or read are listed in the metadata, and counted over the build.

    Raises:
        Unreadable: it is not an EPUB, is encrypted, damaged or too large, has no text, or is missing too much of its
            spine.
    """
    with ZipArchive(path) as archive:
        refuse_encrypted(archive)
        package = epub_ebooklib.read_package(archive) or epub_lenient.read_package(archive)
        pages, lost = _pages(archive, package.spine)
    if len(lost) > MAX_LOST_RATE * len(package.spine):
        raise Unreadable("spine lost", f"{len(lost)} of {len(package.spine)} texts: {', '.join(lost)}"[:300])
    blocks = [
        block
        for entry, page in pages
        for block in _marked_by_guide(blocks_of(page), is_matter=entry in package.guide_matter)
    ]
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


def _marked_by_guide(blocks: list[Block], *, is_matter: bool) -> list[Block]:
    if not is_matter or sum(words_in(block.text) for block in blocks) > MAX_PAGE_WORDS:
        return blocks
    return [block._replace(rule=block.rule or "guide: not text") for block in blocks]
