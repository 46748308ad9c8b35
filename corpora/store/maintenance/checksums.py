"""Check that a version's files still match its manifest, with a cache of the hashes.

The sha256 of a file takes 0.7 ms per megabyte, a twentieth of the time that a shuffle takes. Therefore a second,
ten times faster checksum (XXH3) is cached with it, and a version that was copied together with its cache is checked
with that one. It detects damage just as reliably, but not deliberate changes; someone who can make those can also
replace the manifest. `verify` compares every sha256.
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

from corpora.store.disk.atomic import sync, write_text
from corpora.store.disk.links import first_link
from corpora.store.disk.staging import remove_abandoned
from corpora.store.manifest import MANIFEST, FileEntry, Manifest, is_data_file

CHECKED = ".checked.json"
"""The cache file in a version's folder; not part of the version."""

CHUNK_BYTES = 1 << 20


class CachedDigests(msgspec.Struct, array_like=True, frozen=True):
    """A file's entry in the cache: its state and hashes when it was last read."""

    size_bytes: int
    changed_ns: int
    """Its modification time, in nanoseconds since the epoch."""
    inode: int
    sha256: str
    xxh3: str = ""
    """The XXH3 of the same content, 128 bits in hex; empty if the cache was written by an earlier release."""


@dataclass(frozen=True)
class Digests:
    """Two hashes of the same content, in hex."""

    sha256: str
    xxh3: str


def digests_of(path: Path) -> Digests:
    """Both hashes of a file, which is read only once.

    Args:
        path: a file of any size; it is read in blocks.
    """
    exact, quick = hashlib.sha256(), xxhash.xxh3_128()
    buffer = memoryview(bytearray(CHUNK_BYTES))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(buffer):
            exact.update(buffer[:size])
            quick.update(buffer[:size])
    return Digests(exact.hexdigest(), quick.hexdigest())


def problem_of(folder: Path, files: Mapping[str, FileEntry], *, names: Iterable[str], again: bool) -> str | None:
    """What is wrong with the first damaged file of a version; None if all match the manifest.

    Args:
        folder: of the version; its cache is updated.
        files: the manifest's entries.
        names: the files to check, all of which have an entry.
        again: ignore the cache, and hash files that seem unchanged too.
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


def hashed_files(staging: Path) -> dict[str, Digests]:
    """Hash all files of a new version except the manifest, and sync each of them to disk.

    Args:
        staging: the folder of the version, with all its files but the manifest.

    Returns:
        The hashes of each file, by its path relative to the folder.
    """
    found = {}
    for path in sorted(p for p in staging.rglob("*") if p.is_file() and p.name != MANIFEST):
        sync(path)
        found[path.relative_to(staging).as_posix()] = digests_of(path)
    return found


def file_entries(staging: Path, manifest: Manifest, hashed: Mapping[str, Digests]) -> dict[str, FileEntry]:
    """The `files` of a finished manifest: each file's sha256 and size, and for data files the number of rows.

    Args:
        staging: the folder of the version.
        manifest: unfinished; its `files` give the rows of the data files.
        hashed: as `hashed_files` returns it.
    """
    entries: dict[str, FileEntry] = {}
    for name, digests in hashed.items():
        entry: FileEntry = {"sha256": digests.sha256, "size_bytes": (staging / name).stat().st_size}
        if is_data_file(name):
            entry["rows"] = manifest.files[name]["rows"]
        entries[name] = entry
    return entries


def remember_all(folder: Path, found: Mapping[str, Digests]) -> None:
    """Fill a new version's cache with the hashes that its manifest was written with.

    Args:
        folder: of the version.
        found: the hashes of each file, by its path relative to the folder.
    """
    _remember(folder, {name: _known(folder / name, digests) for name, digests in found.items()})


def _problem(folder: Path, name: str, entry: FileEntry, seen: dict[str, CachedDigests], *, again: bool) -> str | None:
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


def _known(path: Path, digests: Digests | CachedDigests) -> CachedDigests:
    status = path.stat()
    return CachedDigests(status.st_size, status.st_mtime_ns, status.st_ino, digests.sha256, digests.xxh3)


def _xxh3_of(path: Path) -> str:
    """The fast hash of a file. It is memory-mapped, as the action that follows will map it, to save a copy."""
    if path.stat().st_size == 0:
        return xxhash.xxh3_128_hexdigest(b"")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return xxhash.xxh3_128_hexdigest(content)


def _seen(folder: Path) -> dict[str, CachedDigests]:
    try:
        path = folder / CHECKED
        return {} if path.is_symlink() else msgspec.json.decode(path.read_bytes(), type=dict[str, CachedDigests])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _remember(folder: Path, seen: Mapping[str, CachedDigests]) -> None:
    """Write the cache; if the store is read-only, files are simply hashed again next time."""
    try:
        remove_abandoned(folder / CHECKED)
        write_text(folder / CHECKED, json.dumps(msgspec.to_builtins(seen), indent=1) + "\n")
    except OSError:
        return
