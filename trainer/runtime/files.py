"""Files written whole or not at all, and one clear line if the disk refuses."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import BinaryIO

from safetensors import SafetensorError

from corpora import StorageError


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, text as UTF-8; what killed processes left beside it is removed.

    Raises:
        StorageError: it cannot be written.
    """
    staged = None
    try:
        with storing(path), _staged_beside(path) as file:
            staged = Path(file.name)
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
            staged.replace(path)
    finally:
        if staged is not None:
            with suppress(OSError):  # a disk that has turned read-only refuses this too
                staged.unlink(missing_ok=True)
    _remove_abandoned(path)


@contextmanager
def _staged_beside(path: Path) -> Iterator[BinaryIO]:
    """A new file beside a path, locked while it is open, so that others can tell that its writer lives."""
    while True:
        staged = path.with_name(f".{path.name}.{secrets.token_hex(6)}")  # two machines may have one pid
        with staged.open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if staged.exists():  # another process may have removed it before it was locked
                yield file
                return


def _remove_abandoned(path: Path) -> None:
    """Remove the staged files of a path whose writers are gone."""
    for staged in path.parent.glob(f".{escape(path.name)}.{'[0-9a-f]' * 12}"):
        with suppress(OSError), staged.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            staged.unlink()


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turn an error of the file system into one line that names the path.

    Raises:
        StorageError: there was no space, or no permission.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        raise StorageError(f"{path} cannot be written: {error}") from error
