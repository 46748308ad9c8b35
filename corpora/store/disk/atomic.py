"""Write files atomically, and turn errors of a full, read-only or forbidden disk into clear messages."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from corpora.errors import StorageError

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
    """Hard-link a file, or copy it atomically if the file system does not allow links; returns `target`."""
    try:
        os.link(source, target)
    except OSError:
        beside = partial_beside(Path(target))
        shutil.copyfile(source, beside)
        beside.replace(target)
    return target


def partial_beside(path: Path) -> Path:
    """The temporary path next to `path` that this process writes to before renaming the file; unique per process."""
    return path.with_name(f".{path.name}.{os.getpid()}.partial")


def drop_abandoned(path: Path) -> None:
    """Remove partial files that killed processes left for a path; those of running processes are locked and stay."""
    for beside in path.parent.glob(f".{escape(path.name)}.*.partial"):
        with contextlib.suppress(OSError), beside.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            beside.unlink()


def drop_partials(folder: Path) -> None:
    """Remove partial files that killed processes left in a folder; no other process may be writing to it."""
    for path in folder.rglob(".*.partial"):
        path.unlink()


def sync(path: Path) -> None:
    """Sync a file's content, or a folder's entries, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically: to a temporary file next to it, synced to disk, then renamed."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file atomically: to a temporary file next to it, synced to disk, then renamed."""
    with _replacing(path) as file:
        file.write(content)


def write_stream(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    """Write an Arrow stream file atomically."""
    import pyarrow as pa

    with _replacing(path) as file, pa.ipc.new_stream(file, schema) as stream:
        for batch in batches:
            stream.write_batch(batch)


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A temporary file that replaces `path` once it is written and synced, or is removed if that fails.

    It is locked in the meantime, so that other processes can tell that its writer is still running.
    """
    beside = partial_beside(path)
    try:
        with _locked(beside) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _locked(beside: Path) -> Iterator[BinaryIO]:
    while True:
        with beside.open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if beside.exists():  # another process may have removed it before it was locked
                yield file
                return
