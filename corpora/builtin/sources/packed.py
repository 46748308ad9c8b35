"""Read files compressed as `.gz`, `.bz2`, `.xz` or `.zst` as a stream, with limits on the unpacked size."""

from __future__ import annotations

import io
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from corpora.builtin.sources.archives import ARCHIVE, is_member, open_plain, size_of
from corpora.builtin.sources.unpacked_limits import LIMITS, UnpackedLimits
from corpora.builtin.sources.unreadable import Unreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ARROW_NAMES = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}
PACKED = (".gz", ".bz2", ".xz", ".zst")
MAGIC = {b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ\x00": ".xz", b"\x28\xb5\x2f\xfd": ".zst"}
CHUNK_BYTES = 1 << 20
MAX_XZ_MEMORY_BYTES = 256 << 20
"""`xz -9` needs 65 MB."""


@dataclass(frozen=True)
class Suffixes:
    """The suffixes of the files that a source reads.

    Args:
        plain: suffixes in lower case, with the dot.
        packable: those of them that may also be compressed, as in `.txt.gz`.
        not_in_archives: those that cannot be members of an archive.
    """

    plain: tuple[str, ...]
    packable: tuple[str, ...] = ()
    not_in_archives: tuple[str, ...] = (ARCHIVE,)

    @property
    def in_archives(self) -> bool:
        """Whether archives are read."""
        return ARCHIVE in self.plain

    def match(self, name: str) -> bool:
        """Whether a file with this name is read."""
        suffix, packing = content_suffix(name), packing_suffix(name)
        return suffix in (self.packable if packing else self.plain)

    def match_member(self, name: str) -> bool:
        """Whether a file with this name in an archive is read, which needs no file of its own."""
        return self.match(name) and content_suffix(name) not in self.not_in_archives

    def __str__(self) -> str:
        others = [suffix for suffix in self.plain if suffix not in self.packable]
        which = f"all but {', '.join(others)}" if others else "each"
        return ", ".join(self.plain) + (f" ({which} also as {', '.join(PACKED)})" if self.packable else "")


def packing_suffix(name: str) -> str:
    """`.gz` for `rows.jsonl.gz`; empty for a file that is not compressed."""
    suffix = Path(name).suffix.lower()
    return suffix if suffix in PACKED else ""


def content_suffix(name: str) -> str:
    """`.jsonl` for `rows.jsonl` and for `rows.jsonl.gz`."""
    path = Path(name)
    return Path(path.stem).suffix.lower() if packing_suffix(name) else path.suffix.lower()


def is_stream(path: Path) -> bool:
    """Whether a file is not seekable, and has to be read to its end to know that it is intact."""
    return bool(packing_suffix(path.name)) or is_member(path)


def open_packed(path: Path, packing: str | None = None, *, limits: UnpackedLimits = LIMITS) -> io.BufferedReader:
    """Open a file for reading bytes, decompressed if its suffix or `packing` says so.

    Reading raises `Unreadable` if compressed data ends early, is damaged, is followed by something else, or unpacks to
    more than the limits allow. Only uncompressed files outside archives are seekable.

    Args:
        path: of the file, or of a member of an archive.
        packing: its compression, such as `.gz`, or an empty string for none; by default determined by its suffix.
        limits: the maximum size of its content.

    Raises:
        OSError: the file cannot be opened.
    """
    packing = packing_suffix(path.name) if packing is None else packing
    if not packing:
        return open_plain(path)
    return io.BufferedReader(Unpacked(path, packing, limits), CHUNK_BYTES)


class Unpacked(io.RawIOBase):
    """The decompressed bytes of a file, as a stream.

    Args:
        path: of the file.
        packing: its compression, one of `PACKED`.
        limits: the maximum size of its content.
    """

    def __init__(self, path: Path, packing: str, limits: UnpackedLimits = LIMITS) -> None:
        super().__init__()
        self._packing, self._limits, self._size = packing, limits, 0
        self._packed_bytes = size_of(path)
        self._file = open_plain(path)
        if not self._packed_bytes:
            self._file.close()
            raise Unreadable("empty")
        with _named_errors(packing):
            self._stream: _Stream = _XzStream(self._file) if packing == ".xz" else _arrow_stream(self._file, packing)

    @property
    def ratio(self) -> float:
        """The ratio of packed to unpacked bytes so far."""
        return self._file.tell() / max(self._size, 1)

    def readable(self) -> bool:
        """Always True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read the next bytes into a buffer, and return their number; 0 at the end.

        Raises:
            Unreadable: the data is damaged, truncated or unpacks to too much.
        """
        view = memoryview(buffer)
        with _named_errors(self._packing):
            content = self._stream.read(min(len(view), CHUNK_BYTES))
        self._size += len(content)
        self._limits.check_ratio(self._size, self._packed_bytes)
        if self._size > self._limits.size_bytes:
            raise Unreadable("unpacks to too much", f"more than {self._limits.size_bytes >> 40} TB")
        view[: len(content)] = content
        return len(content)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes:
        """At most `size` decompressed bytes; empty at the end."""


def _arrow_stream(file: IO[bytes], packing: str) -> _Stream:
    """Arrow's decompressor, which limits its memory and does not accept truncated data or trailing garbage."""
    import pyarrow as pa

    stream: _Stream = pa.CompressedInputStream(pa.PythonFile(file, "r"), ARROW_NAMES[packing])
    return stream


class _XzStream:
    """The concatenated streams of an xz file; unlike the standard library, it does not ignore trailing garbage."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._rest = file, file.read(CHUNK_BYTES)
        self._unpacker = _xz()

    def read(self, size: int, /) -> bytes:
        """At most `size` decompressed bytes; empty at the end."""
        while True:
            if self._unpacker.eof and not self._next_stream():
                return b""
            if self._unpacker.needs_input and not self._rest:
                self._rest = self._file.read(CHUNK_BYTES)
                if not self._rest:
                    raise EOFError("it ends in the middle of a stream")
            content = self._unpacker.decompress(self._rest, size)
            self._rest = b""
            if content:
                return content

    def _next_stream(self) -> bool:
        """Begin the next stream, if there is one; zero bytes between streams are padding."""
        rest = self._unpacker.unused_data
        while not (rest := rest.lstrip(b"\0")):
            if not (rest := self._file.read(CHUNK_BYTES)):
                return False
        self._rest, self._unpacker = rest, _xz()
        return True


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_XZ_MEMORY_BYTES)


@contextmanager
def _named_errors(packing: str) -> Iterator[None]:
    try:
        yield
    except EOFError as error:
        raise Unreadable("ends early", f"{packing} data: {error}") from error
    except lzma.LZMAError as error:
        raise Unreadable("damaged", f"{packing} data: {error}") from error
    except OSError as error:
        if error.errno is not None:
            raise
        cut = "truncated" in str(error).lower() or "unexpected end" in str(error).lower()
        raise Unreadable("ends early" if cut else "damaged", f"{packing} data: {error}") from error
