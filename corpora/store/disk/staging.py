"""Stage files and folders next to their final place, locked while their writer lives and removed once it is gone."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from glob import escape
from pathlib import Path
from typing import BinaryIO

SUFFIX = ".partial"
NO_LOCKS = {errno.EBADF, errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""Errors of file systems that cannot lock; NFS, for example, cannot lock a folder."""


@contextlib.contextmanager
def staged_file(path: Path) -> Iterator[BinaryIO]:
    """A new file next to `path` that replaces it once it is written, or is removed if that fails.

    Its content is synced to disk before it is renamed, so a reader sees the old file or the whole new one. It is locked
    in the meantime, so that `remove_abandoned` can tell that its writer is still running.

    Args:
        path: the file to write; its folder must exist.
    """
    staged = None
    try:
        with _locked_file(path) as file:
            staged = Path(file.name)
            yield file
            file.flush()
            os.fsync(file.fileno())
            staged.replace(path)
    except BaseException:
        if staged is not None:
            with contextlib.suppress(OSError):  # fails too if the disk has become read-only
                staged.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def staged_folder(path: Path) -> Iterator[Path]:
    """A new hidden folder next to `path`, to be filled and renamed by the caller; what is left of it is removed.

    Args:
        path: the folder to write; its parent must exist.
    """
    staged, held = _locked_folder(path)
    try:
        yield staged
    finally:
        os.close(held)
        shutil.rmtree(staged, ignore_errors=True)


def remove_abandoned(path: Path) -> None:
    """Remove the files and folders that killed processes staged for `path`; those of running processes stay.

    Args:
        path: the file or folder that they were staged for; it is not touched.
    """
    for staged in path.parent.glob(f".{escape(path.name)}.*{SUFFIX}"):
        with contextlib.suppress(OSError):
            held = os.open(staged, os.O_RDONLY if staged.is_dir() else os.O_RDWR)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                delete = shutil.rmtree if staged.is_dir() else os.unlink
                delete(staged)
            finally:
                os.close(held)


def drop_partials(folder: Path) -> None:
    """Remove the partial files that killed processes left in a folder; no other process may be writing to it."""
    for path in folder.rglob(f".*{SUFFIX}"):
        path.unlink()


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}{SUFFIX}")  # pids repeat across machines


@contextlib.contextmanager
def _locked_file(path: Path) -> Iterator[BinaryIO]:
    while True:
        staged = _beside(path)
        with staged.open("xb") as file:
            if _lock(file.fileno(), staged):
                yield file
                return


def _locked_folder(path: Path) -> tuple[Path, int]:
    """A new folder, and the descriptor that holds its lock."""
    while True:
        staged = _beside(path)
        staged.mkdir()
        with contextlib.suppress(FileNotFoundError):
            held = os.open(staged, os.O_RDONLY)
            if _lock(held, staged):
                return staged, held
            os.close(held)


def _lock(descriptor: int, staged: Path) -> bool:
    """Lock what is staged; False if `remove_abandoned` in another process removed it before it was locked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    return staged.exists()
