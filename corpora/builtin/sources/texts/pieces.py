"""Split large text files into documents, at line ends; and the suffixes of files that are one document or more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from corpora import Shard

TEXT = (".txt", ".text")
MARKDOWN = (".md", ".markdown")
HTML = (".html", ".htm", ".xhtml")
SUFFIXES = (*TEXT, *MARKDOWN, *HTML)


@dataclass(frozen=True)
class Cuts:
    """How a large text is split into documents."""

    piece_bytes: int = 16 << 20
    """The size of a piece, without the rest of its last line; a text of at most two pieces is not split."""
    line_bytes: int = 64 << 20
    """How much of a line is read beyond the end of its piece; a longer line is rejected."""


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


def _skip_line(file: IO[bytes], stop: int | None) -> bool:
    """Move past the next line end; returns whether there is one before `stop`."""
    while stop is None or file.tell() < stop:
        line = file.readline(1 << 20)
        if line.endswith(b"\n"):
            return stop is None or file.tell() <= stop
        if not line:
            return False
    return False
