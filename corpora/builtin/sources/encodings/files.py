"""The encoding of a file that is too large to hold: by validating it as a stream, and by pieces of all of it."""

from __future__ import annotations

import codecs
import io
from functools import lru_cache
from pathlib import Path

from corpora.builtin.sources.encodings import AUTO, detect
from corpora.builtin.sources.encodings.unicode import marked_encoding
from corpora.builtin.sources.unreadable import Unreadable

CHUNK_BYTES = 1 << 20
WHOLE_BYTES = 32 << 20
"""Up to this size a file is judged in memory."""
PIECES = 64
PIECE_BYTES = 1 << 17


def open_text(path: Path, encoding: str = AUTO) -> tuple[io.TextIOWrapper, str]:
    """A file opened as text without its byte order mark, line breaks unchanged, and its encoding.

    Raises:
        Unreadable: it is empty, is not text, or its encoding is uncertain.
        OSError: the file cannot be read.
    """
    if encoding == AUTO:
        encoding = encoding_of(path)
    file = path.open("rb")
    marked = marked_encoding(file.read(4))
    file.seek(marked[1] if marked and marked[0] == codecs.lookup(encoding).name else 0)
    return io.TextIOWrapper(file, encoding=encoding, errors="replace", newline=""), encoding


def encoding_of(path: Path) -> str:
    """The encoding of a text file, decided over all of it, and only once for each worker.

    Raises:
        Unreadable: it is empty, is not text, or its encoding is uncertain.
        OSError: the file cannot be read.
    """
    status = path.stat()
    return _encoding_of(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=16)
def _encoding_of(path: Path, size_bytes: int, modified: int) -> str:
    if size_bytes <= WHOLE_BYTES:
        raw = path.read_bytes()
        if not raw.strip():
            raise Unreadable("empty")
        return detect(raw)
    return "utf-8" if _is_utf8(path) else detect(_pieces(path, size_bytes))


def _is_utf8(path: Path) -> bool:
    """Whether all of a file is valid UTF-8 without NUL bytes, read as a stream."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK_BYTES):
                if b"\0" in chunk:
                    return False
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _pieces(path: Path, size_bytes: int) -> bytes:
    """Whole lines from places at even distances; the beginning as it is, for its mark and for UTF-16."""
    with path.open("rb") as file:
        pieces = [file.read(PIECE_BYTES)]
        if b"\0" in pieces[0]:
            return pieces[0]
        pieces[0] = pieces[0][: pieces[0].rfind(b"\n") + 1] or pieces[0]
        for number in range(1, PIECES):
            file.seek(number * size_bytes // PIECES)
            piece = file.read(PIECE_BYTES)
            pieces.append(piece[piece.find(b"\n") + 1 : piece.rfind(b"\n") + 1])
    return b"".join(pieces)
