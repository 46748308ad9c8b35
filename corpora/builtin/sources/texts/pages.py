"""Files that are one document each: plain text, Markdown and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from corpora import ChildDied, Document, LimitExceeded, Reject, Shard, guarded
from corpora.builtin.sources.books.formats import html, plain_text, reader
from corpora.builtin.sources.encodings import AUTO, decode
from corpora.builtin.sources.encodings.files import check_whole, encoding_of
from corpora.builtin.sources.packed import content_suffix, open_packed, packing_suffix

TEXT = (".txt", ".text")
MARKDOWN = (".md", ".markdown")
HTML = (".html", ".htm", ".xhtml")
SUFFIXES = (*TEXT, *MARKDOWN, *HTML)
FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[^\S\n]*+\r?\n(?:.*+\n){0,2000}?\1[^\S\n]*+(?:\n|\Z)")
NOTE_MARK = re.compile(r"\[\^[\w-]{1,60}\](?::[^\S\n]*+)?")
PIECE_BYTES = 16 << 20
MAX_LINE_BYTES = 64 << 20


def read(shard: Shard, path: Path, encoding: str) -> Iterator[Document | Reject]:
    """The document of a file or of a piece of one, and a reject for a line that is too long to hold.

    Raises:
        Unreadable: it gives no text, or its encoding is uncertain.
        OSError: the file cannot be read.
    """
    if content_suffix(path.name) in TEXT:
        yield from (_packed if packing_suffix(path.name) else _plain)(shard, path, encoding)
        return
    try:
        decoded = guarded(_marked_up, path, encoding)
    except (ChildDied, LimitExceeded) as error:
        yield Reject(shard.key, "read", "reader died", str(error), failed=True)
        return
    yield _document(shard, decoded)


def pieces(file: Shard) -> Iterator[Shard]:
    """A large text file as ranges of bytes; UTF-16 and UTF-32, whose line ends are not single bytes, stay whole."""
    if file.path is None or file.path.suffix.lower() not in TEXT or file.size_bytes <= 2 * PIECE_BYTES:
        yield file
        return
    with file.path.open("rb") as opened:
        if b"\0" in opened.read(1 << 16):
            yield file
            return
    for number, start in enumerate(range(0, file.size_bytes, PIECE_BYTES), start=1):
        stop = min(start + PIECE_BYTES, file.size_bytes)
        yield Shard(f"{file.key}#{number}", file.path, start, stop, stop - start)


def piece_of(path: Path, start: int, stop: int) -> tuple[bytes, int]:
    """The lines that begin in a range of bytes, and the size of the last one if it is too long to hold, else 0."""
    with path.open("rb") as file:
        if start:
            file.seek(start - 1)
            if not _skip_line(file, stop):
                return b"", 0
        begins = file.tell()
        lines = file.read(max(stop - begins, 0))
        if not lines or lines.endswith(b"\n"):
            return lines, 0
        rest = file.readline(MAX_LINE_BYTES)
        last = lines.rfind(b"\n") + 1
        if rest.endswith(b"\n") or len(rest) < MAX_LINE_BYTES:
            return lines + rest, 0
        _skip_line(file, None)
        return lines[:last], file.tell() - begins - last


def _skip_line(file: IO[bytes], stop: int | None) -> bool:
    """Move behind the next line end; whether there is one before `stop`."""
    while stop is None or file.tell() < stop:
        line = file.readline(1 << 20)
        if line.endswith(b"\n"):
            return stop is None or file.tell() <= stop
        if not line:
            return False
    return False


def _plain(shard: Shard, path: Path, encoding: str) -> Iterator[Document | Reject]:
    if shard.stop is None:
        yield _document(shard, _blocks(reader.bounded(path), encoding))
        return
    raw, too_long = piece_of(path, shard.start, shard.stop)
    yield from _piece(shard, path, raw, too_long, encoding)


def _packed(shard: Shard, path: Path, encoding: str) -> Iterator[Document | Reject]:
    """The documents of a compressed text, cut where the same text would be cut if it were not compressed."""
    with open_packed(path) as file:
        head = file.read(2 * PIECE_BYTES + 1)
        if len(head) <= 2 * PIECE_BYTES:
            yield _document(shard, _blocks(head, encoding))
            return
        if b"\0" in head[: 1 << 16]:
            yield _document(shard, _blocks(reader.bounded(path), encoding))
            return
    check_whole(path)
    with open_packed(path) as file:
        for number, (raw, too_long) in enumerate(stream_pieces(file), start=1):
            yield from _piece(replace(shard, key=f"{shard.key}#{number}"), path, raw, too_long, encoding)


def stream_pieces(file: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """What `piece_of` gives for each range of a file, for a file that can only be read in order."""
    at, stop = 0, PIECE_BYTES
    while True:
        lines = file.read(max(stop - at, 0))
        if at < stop and not lines:
            return
        rest = file.readline(MAX_LINE_BYTES) if lines and not lines.endswith(b"\n") else b""
        at += len(lines) + len(rest)
        last, too_long = lines.rfind(b"\n") + 1, 0
        if len(rest) == MAX_LINE_BYTES and not rest.endswith(b"\n"):
            too_long = len(lines) - last + len(rest)
            while (more := file.readline(1 << 20)) and not more.endswith(b"\n"):
                too_long += len(more)
                at += len(more)
            too_long += len(more)
            at += len(more)
        yield (lines[:last], too_long) if too_long else (lines + rest, 0)
        stop += PIECE_BYTES


def _piece(shard: Shard, path: Path, raw: bytes, too_long: int, encoding: str) -> Iterator[Document | Reject]:
    if too_long:
        detail = f"{too_long / 1e6:,.0f} MB; at most {MAX_LINE_BYTES / 1e6:.0f} MB"
        yield Reject(f"{shard.key}-line", "read", "line too long", detail)
    if raw.strip():
        yield _document(shard, _blocks(raw, encoding_of(path) if encoding == AUTO else encoding))
    elif raw:
        yield Reject(shard.key, "read", "empty")


def _blocks(raw: bytes, encoding: str) -> tuple[tuple[str, ...], str]:
    decoded = decode(raw, encoding)
    reader.refuse_other_formats(decoded.text)
    return tuple(block.text for block in plain_text.blocks_of(decoded.text)), decoded.encoding


def _document(shard: Shard, read: tuple[tuple[str, ...], str]) -> Document | Reject:
    paragraphs, encoding = read
    return Document(shard.key, paragraphs, encoding=encoding) if paragraphs else Reject(shard.key, "read", "empty")


def _marked_up(path: Path, encoding: str) -> tuple[tuple[str, ...], str]:
    """The paragraphs of a Markdown or HTML file, and its encoding."""
    raw = reader.bounded(path)
    is_markdown = content_suffix(path.name) in MARKDOWN
    found = decode(raw, encoding) if is_markdown else html.decoded(raw, encoding)
    blocks = html.blocks_in(_rendered(found.text) if is_markdown else found.text)
    return tuple(block.text for block in blocks if not block.rule), found.encoding


def _rendered(text: str) -> str:
    """Markdown as HTML; front matter between lines of dashes or plus signs, and the marks of notes, are left out."""
    from markdown_it import MarkdownIt

    text = NOTE_MARK.sub("", FRONT_MATTER.sub("", text))
    rendered: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    return rendered
