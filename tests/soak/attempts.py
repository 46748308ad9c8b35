"""One attempt at a command, in a fork that has imported its libraries already."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HANG_SECONDS = 240
MODULES = "SOAK_MODULES"
"""Names the file in which an undisturbed run lists what it imported, so that later forks have it already."""


class Lost(AssertionError):
    """A try that did not end as the undisturbed run."""


class Stopped(BaseException):
    """SIGTERM, as `timeout` sends it: the counts so far are still printed."""


@dataclass(frozen=True)
class Ended:
    """How one attempt ended."""

    code: int
    """The exit code; negative for a signal."""
    said: str
    """The last 4,000 characters that it printed."""
    seconds: float


def attempt(
    line: list[str],
    folder: Path,
    *,
    before: Callable[[], None] = lambda: None,
    kill_after: float | None = None,
    whole_group: bool = True,
    watch: Callable[[float], None] = lambda elapsed: None,
) -> Ended:
    """Run a command in a fork, in a folder that holds its store too.

    Args:
        before: called in the fork before the command.
        kill_after: seconds after which it is killed, if it still runs.
        whole_group: kill its workers with it; else they learn of its death by themselves.
        watch: called every 2 ms with the seconds that have passed.

    Raises:
        Lost: it hangs.
    """
    log = folder.with_suffix(".log")
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _become(line, folder, log, before)
    with suppress(PermissionError):  # it did so itself, and has become another program
        os.setpgid(pid, pid)
    try:
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            elapsed = time.monotonic() - started
            if done:
                break
            if kill_after is not None and elapsed >= kill_after:
                (os.killpg if whole_group else os.kill)(pid, signal.SIGKILL)
                kill_after = None
            if elapsed > HANG_SECONDS:
                os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                raise Lost(f"{' '.join(line)} takes more than {HANG_SECONDS} s: {_said(log)[-300:]}")
            watch(elapsed)
            time.sleep(0.002)
    except Stopped:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    return Ended(os.waitstatus_to_exitcode(status), _said(log), elapsed)


def _become(line: list[str], folder: Path, log: Path, before: Callable[[], None]) -> None:
    """Turn this fork into the command; it never returns."""
    code = 70
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setpgid(0, 0)
        os.chdir(folder)
        os.environ |= {"CORPORA_HOME": str(folder / "home"), "HF_HUB_OFFLINE": "1", "TMPDIR": str(folder.parent)}
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        before()
        sys.argv = line
        from corpora.cli import main as corpora
        from trainer.cli import main as trainer

        try:
            {"corpora": corpora, "trainer": trainer}[line[0]](line[1:])
        finally:
            if MODULES in os.environ:
                Path(os.environ[MODULES]).write_text("\n".join(sys.modules), encoding="utf-8")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _said(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:] if log.exists() else ""


@contextmanager
def learning(names: Path) -> Iterator[None]:
    """Import what a command imports meanwhile."""
    os.environ[MODULES] = str(names)
    try:
        yield
    finally:
        del os.environ[MODULES]
    for name in names.read_text(encoding="utf-8").splitlines():
        if name not in sys.modules and not name.startswith("corpora_plugin_"):
            with suppress(Exception):  # some are only parts of others
                __import__(name)


def forked(work: Callable[[], None]) -> None:
    """Do something that uses libraries in a fork, so that this process stays fit to be forked."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    if os.waitpid(pid, 0)[1]:
        raise SystemExit("the inputs could not be prepared")
