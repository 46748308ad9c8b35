"""The ways in which a step is disturbed."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from soak.attempts import Ended, Lost, attempt
from soak.steps import Step

WAYS = ("kill", "kill", "kill", "slow", "full", "read-only", "limit")
"""A third and more of all tries are plain kills."""
ROOM_BYTES = 64 << 20


def one_line(ended: Ended) -> None:
    """See that a command which the disk stopped said so in one line.

    Raises:
        Lost: it printed a traceback, or died of something that it did not expect.
    """
    last = ended.said.strip().splitlines()[-1:] or [""]
    expected = ended.code == 0 or (ended.code == 1 and "error: " in last[0])
    if not expected or "Traceback" in ended.said or "CORPORA_TRACEBACK" in ended.said:
        raise Lost(f"exit code {ended.code}: {ended.said[-700:]}")


def kill(
    step: Step, folder: Path, seconds: float, chance: random.Random, before: Callable[[], None] = lambda: None
) -> None:
    """Kill a step at random moments, one to three times."""
    for _ in range(chance.randint(1, 3)):
        workers, group = chance.choice((1, 2)), chance.random() < 0.5
        line = step.line(folder, workers=workers)
        after = chance.uniform(0, 1.05 * seconds)
        ended = attempt(line, folder, before=before, kill_after=after, whole_group=group)
        if ended.code not in (0, -signal.SIGKILL):
            raise Lost(f"exit code {ended.code} after a kill: {ended.said[-500:]}")
        if ended.code == 0:
            return


def slow(step: Step, folder: Path, seconds: float, chance: random.Random) -> None:
    """Kill a step while its disk is slow."""
    delays = random.Random(chance.random())

    def slowed() -> None:
        for name in ("fsync", "rename", "replace"):
            setattr(os, name, _delayed(getattr(os, name), delays))

    kill(step, folder, 2 * seconds, chance, slowed)


def _delayed(call: Callable[..., Any], delays: random.Random) -> Callable[..., Any]:
    def wait_and_call(*words: Any, **more: Any) -> Any:
        time.sleep(delays.uniform(0.02, 0.2))
        return call(*words, **more)

    return wait_and_call


def limit(step: Step, folder: Path, seconds: float, chance: random.Random) -> None:
    """Run a step while no file may grow beyond a random size."""
    largest = int(10 ** chance.uniform(1.5, 5.5))
    limited = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))  # noqa: E731
    one_line(attempt(step.line(folder), folder, before=limited))


def full(step: Step, folder: Path, seconds: float, chance: random.Random) -> None:
    """Run a step on a disk that has less room than it needs."""
    used = shutil.disk_usage(folder).used
    _remount(folder, f"size={used + int(10 ** chance.uniform(3.6, 6.3))}")
    one_line(attempt(step.line(folder), folder))
    _remount(folder, f"size={ROOM_BYTES}")


def read_only(step: Step, folder: Path, seconds: float, chance: random.Random) -> None:
    """Run a step on a disk that turns read-only."""
    at = 0.0 if chance.random() < 0.2 else chance.uniform(0, seconds)
    turned: list[bool] = []

    def turn(elapsed: float) -> None:
        if not turned and elapsed >= at:  # it is refused while a file is open for writing
            turned.extend([True] * _remount(folder, "ro", must=False))

    if at == 0:
        turn(0)
    one_line(attempt(step.line(folder), folder, watch=turn))
    _remount(folder, "rw")


DISTURB = {"kill": kill, "slow": slow, "limit": limit, "full": full, "read-only": read_only}
MOUNTED = ("full", "read-only")


def _remount(folder: Path, how: str, *, must: bool = True) -> bool:
    done = subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], capture_output=True, check=False)
    if must and done.returncode:
        raise OSError(f"{folder} cannot be mounted with {how}: {done.stderr.decode()}")
    return done.returncode == 0


def _unmount(folder: Path) -> None:
    """Unmount, waiting for processes that end with their parent and have the folder open until then."""
    for _ in range(100):
        if subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def place(folder: Path, way: str) -> Iterator[Path]:
    """A fresh folder for one try, on a file system of its own where the way needs one."""
    folder.mkdir()
    if way in MOUNTED:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM_BYTES}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        if way in MOUNTED:
            _unmount(folder)
        shutil.rmtree(folder)


def can_mount(folder: Path) -> bool:
    """Whether this process may mount a file system."""
    try:
        with place(folder / "mountable", "full"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        shutil.rmtree(folder / "mountable", ignore_errors=True)
