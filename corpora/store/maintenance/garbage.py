"""What `corpora gc` deletes: unneeded versions, and leftovers of interrupted commands and other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpora.store.dataset import Dataset
from corpora.store.disk.links import delete, size_of

STAGING, STATISTICS = ".staging", ".statistics"


@dataclass(frozen=True)
class Garbage:
    """A folder or file that is no longer needed."""

    path: Path
    reason: str
    size_bytes: int

    @classmethod
    def of(cls, path: Path, reason: str) -> Garbage:
        """The file or folder at a path, with its current size.

        Args:
            path: what can be deleted.
            reason: why, as `corpora gc` prints it.
        """
        return cls(path, reason, size_of(path))

    def delete(self) -> None:
        """Delete it; of a symbolic link, only the link itself."""
        delete(self.path)


def unneeded(versions: list[Dataset], kept: Iterable[Dataset]) -> Iterator[Garbage]:
    """The versions that are neither kept nor ancestors of a kept version.

    Args:
        versions: all versions of the store.
        kept: those that must stay.
    """
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
            yield Garbage.of(version.path, "not current, tagged or a parent of one that is")


def leftovers(home: Path, known: set[str]) -> Iterator[Garbage]:
    """Staging folders, interrupted removals, and statistics of versions that no longer exist.

    Args:
        home: the store's folder.
        known: the folder names of all versions that stay.
    """
    for path in _entries(home / STAGING):
        yield Garbage.of(path, "an unfinished build")
    for folder in _entries(home):
        if not folder.is_symlink():
            yield from (Garbage.of(path, "an interrupted removal") for path in sorted(folder.glob(".removed-*")))
    for path in _entries(home / STATISTICS):
        if path.name not in known:
            yield Garbage.of(path, "statistics of a version that no longer exists")


def caches(versions: Iterable[Dataset]) -> Iterator[Garbage]:
    """The cache files that the `datasets` library wrote into versions."""
    for version in versions:
        for path in version.cache_files():
            yield Garbage.of(path, "a cache file of the datasets library")


def _entries(folder: Path) -> list[Path]:
    """A folder's entries, sorted. If the folder is a symbolic link, the link itself is the only entry."""
    if folder.is_symlink() and folder.name in (STAGING, STATISTICS):
        return [folder]
    return sorted(folder.iterdir()) if folder.is_dir() else []
