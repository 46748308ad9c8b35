"""Run a function on untrusted input in a child process, so that a crash, hang or memory leak costs one document."""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from corpora.errors import ChildDied, LimitExceeded
from corpora.plugin import Json

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")

SECONDS = 120.0
MEMORY_BYTES = 2 << 30
START_SECONDS = 120.0
"""How long a child may take to start; on a busy machine, that takes seconds, which no document is to blame for."""


class Sandbox:
    """A child process that runs functions for its parent, and is replaced when it dies.

    Args:
        seconds: how long one call may take, once the child has started. This is a last resort; reproducible limits,
            such as on size and depth, belong in the function.
        memory_bytes: how much address space the child may allocate after its start (Linux only).
    """

    def __init__(self, *, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self.seconds, self.memory_bytes = seconds, memory_bytes
        self._process: Any = None
        self._pipe: Connection | None = None
        self._ready = False

    def call(self, function: Callable[..., T], *arguments: object) -> T:
        """Return or raise what `function(*arguments)` returns or raises in the child.

        Args:
            function: importable by name.
            arguments: picklable, like the result.

        Raises:
            ChildDied: the child crashed or was killed.
            LimitExceeded: it exceeded its time or memory limit.
        """
        pipe = self._started()
        try:
            self._wait_until_ready(pipe)
            pipe.send((function, arguments))
            if not pipe.poll(self.seconds):
                raise LimitExceeded(f"took more than {self.seconds:g} seconds")
            kind, value = pipe.recv()
        except LimitExceeded:
            self.close()
            raise
        except (EOFError, OSError) as error:
            code = self._exit_code()
            self.close()
            raise ChildDied(f"the process reading it died (exit code {code})") from error
        except BaseException:  # after Ctrl-C between send and recv, the pipe would still contain the old answer
            self.close()
            raise
        if kind == "memory":
            self.close()
            raise LimitExceeded(f"needed more than {self.memory_bytes / 2**20:,.0f} MB")
        if kind == "error":
            raise value
        return value  # type: ignore[no-any-return]

    def close(self) -> None:
        """Kill the child; the next call starts a new one."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None

    def _started(self) -> Connection:
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs, self.memory_bytes), daemon=True)
            with _main_left_alone():
                self._process.start()
            theirs.close()
            self._ready = False
        return self._pipe

    def _wait_until_ready(self, pipe: Connection) -> None:
        if self._ready:
            return
        if not pipe.poll(START_SECONDS):
            raise LimitExceeded(f"took more than {START_SECONDS:g} seconds to start")
        pipe.recv()
        self._ready = True

    def _exit_code(self) -> int | None:
        self._process.join(1.0)
        return self._process.exitcode  # type: ignore[no-any-return]


@contextlib.contextmanager
def _main_left_alone() -> Iterator[None]:
    """Prevent a process that is started in this block from importing the user's script, which it does not need."""
    main = sys.modules["__main__"]
    hidden: dict[str, Json] = {name: vars(main).pop(name) for name in ("__file__", "__spec__") if name in vars(main)}
    main.__spec__ = None
    try:
        yield
    finally:
        vars(main).update(hidden)


_guards = threading.local()


def run_in_sandbox(function: Callable[..., T], *arguments: object) -> T:
    """Run `function(*arguments)` in this thread's sandbox; see `Sandbox.call`.

    After a crash or an exceeded limit, the call is repeated once in a new child before the error is raised.

    Args:
        function: importable by name.
        arguments: picklable, like the result.
    """
    guard = getattr(_guards, "guard", None)
    if guard is None:
        guard = _guards.guard = Sandbox()
        atexit.register(guard.close)
    try:
        return guard.call(function, *arguments)
    except (ChildDied, LimitExceeded):
        return guard.call(function, *arguments)


def _serve(pipe: Connection, memory_bytes: int) -> None:
    exit_with_parent()
    _limit_memory(memory_bytes)
    pipe.send("started")
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        try:
            answer: tuple[str, object] = ("value", function(*arguments))
        except MemoryError:
            answer = ("memory", None)
        except Exception as error:
            error.add_note(traceback.format_exc())
            answer = ("error", error)
        pipe.send(answer)


def exit_with_parent() -> None:
    """Exit as soon as the parent process is gone, for whatever reason; does nothing in a process without a parent."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def _watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=_watch, daemon=True).start()


def _limit_memory(memory_bytes: int) -> None:
    try:
        import resource
        from pathlib import Path

        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (used + memory_bytes, resource.RLIM_INFINITY))
    except (ImportError, OSError, ValueError):  # this system has no such limit; the time limit still applies
        return
