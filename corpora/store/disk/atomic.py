"""Write files atomically, and turn errors of a full, read-only or forbidden disk into clear messages."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from corpora.errors import StorageError
from corpora.store.disk.staging import staged_file

if TYPE_CHECKING:
    import pyarrow as pa

REFUSALS = {
    errno.ENOSPC: "the disk is full; free some space and run the same command again to continue",
    errno.EDQUOT: "your disk quota is used up; free some space and run the same command again to continue",
    errno.EFBIG: "the file would be larger than this user or file system allows (ulimit -f); raise that limit",
    errno.EIO: "the disk failed; check it, then run the same command again to continue",
    errno.EISDIR: "a folder is where a file belongs; remove it",
    errno.EROFS: "it is read-only; set CORPORA_HOME to a writable folder",
    errno.EACCES: "no permission to write there; set CORPORA_HOME to a folder that you own",
    errno.EPERM: "no permission to write there; set CORPORA_HOME to a folder that you own",
}


@contextlib.contextmanager
def storage_errors(home: Path) -> Iterator[None]:
    """Turn errors of a full, read-only or forbidden disk into a `StorageError` that says what to do.

    Args:
        home: the folder that is written to, named in the message if the error names no file.

    Raises:
        StorageError: for the errors in `REFUSALS`, and if `home` cannot be created; other errors pass through.
    """
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        if error.errno in REFUSALS:
            raise StorageError(f"{error.filename or home}: {REFUSALS[error.errno]}") from error
        if error.filename is not None and Path(error.filename) in (home, *home.parents):
            raise StorageError(
                f"cannot create the folder {home} ({error.strerror}: {error.filename}); choose another one "
                "(for the store, set CORPORA_HOME)"
            ) from error
        raise


def link_or_copy(source: str | Path, target: str | Path) -> str | Path:
    """Hard-link a file, or copy it atomically if the file system does not allow links; returns `target`.

    Args:
        source: an existing file.
        target: an existing file is replaced by a copy.
    """
    try:
        os.link(source, target)
    except OSError:
        with Path(source).open("rb") as original, staged_file(Path(target)) as copy:
            shutil.copyfileobj(original, copy)
    return target


def sync(path: Path) -> None:
    """Sync a file's content, or a folder's entries, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically: to a temporary file next to it, synced to disk, then renamed.

    Args:
        path: its folder must exist.
        text: written as UTF-8.
    """
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file atomically: to a temporary file next to it, synced to disk, then renamed."""
    with staged_file(path) as file:
        file.write(content)


def write_stream(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    """Write an Arrow stream file atomically.

    Args:
        path: its folder must exist.
        schema: of all batches.
        batches: written one by one, never all in memory.
    """
    import pyarrow as pa

    with staged_file(path) as file, pa.ipc.new_stream(file, schema) as stream:
        for batch in batches:
            stream.write_batch(batch)
