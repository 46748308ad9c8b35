"""The lock of a run folder: only one process trains in it, and others are told which."""

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
    """The process that holds a lock."""

    host: str
    pid: int
    started: str
    """The system's start time of the process, which distinguishes processes that had the same pid."""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


@contextmanager
def locked(folder: Path, *, break_lock: bool = False) -> Iterator[None]:
    """Hold the lock of a run folder; the folder is created if needed, and removed again if it stays empty.

    The lock of a dead process on this machine is taken over. A process on another machine cannot be checked from
    here, so its lock is respected.

    Args:
        folder: the run folder.
        break_lock: also take over the lock of a process on another machine, and a lock that cannot be read.

    Raises:
        RunInUse: another process is training in the folder, or may be.
        StorageError: the folder is not writable.
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


@contextmanager
def repeated_by(command: str) -> Iterator[None]:
    """Train in a folder that a command chooses; if it is locked, say when to repeat that command.

    Args:
        command: it has neither `--out` nor `--break-lock` for this folder, and reuses what is finished.

    Raises:
        RunInUse: another process is training in the folder, or may be.
    """
    try:
        yield
    except RunInUse as error:
        raise RunInUse(
            error.problem,
            f"wait until it ends{f' (if it no longer runs, delete {error.lock})' if error.lock else ''}, then repeat "
            f"{command}, which continues from there",
            lock=error.lock,
        ) from error


def started(pid: int) -> str | None:
    """The start time of a process on this machine; None if it does not run."""
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
                raise RunInUse(f"{folder} is in use by {held}", "wait until it ends, or use another --out")
        elif isinstance(held, Holder) and not break_lock:
            raise RunInUse(
                f"{folder} is in use by {held}, which cannot be checked from {own.host}",
                "if it is no longer running, repeat the command with --break-lock",
                lock=folder / LOCK,
            )
        elif held is not None and not break_lock:
            raise RunInUse(
                f"{folder / LOCK} cannot be read ({held})",
                f"if no process is training in {folder}, repeat the command with --break-lock",
                lock=folder / LOCK,
            )
        _write(file, msgspec.json.encode(own))


def _write(file: int, content: bytes) -> None:
    """Replace the content of the lock file; if the disk is full, leave it empty, as if never written."""
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
    """The lock's holder; None if there is none, or the reason why it cannot be read."""
    content = os.pread(file, 10_000, 0)
    if not content.strip(b"\0 \n"):  # created, but never written: its process died, or the power failed
        return None
    try:
        return msgspec.json.decode(content, type=Holder)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return str(error)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The lock file, opened so that no other process can read or write it meanwhile."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            with suppress(OSError):  # without file locks, the content alone decides
                fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(path, file):
                yield file
                return
        finally:
            os.close(file)


def _is_at(path: Path, file: int) -> bool:
    """Whether an open file is still at its path; its holder may have removed it meanwhile."""
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
