"""The encoding of files that do not fit into memory: validate them as a stream, and judge pieces from all over."""

from __future__ import annotations

import codecs
import io
from functools import lru_cache
from pathlib import Path
from typing import IO, NamedTuple

from corpora.builtin.sources.archives import stamp_of
from corpora.builtin.sources.encodings import AUTO, detect
from corpora.builtin.sources.encodings.mixed import other_encoding
from corpora.builtin.sources.encodings.mixed_lines import legacy_lines, line_encoding
from corpora.builtin.sources.encodings.unicode import marked_encoding
from corpora.builtin.sources.packed import is_stream, open_packed
from corpora.builtin.sources.unreadable import Unreadable

CHUNK_BYTES = 1 << 20
WHOLE_BYTES = 32 << 20
"""Files up to this size are examined in memory."""
PIECES = 64
PIECE_BYTES = 1 << 17


class OpenText(NamedTuple):
    """An open file, and the encoding of its text."""

    file: io.TextIOWrapper
    encoding: str
    other: str | None
    """The encoding of the bytes in a UTF-8 text that are not UTF-8, escaped as surrogates; None if there are none."""


class _Found(NamedTuple):
    encoding: str
    other: str | None


def open_text(path: Path, encoding: str = AUTO) -> OpenText:
    """Open a file as text, after its byte order mark and with unchanged line breaks.

    A compressed file is first read to its end, so that a truncated or damaged one gives no rows at all.

    Args:
        path: may be compressed; undecodable bytes are replaced or, if their encoding is known, escaped.
        encoding: a name that Python knows; `auto` detects it.

    Raises:
        Unreadable: it is empty, is not text, its encoding is uncertain, or its compressed data is damaged.
        OSError: the file cannot be read.
    """
    other = None
    if encoding == AUTO:
        encoding, other = _found(path)
    elif is_stream(path):
        check_whole(path)
    file = open_packed(path)
    marked = marked_encoding(file.peek(4)[:4])
    file.read(marked[1] if marked and marked[0] == codecs.lookup(encoding).name else 0)
    errors = "surrogateescape" if other else "replace"
    return OpenText(io.TextIOWrapper(file, encoding=encoding, errors=errors, newline=""), encoding, other)


def check_whole(path: Path) -> None:
    """Check that a file can be read to its end; done once per worker.

    Raises:
        Unreadable: its compressed data ends early, is damaged, or unpacks to too much.
        OSError: the file cannot be read.
    """
    _validated(path, *stamp_of(path))


def encoding_of(path: Path) -> str:
    """The encoding of a text file, determined from all of it, once per worker.

    Raises:
        Unreadable: it is empty, is not text, its encoding is uncertain, or its compressed data is damaged.
        OSError: the file cannot be read.
    """
    return _found(path).encoding


def _found(path: Path) -> _Found:
    return _examined(path, *stamp_of(path))


@lru_cache(maxsize=16)
def _examined(path: Path, size_bytes: int, modified: int) -> _Found:
    with open_packed(path) as file:
        raw = file.read(WHOLE_BYTES + 1)
    if len(raw) <= WHOLE_BYTES:
        if not raw.strip():
            raise Unreadable("empty")
        is_utf8 = _decodes(codecs.getincrementaldecoder("utf-8")(), raw, final=True)
    else:
        is_utf8, content_bytes = _validated(path, size_bytes, modified)
        if is_utf8:
            return _Found("utf-8", None)
        raw = _pieces(path, content_bytes)
    encoding = detect(raw)
    if encoding != "utf-8" or is_utf8:
        return _Found(encoding, None)
    other = other_encoding(raw)
    lines = legacy_lines(raw)
    if lines and (found := line_encoding(lines, other)):
        raise Unreadable(
            "mixed encodings", f"{len(lines):,} lines are {found} and the others UTF-8; convert them first"
        )
    return _Found(encoding, other)


@lru_cache(maxsize=16)
def _validated(path: Path, size_bytes: int, modified: int) -> tuple[bool, int]:
    """Whether all of a file is valid UTF-8 without NUL bytes, read as a stream, and the size of its content."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, size = True, 0
    with open_packed(path) as file:
        while chunk := file.read(CHUNK_BYTES):
            size += len(chunk)
            is_utf8 = is_utf8 and b"\0" not in chunk and _decodes(decoder, chunk)
    return is_utf8 and _decodes(decoder, b"", final=True), size


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final=final)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(path: Path, size_bytes: int) -> bytes:
    """Complete lines from evenly spaced positions; the beginning is unchanged, for its mark and for UTF-16."""
    with open_packed(path) as file:
        pieces = [file.read(PIECE_BYTES)]
        if b"\0" in pieces[0]:
            return pieces[0]
        pieces[0] = pieces[0][: pieces[0].rfind(b"\n") + 1] or pieces[0]
        at = PIECE_BYTES
        for number in range(1, PIECES):
            _skip(file, number * size_bytes // PIECES - at)
            piece = file.read(PIECE_BYTES)
            at = number * size_bytes // PIECES + len(piece)
            pieces.append(piece[piece.find(b"\n") + 1 : piece.rfind(b"\n") + 1])
    return b"".join(pieces)


def _skip(file: IO[bytes], size_bytes: int) -> None:
    """Skip bytes, by reading them if the file is not seekable."""
    if file.seekable():
        file.seek(size_bytes, io.SEEK_CUR)
        return
    while size_bytes > 0 and (chunk := file.read(min(size_bytes, CHUNK_BYTES))):
        size_bytes -= len(chunk)
