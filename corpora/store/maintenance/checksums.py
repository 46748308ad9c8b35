"""Whether a version's files are still what its manifest records, hashed once and remembered.

The sha256 of a file costs 0.7 ms per megabyte, a twentieth of what a shuffle costs. So a checksum that is ten times as
fast (XXH3) is remembered beside it: a version that was copied with its memory is checked by that one. It finds
damage as surely, but not an attacker, who could write another manifest as well; `verify` compares every sha256.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import xxhash

from corpora.store.disk.atomic import drop_abandoned, write_text
from corpora.store.disk.links import first_link
from corpora.store.manifest import FileEntry

CHECKED = ".checked.json"
"""The file in a version's folder that remembers which files were hashed; not part of the version."""

CHUNK_BYTES = 1 << 20


class Known(msgspec.Struct, array_like=True, frozen=True):
    """What is remembered about a file."""

    size_bytes: int
    changed_ns: int
    """The time of its last change."""
    inode: int
    sha256: str
    """Of the content that it had then."""
    xxh3: str = ""
    """The XXH3 of the same content, 128 bits in hex; empty if an earlier release wrote the memory."""


@dataclass(frozen=True)
class Digests:
    """Two hashes of one content, in hex."""

    sha256: str
    xxh3: str


def digests_of(path: Path) -> Digests:
    """Both hashes of a file's content, which is read once."""
    exact, quick = hashlib.sha256(), xxhash.xxh3_128()
    buffer = memoryview(bytearray(CHUNK_BYTES))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(buffer):
            exact.update(buffer[:size])
            quick.update(buffer[:size])
    return Digests(exact.hexdigest(), quick.hexdigest())


def problem_of(folder: Path, files: Mapping[str, FileEntry], *, names: Iterable[str], again: bool) -> str | None:
    """What is wrong with the first damaged file of a version; None if all are as the manifest records.

    Args:
        folder: of the version.
        files: the manifest's entries.
        names: the files to check.
        again: hash files that were hashed before and have not been touched since, too.
    """
    seen = _seen(folder)
    before = dict(seen)
    try:
        for name in names:
            problem = _problem(folder, name, files[name], seen, again=again)
            if problem is not None:
                return problem
        return None
    finally:
        if seen != before:
            _remember(folder, seen)


def remember_all(folder: Path, found: Mapping[str, Digests]) -> None:
    """Record the hashes of files that were taken when the manifest was written."""
    _remember(folder, {name: _known(folder / name, digests) for name, digests in found.items()})


def _problem(folder: Path, name: str, entry: FileEntry, seen: dict[str, Known], *, again: bool) -> str | None:
    path = folder / name
    if first_link(folder, path) is not None:
        seen.pop(name, None)
        return f"{name} is a symbolic link"
    if not path.is_file():
        seen.pop(name, None)
        return f"{name} is missing"
    known = seen.get(name)
    if known is not None and not again and known.sha256 == entry["sha256"]:
        if _known(path, known) == known:
            return None
        if known.xxh3 and path.stat().st_size == known.size_bytes and _xxh3_of(path) == known.xxh3:
            seen[name] = _known(path, known)
            return None
    seen.pop(name, None)
    digests = digests_of(path)
    if digests.sha256 != entry["sha256"]:
        return f"the content of {name} changed"
    seen[name] = _known(path, digests)
    return None


def _known(path: Path, digests: Digests | Known) -> Known:
    status = path.stat()
    return Known(status.st_size, status.st_mtime_ns, status.st_ino, digests.sha256, digests.xxh3)


def _xxh3_of(path: Path) -> str:
    """The quick hash of a file that is mapped, as the action that follows maps it, which saves a copy."""
    if path.stat().st_size == 0:
        return xxhash.xxh3_128_hexdigest(b"")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return xxhash.xxh3_128_hexdigest(content)


def _seen(folder: Path) -> dict[str, Known]:
    try:
        path = folder / CHECKED
        return {} if path.is_symlink() else msgspec.json.decode(path.read_bytes(), type=dict[str, Known])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _remember(folder: Path, seen: Mapping[str, Known]) -> None:
    """Write the sidecar; a store that cannot be written is hashed again next time."""
    try:
        drop_abandoned(folder / CHECKED)
        write_text(folder / CHECKED, json.dumps(msgspec.to_builtins(seen), indent=1) + "\n")
    except OSError:
        return
