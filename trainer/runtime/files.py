"""Write files whole or not at all, with a one-line error if the disk refuses."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

import corpora
from corpora import StorageError, remove_abandoned, staged_file


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, and remove temporary files of it left by killed processes.

    Args:
        path: the file; its folder is created if needed.
        content: of the whole file; text is written as UTF-8.

    Raises:
        StorageError: it cannot be written.
    """
    with storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged_file(path) as file:
            file.write(content.encode() if isinstance(content, str) else content)
    remove_abandoned(path)


def check_writable(path: Path) -> None:
    """Check that a file or folder can be made, before the work whose result it will have; nothing is made.

    Args:
        path: to be written later; its parents need not exist yet.

    Raises:
        StorageError: a parent is not a folder, or is not writable.
    """
    parent = next(each for each in path.absolute().parents if each.exists())
    if not parent.is_dir():
        raise StorageError(f"{path} cannot be written: {parent} is not a folder; choose another --out")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise StorageError(f"{path} cannot be written: {parent} is not writable; choose another --out")


@contextmanager
def staged_folder(path: Path) -> Iterator[Path]:
    """A new hidden folder next to a path, to be filled and then renamed; it is removed at the end.

    Folders left next to the path by killed processes are removed too.

    Args:
        path: of the folder to write; its parent is created if needed.

    Raises:
        StorageError: the folder, or a file that the caller writes, cannot be written.
    """
    with storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with corpora.staged_folder(path) as staged:
            yield staged
    remove_abandoned(path)


def usual_modes(folder: Path) -> None:
    """Give the files in a folder the permissions that the umask asks for, as the folder itself has them.

    safetensors writes files that only their owner can read.

    Args:
        folder: created by this process.
    """
    mode = folder.stat().st_mode & 0o666
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(mode)


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turn a file system error into a one-line error with the path.

    Raises:
        StorageError: for example, the disk is full or read-only.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOTEMPTY:  # of a rename onto a folder
            raise StorageError(
                f"{path} was written by another process in the meantime; choose another --out, or delete it"
            ) from error
        raise StorageError(f"{path} cannot be written: {error}") from error
