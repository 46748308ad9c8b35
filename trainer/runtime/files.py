"""Files written whole or not at all, and one clear line if the disk refuses."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError

from corpora import StorageError


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, text as UTF-8.

    Raises:
        StorageError: it cannot be written.
    """
    staged = path.with_name(f".{path.name}.{secrets.token_hex(6)}")  # two machines may have one pid
    try:
        with storing(path):
            with staged.open("wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            staged.replace(path)
    finally:
        with suppress(OSError):  # a disk that has turned read-only refuses this too
            staged.unlink(missing_ok=True)


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
