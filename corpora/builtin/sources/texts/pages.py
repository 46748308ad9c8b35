"""Read files that are one document each: plain text, Markdown and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, NamedTuple

from corpora import ChildDied, Document, LimitExceeded, Reject, Shard, run_in_sandbox
from corpora.builtin.sources.books.formats import html, plain_text, reader
from corpora.builtin.sources.encodings import AUTO, decode
from corpora.builtin.sources.encodings.files import check_whole, encoding_of
from corpora.builtin.sources.encodings.mixed import repair_counts
from corpora.builtin.sources.packed import content_suffix, is_stream, open_packed
from corpora.builtin.sources.texts import web_page

TEXT = (".txt", ".text")
MARKDOWN = (".md", ".markdown")
HTML = (".html", ".htm", ".xhtml")
SUFFIXES = (*TEXT, *MARKDOWN, *HTML)
FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[^\S\n]*+\r?\n(?:.*+\n){0,2000}?\1[^\S\n]*+(?:\n|\Z)")
NOTE_MARK = re.compile(r"\[\^[\w-]{1,60}\](?::[^\S\n]*+)?")


@dataclass(frozen=True)
class Cuts:
    """How a large text is split into documents."""

    piece_bytes: int = 16 << 20
    """The size of a piece, without the rest of its last line; a text of at most two pieces is not split."""
    line_bytes: int = 64 << 20
    """How much of a line is read beyond the end of its piece; a longer line is rejected."""


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


def pieces(file: Shard, cuts: Cuts) -> Iterator[Shard]:
    """Split a large text file into byte ranges; other files are returned as they are.

    Args:
        file: the shard of a whole file. UTF-16 and UTF-32 are not split, because their line ends are not single bytes.
        cuts: how large texts are split.
    """
    if file.path is None or file.path.suffix.lower() not in TEXT or file.size_bytes <= 2 * cuts.piece_bytes:
        yield file
        return
    with file.path.open("rb") as opened:
        if b"\0" in opened.read(1 << 16):
            yield file
            return
    for number, start in enumerate(range(0, file.size_bytes, cuts.piece_bytes), start=1):
        stop = min(start + cuts.piece_bytes, file.size_bytes)
        yield Shard(f"{file.key}#{number}", file.path, start, stop, stop - start)


def piece_of(path: Path, start: int, stop: int, cuts: Cuts) -> tuple[bytes, int]:
    """The lines that begin in a byte range.

    Args:
        path: of the file.
        start: the first byte of the range.
        stop: the byte after the last.
        cuts: limits the length of the last line.

    Returns:
        The lines, and the size of the last one if it is too long and therefore missing, otherwise 0.
    """
    with path.open("rb") as file:
        if start:
            file.seek(start - 1)
            if not _skip_line(file, stop):
                return b"", 0
        begins = file.tell()
        lines = file.read(max(stop - begins, 0))
        if not lines or lines.endswith(b"\n"):
            return lines, 0
        rest = file.readline(cuts.line_bytes)
        last = lines.rfind(b"\n") + 1
        if rest.endswith(b"\n") or len(rest) < cuts.line_bytes:
            return lines + rest, 0
        _skip_line(file, None)
        return lines[:last], file.tell() - begins - last


def _skip_line(file: IO[bytes], stop: int | None) -> bool:
    """Move past the next line end; returns whether there is one before `stop`."""
    while stop is None or file.tell() < stop:
        line = file.readline(1 << 20)
        if line.endswith(b"\n"):
            return stop is None or file.tell() <= stop
        if not line:
            return False
    return False


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


def stream_pieces(file: IO[bytes], cuts: Cuts) -> Iterator[tuple[bytes, int]]:
    """What `piece_of` returns for each range of a file, for a file that is not seekable.

    Args:
        file: at its beginning.
        cuts: how large texts are split.
    """
    at, stop = 0, cuts.piece_bytes
    while True:
        lines = file.read(max(stop - at, 0))
        if at < stop and not lines:
            return
        rest = file.readline(cuts.line_bytes) if lines and not lines.endswith(b"\n") else b""
        at += len(lines) + len(rest)
        last, too_long = lines.rfind(b"\n") + 1, 0
        if len(rest) == cuts.line_bytes and not rest.endswith(b"\n"):
            too_long = len(lines) - last + len(rest)
            while (more := file.readline(1 << 20)) and not more.endswith(b"\n"):
                too_long += len(more)
                at += len(more)
            too_long += len(more)
            at += len(more)
        yield (lines[:last], too_long) if too_long else (lines + rest, 0)
        stop += cuts.piece_bytes


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
