"""Files written whole or not at all, and one clear line if the disk refuses."""

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
    """Write a file whole or not at all, text as UTF-8; what killed processes left beside it is removed.

    Args:
        path: the file; its folder is made.
        content: of the whole file.

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
            with suppress(OSError):  # a disk that has turned read-only refuses this too
                staged.unlink(missing_ok=True)
    _remove_abandoned(path)


@contextmanager
def staged_folder(path: Path) -> Iterator[Path]:
    """A new hidden folder beside a path, to be filled and then moved into its place; it is removed at the end.

    Those that killed processes left beside the path are removed too.

    Args:
        path: of the folder that will be written; its parent is made.

    Raises:
        StorageError: the folder cannot be made.
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
    """A new file beside a path, locked while it is open, so that others can tell that its writer lives."""
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
    """A descriptor that holds the lock of a staged file or folder; None if another process removed it before."""
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
    """Turn an error of the file system into one line that names the path.

    Raises:
        StorageError: there was no space, or no permission.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        raise StorageError(f"{path} cannot be written: {error}") from error
