"""What `corpora gc` deletes: unneeded versions, and what interrupted commands and other programs left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpora.store.dataset import Dataset
from corpora.store.disk.links import delete, size_of

STAGING, STATISTICS = ".staging", ".statistics"


@dataclass(frozen=True)
class Garbage:
    """A folder or file that nothing needs."""

    path: Path
    reason: str
    size_bytes: int

    @classmethod
    def at(cls, path: Path, reason: str) -> Garbage:
        """What is at a path, with its present size."""
        return cls(path, reason, size_of(path))

    def delete(self) -> None:
        """Delete it; a symbolic link is removed, and what it points to stays."""
        delete(self.path)


def unneeded(versions: list[Dataset], kept: Iterable[Dataset]) -> Iterator[Garbage]:
    """The versions that are neither kept nor an ancestor of one that is."""
    parents: dict[str, set[str]] = {}
    for version in versions:
        parents.setdefault(version.fingerprint, set()).update(version.manifest.plan["parents"])
    needed: set[str] = set()
    todo = [version.fingerprint for version in kept]
    while todo:
        fingerprint = todo.pop()
        if fingerprint not in needed:
            needed.add(fingerprint)
            todo += parents.get(fingerprint, ())
    for version in versions:
        if version.fingerprint not in needed:
            yield Garbage.at(version.path, "neither current, tagged nor a parent")


def leftovers(home: Path, known: set[str]) -> Iterator[Garbage]:
    """Staging folders, interrupted removals, and statistics of versions that are gone.

    Args:
        known: the folder names of all versions that stay.
    """
    for path in _entries(home / STAGING):
        yield Garbage.at(path, "an unfinished build")
    for folder in _entries(home):
        if not folder.is_symlink():
            yield from (Garbage.at(path, "an interrupted removal") for path in sorted(folder.glob(".removed-*")))
    for path in _entries(home / STATISTICS):
        if path.name not in known:
            yield Garbage.at(path, "statistics of a version that is gone")


def caches(versions: Iterable[Dataset]) -> Iterator[Garbage]:
    """The cache files that the library `datasets` wrote into versions."""
    for version in versions:
        for path in version.cache_files():
            yield Garbage.at(path, "a cache file of the library datasets")


def _entries(folder: Path) -> list[Path]:
    """A folder's entries, sorted. A symbolic link in its place is the only entry: nothing behind it is listed."""
    if folder.is_symlink() and folder.name in (STAGING, STATISTICS):
        return [folder]
    return sorted(folder.iterdir()) if folder.is_dir() else []
