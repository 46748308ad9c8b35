"""A lock per version, so that only one process builds it: a file with an exclusive lock."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from corpora.store.disk.links import without_links

LOCKS = ".locks"


@contextlib.contextmanager
def locked(home: Path, digits: str, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of a version; wait if another process holds it.

    Args:
        home: the store's folder.
        digits: the name of the version's folder.
        on_wait: called once before waiting.
    """
    with _lock_file(home, digits) as file:
        if not _take(file):
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def locked_if_free(home: Path, digits: str) -> Iterator[bool]:
    """Hold the lock of a version if no other process does; yields whether the lock was acquired.

    Args:
        home: of the store.
        digits: the version's folder name, the first digits of its fingerprint.
    """
    with _lock_file(home, digits) as file:
        yield _take(file)


def is_locked(home: Path, digits: str) -> bool:
    """Whether another process holds the lock of a version.

    Args:
        home: of the store.
        digits: the version's folder name, the first digits of its fingerprint.
    """
    if not (home / LOCKS / digits).exists():
        return False
    with locked_if_free(home, digits) as free:
        return not free


def _take(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _lock_file(home: Path, digits: str) -> Iterator[int]:
    path = without_links(home, home / LOCKS / digits)
    path.parent.mkdir(exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
