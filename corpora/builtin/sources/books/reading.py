"""One file of a known suffix to a draft."""

from __future__ import annotations

from pathlib import Path

from corpora.builtin.sources.books import gutenberg, plain
from corpora.builtin.sources.books.decode import decode
from corpora.builtin.sources.books.draft import Draft, Unreadable
from corpora.builtin.sources.books.epub import read_epub
from corpora.builtin.sources.books.markup import blocks_of

MAX_TEXT_BYTES = 64 << 20


def read_book(path: Path) -> Draft:
    """The draft of a book in an EPUB, HTML or TXT file.

    Raises:
        Unreadable: it gives no book; the reason says why.
        OSError: the file cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix == ".epub":
        return gutenberg.unframed(read_epub(path))
    raw = bounded(path)
    if suffix == ".txt":
        return draft_of_text(decode(raw).text)
    blocks = blocks_of(raw)
    if not blocks:
        raise Unreadable("no text")
    return gutenberg.unframed(Draft(tuple(blocks)))


def bounded(path: Path) -> bytes:
    """A file's bytes, if they are no more than a book can have.

    Raises:
        Unreadable: it is larger.
    """
    size = path.stat().st_size
    if size > MAX_TEXT_BYTES:
        raise Unreadable("too large", f"{size >> 20:,} MB; a book has at most {MAX_TEXT_BYTES >> 20}")
    return path.read_bytes()


def draft_of_text(text: str) -> Draft:
    """The draft of a plain text, without Gutenberg's header and licence where it has them."""
    inner = gutenberg.unwrapped(text)
    if inner is None:
        return _checked(Draft(tuple(plain.blocks_of(text, marked=True))))
    removed = {"gutenberg": len(text.split()) - len(inner.body.split())}
    metadata = {"gutenberg": inner.number} if inner.number else {}
    said = (inner.title, inner.author, inner.language, gutenberg.LICENCE)
    draft = Draft(tuple(plain.blocks_of(inner.body, marked=True)), *said, metadata=metadata, removed=removed)
    return _checked(gutenberg.unframed(draft))


def _checked(draft: Draft) -> Draft:
    if not draft.blocks:
        raise Unreadable("no text")
    return draft
