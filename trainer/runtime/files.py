"""Write files whole or not at all, with a one-line error if the disk refuses."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import BinaryIO

from safetensors import SafetensorError

from corpora import StorageError


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, and remove temporary files of it left by killed processes.

    Args:
        path: the file; its folder is created if needed.
        content: of the whole file; text is written as UTF-8.

    Raises:
        StorageError: it cannot be written.
    """
    staged = None
    try:
        with storing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with _staged_beside(path) as file:
                staged = Path(file.name)
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
                staged.replace(path)
    finally:
        if staged is not None:
            with suppress(OSError):  # fails too if the disk has become read-only
                staged.unlink(missing_ok=True)
    _remove_abandoned(path)


@contextmanager
def staged_folder(path: Path) -> Iterator[Path]:
    """A new hidden folder next to a path, to be filled and then renamed; it is removed at the end.

    Folders left next to the path by killed processes are removed too.

    Args:
        path: of the folder to write; its parent is created if needed.

    Raises:
        StorageError: the folder cannot be created.
    """
    staged = None
    try:
        with storing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            while True:
                staged = _beside(path)
                staged.mkdir()
                held = _locked(staged)
                if held is not None:
                    break
        try:
            yield staged
        finally:
            os.close(held)
    finally:
        if staged is not None:
            shutil.rmtree(staged, ignore_errors=True)
    _remove_abandoned(path)


@contextmanager
def _staged_beside(path: Path) -> Iterator[BinaryIO]:
    """A new file next to a path, locked while it is open, so that others can tell that its writer is alive."""
    while True:
        staged = _beside(path)
        with staged.open("wb") as file:
            held = _locked(staged)
            if held is not None:
                try:
                    yield file
                finally:
                    os.close(held)
                return


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}")  # two machines may have one pid


def _locked(staged: Path) -> int | None:
    """A descriptor that holds the lock of a staged file or folder; None if another process has removed it."""
    try:
        held = os.open(staged, os.O_RDONLY)
    except FileNotFoundError:
        return None
    fcntl.flock(held, fcntl.LOCK_EX)
    if staged.exists():
        return held
    os.close(held)
    return None


def _remove_abandoned(path: Path) -> None:
    """Remove the staged files and folders of a path whose writers are gone."""
    for staged in path.parent.glob(f".{escape(path.name)}.{'[0-9a-f]' * 12}"):
        with suppress(OSError):
            held = os.open(staged, os.O_RDONLY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                delete = shutil.rmtree if staged.is_dir() else os.unlink
                delete(staged)
            finally:
                os.close(held)


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turn a file system error into a one-line error with the path.

    Raises:
        StorageError: for example, there is no space or no permission.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        raise StorageError(f"{path} cannot be written: {error}") from error
