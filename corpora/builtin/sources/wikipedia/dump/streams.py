"""Read the bytes of a dump: its compression, the positions of its shards, and whether it is complete."""

from __future__ import annotations

import bz2
import codecs
import mmap
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpora import InputError
from corpora.builtin.sources.packed import MAGIC, open_packed
from corpora.builtin.sources.unreadable import Unreadable
from corpora.builtin.sources.wikipedia.dump.bzip2 import CHUNK, certain_content, ends_stream

SHARD_BYTES = 20 << 20
"""The approximate amount of XML in a shard: enough for a part of a build, so that workers share small dumps evenly."""
PACKED = 5
"""The approximate compression ratio of bz2: bytes of XML per byte."""
STREAM = re.compile(rb"BZh[1-9]\x31\x41\x59\x26\x53\x59")
_MARKS = {b"7z\xbc\xaf": "7z", b"PK\x03\x04": "zip"} | {mark: suffix[1:] for mark, suffix in MAGIC.items()}
_WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}


class DamagedDump(Exception):
    """The rest of a dump cannot be read; caught where the file's name is known."""


@dataclass(frozen=True)
class Chunk:
    """Decompressed bytes, and whether they are from beyond the end of the shard; none if that begins with the next."""

    content: bytes
    beyond: bool = False


