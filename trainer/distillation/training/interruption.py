"""Stop a run on request, by a signal or a time limit, after the current update."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

STOPPERS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)


Handler = Callable[[int, FrameType | None], object] | int | None
"""The type of a signal handler, as `signal.signal` returns it."""


class Stopper:
    """Records a request to stop. A second Ctrl-C stops immediately and loses everything since the last checkpoint.

    Args:
        after_seconds: the run's time limit; None for no limit.
    """

    def __init__(self, after_seconds: float | None = None) -> None:
        self.reason: str | None = None
        self.signal: int | None = None
        self._deadline = None if after_seconds is None else time.monotonic() + after_seconds
        self._before: dict[int, Handler] = {}

    def __enter__(self) -> Stopper:
        if threading.current_thread() is threading.main_thread():
            for number in STOPPERS:
                self._before[number] = signal.signal(number, self._asked)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        if self.signal == signal.SIGINT == number:
            raise KeyboardInterrupt
        self.signal, self.reason = number, signal.Signals(number).name

    @property
    def asked(self) -> bool:
        """Whether to stop after the current update."""
        if self.reason is None and self._deadline is not None and time.monotonic() >= self._deadline:
            self.reason = "the time limit"
        return self.reason is not None
