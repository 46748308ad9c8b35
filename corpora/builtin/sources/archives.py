"""Read the members of zip files in a folder as if they were files in it, without unpacking them to disk.

The path of a member is the path of its archive and its name in it, `texts.zip/deep/a.txt`; `open_plain`, `size_of` and
`stamp_of` take it as they take the path of a file.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from corpora import Shard
from corpora.builtin.sources.unpacked_limits import LIMITS
from corpora.builtin.sources.unreadable import Unreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ARCHIVE = ".zip"
MAX_MEMBERS = 200_000
MAX_HELD_BYTES = 256 << 20
"""How much of a member is read into memory, if its format needs random access."""
ENCRYPTED_FLAG, UTF8_FLAG = 0x1, 0x800
LOCAL_HEADER_BYTES = 30
ARCHIVE_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError, RuntimeError, IndexError,
    OverflowError, struct.error,
)  # fmt: skip
"""What the standard library raises for damaged archives."""


class Member(NamedTuple):
    """A file in an archive that is not hidden."""

    number: int
    """Its place in the archive's directory."""
    name: str
    info: zipfile.ZipInfo
    problem: str
    """Why it is not read; empty if it is."""


def is_archive(path: Path) -> bool:
    """Whether a file is an archive by its name."""
    return path.suffix.lower() == ARCHIVE


def member_shards(archive: Shard, is_read: Callable[[str], bool]) -> Iterator[Shard]:
    """One shard per member that a source reads; the archive itself if there is none, or it cannot be read.

    Args:
        archive: the shard of an archive.
        is_read: whether a source reads a file with this name.
    """
    assert archive.path is not None
    try:
        found = [member for member in members(archive.path) if is_read(member.name)]
    except (Unreadable, OSError):
        found = []
    for member in found:
        key = f"{archive.key}#{member.name}" + (f"#{member.number}" if member.problem == "name twice" else "")
        yield Shard(key, archive.path, member.number, member.number + 1, member.info.file_size)
    if not found:
        yield archive


def path_of(shard: Shard) -> Path:
    """The path that a shard is read from, for one that has a file: the file, or the member of an archive.

    Raises:
        Unreadable: the archive or its member cannot be read.
        OSError: the archive cannot be read.
    """
    assert shard.path is not None
    if not is_archive(shard.path):
        return shard.path
    found = members(shard.path)
    if shard.stop is None:
        names = ", ".join([member.name for member in found[:5]]) or "nothing"
        raise Unreadable("nothing to read", f"it contains {names}{', …' * (len(found) > 5)}")
    member = _directory(shard.path).by_number[shard.start]
    if member.problem:
        raise Unreadable(member.problem, member.info.filename[:300] if member.problem == "unsafe name" else "")
    return shard.path / member.name


def members(path: Path) -> tuple[Member, ...]:
    """The files in an archive, in its order.

    Raises:
        Unreadable: it is not a zip archive, has too many members, or members that share their data or unpack to
            too much, as in decompression bombs.
        OSError: it cannot be read.
    """
    return tuple(_directory(path).by_number.values())


class _Directory(NamedTuple):
    by_number: dict[int, Member]
    by_name: dict[str, Member]
    """Those that can be read."""


def _directory(path: Path) -> _Directory:
    status = path.stat()
    return _listed(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=8)
def _listed(path: Path, size_bytes: int, modified: int) -> _Directory:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except ARCHIVE_ERRORS as error:
        raise Unreadable("not a zip archive", str(error)) from error
    if len(infos) > MAX_MEMBERS:
        raise Unreadable("too many members", f"{len(infos):,}; at most {MAX_MEMBERS:,}")
    ends = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < ends:
            raise Unreadable("damaged", f"its members share data, such as {info.filename[:100]}")
        ends = info.header_offset + LOCAL_HEADER_BYTES + info.compress_size
    LIMITS.check_ratio(sum(info.file_size for info in infos), size_bytes)
    seen: set[str] = set()
    found = [_member(number, info, seen) for number, info in enumerate(infos) if not info.filename.endswith("/")]
    shown = [member for member in found if not _is_hidden(member.name)]
    return _Directory(
        {member.number: member for member in shown}, {member.name: member for member in shown if not member.problem}
    )