def packing(path: Path) -> str:
    """The compression of a file by its first bytes: bz2, gz, xz, zst, or xml if it is not compressed.

    Raises:
        InputError: the file is missing, or compressed in another format.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise InputError(f"dump {path} cannot be read: {error.strerror}") from error
    kind = next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), "xml")
    if kind in ("7z", "zip"):
        raise InputError(
            f"dump {path} is a {kind} archive; extract it first (.xml, .bz2, .gz, .xz and .zst are read directly)"
        )
    return kind


def chunks(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Chunk]:
    """The XML of a dump as UTF-8, from the start of a shard; continues beyond `stop` to the end of the file.

    Args:
        path: the dump.
        start: the byte where a stream or a range starts.
        stop: the byte where the shard ends; chunks from there on are marked as beyond it.

    Raises:
        DamagedDump: the compressed data ends too early, fails its checksum, or is followed by something else.
    """
    raw = _unpacked(path, packing(path), start, stop)
    first = next(raw, None)
    if first is None:
        return
    encoding = _WIDE.get(first.content[:2]) if start == 0 else None
    if encoding is None:
        yield first
        yield from raw
    else:
        yield from _narrow(first, raw, encoding)


def _unpacked(path: Path, kind: str, start: int, stop: int | None) -> Iterator[Chunk]:
    if kind == "bz2":
        return _streams(path, start, stop)
    return _ranges(path, start, stop) if kind == "xml" else _whole(path, kind)


def _narrow(first: Chunk, rest: Iterator[Chunk], encoding: str) -> Iterator[Chunk]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        yield Chunk(decoder.decode(first.content).encode())
        for chunk in rest:
            yield Chunk(decoder.decode(chunk.content).encode())
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise DamagedDump(f"it is not {encoding}: {error}") from error


def _ranges(path: Path, start: int, stop: int | None) -> Iterator[Chunk]:
    with path.open("rb") as file:
        file.seek(start)
        at = start
        while content := file.read(CHUNK if stop is None or at >= stop else min(CHUNK, stop - at)):
            yield Chunk(content, stop is not None and at >= stop)
            at += len(content)


def _whole(path: Path, kind: str) -> Iterator[Chunk]:
    try:
        with open_packed(path, f".{kind}") as file:
            while content := file.read1(CHUNK):
                yield Chunk(content)
    except Unreadable as error:
        raise DamagedDump(f"its compressed data is damaged or truncated ({error})") from error


def _streams(path: Path, start: int, stop: int | None) -> Iterator[Chunk]:
    """The bz2 streams in order; a stream belongs to the shard in which it starts."""
    given, certain = 0, certain_content(path, start, stop)
    while True:
        try:
            content = next(certain)
        except StopIteration as end:
            whole = end.value
            break
        given += len(content)
        yield Chunk(content)
    if not whole:
        yield from _rest(_decompressed(path, start, stop), given)
    elif stop is not None:
        yield from _decompressed(path, stop, stop)


def _rest(read: Iterator[Chunk], given: int) -> Iterator[Chunk]:
    """What was read after so many bytes."""
    for chunk in read:
        content = chunk.content[given:]
        if content or chunk.beyond:
            yield Chunk(content, chunk.beyond)
        given = max(0, given - len(chunk.content))


def _decompressed(path: Path, start: int, stop: int | None) -> Iterator[Chunk]:
    """The same by `bz2`."""
    with path.open("rb") as file:
        file.seek(start)
        at, rest = start, b""
        while rest or (rest := file.read(CHUNK)):
            if len(rest) < 4:
                rest += file.read(4)
            if not rest.startswith(b"BZh"):
                raise DamagedDump(f"the data at byte {at:,} is not a bz2 stream")
            unpacker = bz2.BZ2Decompressor()
            beyond = stop is not None and at >= stop
            if beyond:
                yield Chunk(b"", beyond)  # before decompressing what may not be needed
            while not unpacker.eof:
                if unpacker.needs_input and not rest and not (rest := file.read(CHUNK)):
                    raise DamagedDump(f"it ends in the middle of the bz2 stream that starts at byte {at:,}")
                try:
                    content = unpacker.decompress(rest, CHUNK)
                except OSError as error:
                    raise DamagedDump(f"the bz2 stream that starts at byte {at:,} is damaged") from error
                rest = b""
                if content:
                    yield Chunk(content, beyond)
            rest = unpacker.unused_data
            at = file.tell() - len(rest)


def stream_starts(path: Path, index: Path | None = None) -> Sequence[int]:
    """The byte offsets of independent bz2 streams.

    Args:
        path: the dump.
        index: the index of a multistream dump; without one, the dump is searched for stream headers.

    Raises:
        InputError: the index does not belong to this dump.
    """
    if index is not None:
        return _indexed(path, index)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        return [match.start() for match in STREAM.finditer(view)]


def _indexed(path: Path, index: Path) -> Sequence[int]:
    starts = {0}
    opener = bz2.open if packing(index) == "bz2" else open
    with opener(index, "rt", encoding="utf-8") as file, path.open("rb") as dump:
        for number, line in enumerate(file, 1):
            offset = str(line).partition(":")[0]
            if not offset.isdigit():
                raise InputError(f"index {index}, line {number}: {line[:40]!r} is not OFFSET:PAGE:TITLE")
            if int(offset) in starts:
                continue
            dump.seek(int(offset))
            if not STREAM.match(dump.read(10)):
                raise InputError(
                    f"index {index} does not belong to {path.name}: no stream starts at byte {int(offset):,}; "
                    "leave out --index to search the dump for streams"
                )
            starts.add(int(offset))
    return sorted(starts)


def shard_starts(path: Path, index: Path | None = None, *, shard_bytes: int = SHARD_BYTES) -> list[int]:
    """The byte offsets of the shards of a dump; only 0 if it cannot be split.

    A shard of a bz2 dump always starts with a stream, the first one after about `shard_bytes` of XML. Plain XML is
    split at any byte, because a page belongs to the range in which its `<page>` starts.

    Args:
        path: the dump.
        index: the index of a multistream dump, if there is one.
        shard_bytes: the approximate amount of XML in a shard.
    """
    kind, size = packing(path), path.stat().st_size
    if kind not in ("bz2", "xml") or not size or _is_wide(path):
        return [0]
    if kind == "xml":
        return list(range(0, size, shard_bytes))
    chosen = [0]
    for start in stream_starts(path, index):
        if start - chosen[-1] >= shard_bytes // PACKED:
            chosen.append(start)
    return chosen


def _is_wide(path: Path) -> bool:
    try:
        raw = _unpacked(path, packing(path), 0, None)
        return next(raw, Chunk(b"")).content[:2] in _WIDE
    except DamagedDump:
        return False


def looks_truncated(path: Path) -> bool:
    """Whether the last bytes of a dump show that its end is missing.

    Truncation of a gzip or zstd file is detected only while it is read.

    Args:
        path: a dump in any of the supported compressions.
    """
    kind, size = packing(path), path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 4096))
        tail = file.read()
    if kind == "xml":
        return not closes_root(tail)
    if kind == "xz":
        return not tail.rstrip(b"\0").endswith(b"YZ")
    return kind == "bz2" and not ends_stream(tail)


def is_whole(path: Path) -> bool:
    """Whether a dump is complete; reads all of it."""
    tail = b""
    try:
        for chunk in chunks(path):
            tail = (tail + chunk.content)[-4096:]
    except DamagedDump:
        return False
    return closes_root(tail)


def closes_root(tail: bytes) -> bool:
    """Whether the last bytes of the XML close the root element.

    Args:
        tail: at least the last few dozen bytes, decompressed.
    """
    return b"</mediawiki>" in tail.replace(b"\0", b"")
