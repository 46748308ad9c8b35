"""Files written atomically, and clear errors for a full, read-only or forbidden disk."""

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
    """Turn a full, read-only or forbidden disk, or a folder that cannot be made, into one clear `StorageError`."""
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        if error.errno in REFUSALS:
            raise StorageError(f"{error.filename or home}: {REFUSALS[error.errno]}") from error
        if error.filename is not None and Path(error.filename) in (home, *home.parents):
            raise StorageError(
                f"the folder {home} cannot be made ({error.strerror}: {error.filename}); choose another one, "
                "for the store with CORPORA_HOME"
            ) from error
        raise


def link_or_copy(source: str | Path, target: str | Path) -> str | Path:
    """Hard-link a file; if the file system does not allow that, copy it atomically."""
    try:
        os.link(source, target)
    except OSError:
        beside = partial_beside(Path(target))
        shutil.copyfile(source, beside)
        beside.replace(target)
    return target


def partial_beside(path: Path) -> Path:
    """The temporary path that a process writes to before it renames the file to `path`."""
    return path.with_name(f".{path.name}.{os.getpid()}.partial")


def drop_abandoned(path: Path) -> None:
    """Remove the partial files of one path that killed processes left; what a living process writes stays."""
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
    """A temporary file beside a path, which it replaces once it is written and synced; removed if that fails.

    It is locked meanwhile, so that others can tell that its writer lives.
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
