"""The lock of a run folder: one process trains in it, and a second one learns which."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from trainer.errors import RunInUse
from trainer.runtime import storing

LOCK = ".lock"


@dataclass(frozen=True)
class Holder:
    """A process that trains in a run folder."""

    host: str
    pid: int
    started: str
    """When it started, by the system's own clock: two processes that had the same pid differ in it."""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


@contextmanager
def locked(folder: Path, *, break_lock: bool = False) -> Iterator[None]:
    """Hold the lock of a run folder, which is made if it is missing, and removed again if it stays empty.

    The lock of a process that no longer lives on this machine is taken over. Whether a process on another
    machine still lives cannot be seen from here, so its lock is refused.

    Args:
        break_lock: take over the lock of a process on another machine too, and one that cannot be read.

    Raises:
        RunInUse: another process trains in the folder, or may.
        StorageError: the folder cannot be written.
    """
    own = Holder(socket.gethostname(), os.getpid(), started(os.getpid()) or "")
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        _take(folder, own, break_lock=break_lock)
        try:
            yield
        finally:
            _release(folder / LOCK, own)
    finally:
        with suppress(OSError):
            folder.rmdir()


def started(pid: int) -> str | None:
    """When a process of this machine started, or None if there is no such process."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").is_file():
        try:
            ticks = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
            return f"{Path('/proc/sys/kernel/random/boot_id').read_text(encoding='utf-8').strip()} {ticks}"
        except (OSError, IndexError):
            return None
    told = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return re.sub(r"\s+", " ", told.stdout).strip() or None


def _take(folder: Path, own: Holder, *, break_lock: bool) -> None:
    with storing(folder / LOCK), _opened(folder / LOCK) as file:
        held = _holder(file)
        if isinstance(held, Holder) and held.host == own.host:
            if not _died(held):
                raise RunInUse(f"{folder} is in use by {held}; wait until it ends, or take another --out")
        elif isinstance(held, Holder) and not break_lock:
            raise RunInUse(
                f"{folder} is in use by {held}, which cannot be checked from {own.host}; "
                "if it no longer runs, repeat the command with --break-lock"
            )
        elif held is not None and not break_lock:
            raise RunInUse(
                f"{folder / LOCK} cannot be read ({held}); if no process trains in {folder}, "
                "repeat the command with --break-lock"
            )
        _write(file, msgspec.json.encode(own))


def _write(file: int, content: bytes) -> None:
    """Replace the content of the lock file; it is left empty, as if never written, if the disk takes only a part."""
    os.ftruncate(file, 0)
    try:
        if os.pwrite(file, content, 0) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file)
    except OSError:
        os.ftruncate(file, 0)
        raise


def _died(held: Holder) -> bool:
    now = started(held.pid)
    return now is None or now != held.started


def _holder(file: int) -> Holder | str | None:
    """Who holds the lock: nobody (None), a process, or the reason why this cannot be read."""
    content = os.pread(file, 10_000, 0)
    if not content.strip(b"\0 \n"):  # made, but its process died or the power went before it was written
        return None
    try:
        return msgspec.json.decode(content, type=Holder)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return str(error)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The lock file, which no other process reads or writes meanwhile."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            with suppress(OSError):  # a file system without locks: the content alone decides
                fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(path, file):
                yield file
                return
        finally:
            os.close(file)


def _is_at(path: Path, file: int) -> bool:
    """Whether an open file is still the one at its path; its holder may have removed it meanwhile."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _release(path: Path, own: Holder) -> None:
    """Remove the lock if it is ours."""
    with suppress(OSError):
        if path.is_file():
            with _opened(path) as file:
                if _holder(file) == own:
                    path.unlink()
