"""Decompress bz2 by indexed_bzip2 where it is installed; only content that is certain to be the same as by `bz2`."""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Generator
from pathlib import Path
from typing import Any, BinaryIO

CHUNK = 1 << 20
HELD = 16
"""How many chunks are decompressed together, after a first one. It takes a quarter less time than to decompress each
after the pages of the one before have been read, probably because of the processor's caches."""
VERSION = "1."
"""The versions of indexed_bzip2 that are used: those that were compared with `bz2` on damaged data."""
_END_OF_STREAM = 0x177245385090
_HEADER = re.compile(rb"BZh([1-9])\x31\x41\x59\x26\x53\x59")
_ERRORS = (ArithmeticError, LookupError, MemoryError, OSError, RuntimeError, ValueError)


def certain_content(path: Path, start: int, stop: int | None) -> Generator[bytes, None, bool]:
    """The content of the streams in a part of a file, as far as its checksums prove it; returns whether that is all.

    It ends early, without an error, if indexed_bzip2 is not installed, or at anything that `bz2` could see in another
    way: damage, a missing end, bytes between the streams or after them. `bz2` reads the rest and says what is wrong.

    Args:
        path: the file.
        start: the byte where a stream starts.
        stop: the byte where another one starts; None for the end of the file.
    """
    try:
        import indexed_bzip2
    except ImportError:
        return False
    if not indexed_bzip2.__version__.startswith(VERSION):
        return False
    with path.open("rb") as file:
        window = _Window(file, start, stop)
        if not window.is_framed():
            return False
        try:
            reader = indexed_bzip2.open(window, parallelization=1)
        except _ERRORS:
            return False
        with reader:
            return (yield from _certain(reader, window))


def _certain(reader: Any, window: _Window) -> Generator[bytes, None, bool]:
    """What a reader gives, up to the block that it is in, since the checksum of a block comes to light at its end."""
    held: deque[bytes] = deque()
    given, total, due = 0, 0, 1
    while content := _read(reader):
        held.append(content)
        total += len(content)
        if len(held) >= due:
            checked = max(reader.available_block_offsets().values())
            while held and given + len(held[0]) <= checked:
                given += len(held[0])
                yield held.popleft()
            due = HELD
    if content is None or not window.ends_with(reader.block_offsets(), total):
        return False
    yield from held
    return True


def _read(reader: Any) -> bytes | None:
    """The next content, empty at the end; None if the reader refuses the data."""
    try:
        content: bytes = reader.read(CHUNK)
    except _ERRORS:
        return None
    return content


class _Window(io.RawIOBase):
    """A part of a file as a file of its own, for reading; it refuses streams that the two readers treat differently.

    These are streams with bytes between them, of which indexed_bzip2 only warns, and those with blocks of less than
    900,000 bytes: `bz2` refuses a larger block than the stream's header says, and indexed_bzip2 does not look.
    """

    def __init__(self, file: BinaryIO, start: int, stop: int | None) -> None:
        super().__init__()
        self._file, self._start, self._at = file, start, 0
        self.size_bytes = (file.seek(0, io.SEEK_END) if stop is None else stop) - start
        self._before = b""

    def is_framed(self) -> bool:
        """Whether it begins like a stream and ends like one, so that no reader warns of bytes in between."""
        self._file.seek(self._start)
        head = self._file.read(4)
        self._file.seek(self._start + max(0, self.size_bytes - 11))
        return head == b"BZh9" and ends_stream(self._file.read(11))

    def ends_with(self, offsets: dict[int, int], length: int) -> bool:
        """Whether the last stream of a reader ends at the last byte.

        Args:
            offsets: the bit at which each block and end of a stream starts, with its place in the content.
            length: of the content.
        """
        end = max(offsets, default=-1)
        return offsets.get(end) == length and (end + 48 + 32 + 7) // 8 == self.size_bytes

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The position, from the start of the part."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Set the position.

        Args:
            offset: from the start, from the position, or from the end.
            whence: which of them.
        """
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size_bytes}[whence]
        if self._at != base + offset:
            self._at, self._before = base + offset, b""
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        """Bytes from the position on.

        Args:
            size: how many at most; all that are left if negative.

        Raises:
            ValueError: a stream starts in them that `bz2` has to read.
        """
        left = max(0, self.size_bytes - self._at)
        self._file.seek(self._start + self._at)
        content = self._file.read(left if size < 0 else min(size, left))
        self._at += len(content)
        self._check(content)
        return content

    def _check(self, content: bytes) -> None:
        seen = self._before + content
        for header in _HEADER.finditer(seen):
            at = header.start()
            follows = at == 0 == len(self._before) or ends_stream(seen[at - 11 : at])
            if header.end() > len(self._before) and not (follows and header[1] == b"9"):
                raise ValueError("a stream that bz2 has to read")
        self._before = seen[-20:]


def ends_stream(tail: bytes) -> bool:
    """Whether the end mark of a stream, which can start at any bit, is in its place before the checksum.

    Args:
        tail: the last 11 bytes or more.
    """
    bits = int.from_bytes(tail[-11:], "big")
    return any((bits >> (32 + shift)) & ((1 << 48) - 1) == _END_OF_STREAM for shift in range(8))
