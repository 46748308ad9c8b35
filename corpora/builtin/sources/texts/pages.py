"""Read files that are one document each: plain text, Markdown and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from corpora import ChildDied, Document, LimitExceeded, Reject, Shard, run_in_sandbox
from corpora.builtin.sources.books.formats import html, plain_text, reader
from corpora.builtin.sources.encodings import AUTO, decode
from corpora.builtin.sources.encodings.files import check_whole, encoding_of
from corpora.builtin.sources.encodings.mixed import repair_counts
from corpora.builtin.sources.packed import content_suffix, is_stream, open_packed
from corpora.builtin.sources.texts import web_page
from corpora.builtin.sources.texts.pieces import MARKDOWN, TEXT, Cuts, piece_of, stream_pieces

FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[^\S\n]*+\r?\n(?:.*+\n){0,2000}?\1[^\S\n]*+(?:\n|\Z)")
NOTE_MARK = re.compile(r"\[\^[\w-]{1,60}\](?::[^\S\n]*+)?")


def read(shard: Shard, path: Path, encoding: str, cuts: Cuts) -> Iterator[Document | Reject]:
    """The document of a file or of a piece of one, and a reject for a line that is too long to keep in memory.

    Args:
        shard: the file or piece.
        path: of the file.
        encoding: a name that Python knows; `auto` detects it.
        cuts: how large texts are split.

    Raises:
        Unreadable: it has no text, or its encoding is uncertain.
        OSError: the file cannot be read.
    """
    if content_suffix(path.name) in TEXT:
        text = _Text(shard, path, encoding, cuts)
        yield from text.packed() if is_stream(path) else text.plain()
        return
    try:
        decoded = run_in_sandbox(_marked_up, path, encoding)
    except (ChildDied, LimitExceeded) as error:
        yield Reject(shard.key, "read", "reader died", str(error), failed=True)
        return
    yield _document(shard, decoded)


@dataclass(frozen=True)
class _Text:
    """Reads the documents of a plain text, or of a piece of one."""

    shard: Shard
    path: Path
    encoding: str
    cuts: Cuts

    def plain(self) -> Iterator[Document | Reject]:
        """The documents of an uncompressed text."""
        if self.shard.stop is None:
            yield self._whole(reader.bounded(self.path))
            return
        yield from self._piece(self.shard, *piece_of(self.path, self.shard.start, self.shard.stop, self.cuts))

    def packed(self) -> Iterator[Document | Reject]:
        """The documents of a compressed text, split where the uncompressed text would be split."""
        with open_packed(self.path) as file:
            head = file.read(2 * self.cuts.piece_bytes + 1)
            if len(head) <= 2 * self.cuts.piece_bytes:
                yield self._whole(head)
                return
            if b"\0" in head[: 1 << 16]:
                yield self._whole(reader.bounded(self.path))
                return
        check_whole(self.path)
        with open_packed(self.path) as file:
            for number, piece in enumerate(stream_pieces(file, self.cuts), start=1):
                yield from self._piece(replace(self.shard, key=f"{self.shard.key}#{number}"), *piece)

    def _whole(self, raw: bytes) -> Document | Reject:
        return _document(self.shard, _blocks(raw, self.encoding))

    def _piece(self, shard: Shard, raw: bytes, too_long: int) -> Iterator[Document | Reject]:
        if too_long:
            detail = f"{too_long / 1e6:,.0f} MB; at most {self.cuts.line_bytes / 1e6:.0f} MB"
            yield Reject(f"{shard.key}-line", "read", "line too long", detail)
        if raw.strip():
            yield _document(shard, _blocks(raw, encoding_of(self.path) if self.encoding == AUTO else self.encoding))
        elif raw:
            yield Reject(shard.key, "read", "empty")


class _Content(NamedTuple):
    """The paragraphs of a file, its encoding, and the number of its characters in another one."""

    paragraphs: tuple[str, ...]
    encoding: str
    repaired: int


def _blocks(raw: bytes, encoding: str) -> _Content:
    decoded = decode(raw, encoding)
    reader.refuse_other_formats(decoded.text)
    paragraphs = tuple(block.text for block in plain_text.blocks_of(decoded.text))
    return _Content(paragraphs, decoded.encoding, decoded.repaired)


def _document(shard: Shard, read: _Content) -> Document | Reject:
    if not read.paragraphs:
        return Reject(shard.key, "read", "empty")
    return Document(shard.key, read.paragraphs, encoding=read.encoding, metadata=repair_counts(read.repaired))


def _marked_up(path: Path, encoding: str) -> _Content:
    raw = reader.bounded(path)
    is_markdown = content_suffix(path.name) in MARKDOWN
    found = decode(raw, encoding) if is_markdown else html.decoded(raw, encoding)
    if is_markdown:
        blocks = html.blocks_in(_rendered(found.text))
    else:
        blocks = web_page.without_labels(html.blocks_in(found.text, web_page.remove_furniture))
    return _Content(tuple(block.text for block in blocks if not block.rule), found.encoding, found.repaired)


def _rendered(text: str) -> str:
    """Markdown as HTML, without front matter between lines of dashes or plus signs and without the marks of notes."""
    from markdown_it import MarkdownIt

    text = NOTE_MARK.sub("", FRONT_MATTER.sub("", text))
    rendered: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    return rendered