def _member(number: int, info: zipfile.ZipInfo, seen: set[str]) -> Member:
    name = info.filename
    if not name.isascii() and not info.flag_bits & UTF8_FLAG:  # read as code page 437, but most programs write UTF-8
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    problem = ""
    if posixpath.normpath(name) != name or name.startswith(("/", "..")) or "\\" in name or ":" in name[:2]:
        problem = "unsafe name"
    elif stat.S_ISLNK(info.external_attr >> 16):
        problem = "link in an archive"
    elif info.flag_bits & ENCRYPTED_FLAG:
        problem = "encrypted"
    elif name in seen:
        problem = "name twice"
    seen.add(name)
    return Member(number, name, info, problem)


def _is_hidden(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or any(part.startswith(".") and part not in (".", "..") for part in parts)


def _split(path: Path) -> tuple[Path, str] | None:
    """The archive and the name of a member; None for the path of a file."""
    if ARCHIVE not in str(path.parent).lower():
        return None
    archive = next((parent for parent in path.parents if is_archive(parent) and parent.is_file()), None)
    return None if archive is None else (archive, path.relative_to(archive).as_posix())


def is_member(path: Path) -> bool:
    """Whether a path is that of a member of an archive, which is read as a stream."""
    return _split(path) is not None


def size_of(path: Path) -> int:
    """The size of a file or member in bytes."""
    found = _split(path)
    return path.stat().st_size if found is None else _info(*found).file_size


def stamp_of(path: Path) -> tuple[int, int]:
    """The size of a file, or of the archive of a member, and when it was changed."""
    found = _split(path)
    status = path.stat() if found is None else found[0].stat()
    return status.st_size, status.st_mtime_ns


def open_plain(path: Path) -> io.BufferedReader:
    """Open a file or member for reading bytes; reading a damaged member raises `Unreadable`.

    Raises:
        Unreadable: the archive or the member is damaged.
        OSError: the file cannot be opened.
    """
    found = _split(path)
    return path.open("rb") if found is None else io.BufferedReader(_MemberStream(found[0], _info(*found)))


def random_access(path: Path) -> Path | IO[bytes]:
    """A path, or the content of a member in memory, for readers that move in it.

    Raises:
        Unreadable: the member is damaged, or too large.
        OSError: the file cannot be opened.
    """
    if not is_member(path):
        return path
    with open_plain(path) as file:
        content = file.read(MAX_HELD_BYTES + 1)
    if len(content) > MAX_HELD_BYTES:
        raise Unreadable("too large", f"more than {MAX_HELD_BYTES >> 20} MB in an archive; unpack it")
    return io.BytesIO(content)


def _info(archive: Path, name: str) -> zipfile.ZipInfo:
    return _directory(archive).by_name[name].info


class _MemberStream(io.RawIOBase):
    """The content of a member; the archive's directory is not read again."""

    def __init__(self, archive: Path, info: zipfile.ZipInfo) -> None:
        super().__init__()
        self._info = info
        self._file = archive.open("rb")
        try:
            self._file.seek(info.header_offset)
            header = self._file.read(LOCAL_HEADER_BYTES)
            lengths = header[26:28], header[28:30]
            self._file.seek(sum(int.from_bytes(each, "little") for each in lengths), io.SEEK_CUR)
            if header[:4] != b"PK\3\4":
                raise Unreadable("damaged", "it does not begin where the archive's directory says")
            self._stream = zipfile.ZipExtFile(self._file, "r", info)
        except (Unreadable, *ARCHIVE_ERRORS) as error:
            self._file.close()
            raise error if isinstance(error, Unreadable) else Unreadable("damaged", str(error)) from error

    def readable(self) -> bool:
        """Always True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read the next bytes into a buffer, and return their number; 0 at the end."""
        view = memoryview(buffer)
        try:
            content = self._stream.read(len(view))
        except EOFError as error:
            raise Unreadable("ends early", "the archive is cut") from error
        except ARCHIVE_ERRORS as error:
            raise Unreadable("damaged", str(error)) from error
        view[: len(content)] = content
        return len(content)

    def close(self) -> None:
        """Close the archive."""
        self._file.close()
        super().close()
