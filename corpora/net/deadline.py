"""A deadline for a whole request, so that a server cannot keep it open by sending a byte now and then."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Self


@dataclass(frozen=True)
class Timeouts:
    """How long a request may take.

    Args:
        silence_seconds: the longest wait for a connection or for the next byte.
        grace_seconds: the time that every request may take, whatever its size.
        slowest_bytes_per_second: the minimum average speed after the grace period.
    """

    silence_seconds: float = 60.0
    grace_seconds: float = 60.0
    slowest_bytes_per_second: float = 10_000.0


class Deadline:
    """Closes the connection of one request when its time is up.

    A socket timeout limits each read, not their sum: a server that sends one byte every 59 seconds never triggers it,
    neither in the headers nor in the body. Therefore a thread waits for the deadline and then shuts the socket down,
    which ends a blocked read. Each received byte extends the deadline by the time it takes at the slowest permitted
    speed.
    """

    def __init__(self, timeouts: Timeouts) -> None:
        self._speed = timeouts.slowest_bytes_per_second
        self._grace_end = self._end = time.monotonic() + timeouts.grace_seconds
        self._socket: socket.socket | None = None
        self._done = Event()
        self.expired = False

    def __enter__(self) -> Self:
        Thread(target=self._watch, daemon=True, name="corpora-deadline").start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def received(self, size_bytes: int) -> None:
        """Extend the deadline according to the number of bytes received so far.

        Args:
            size_bytes: since the request began.
        """
        self._end = self._grace_end + size_bytes / self._speed

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Remember the socket to close: httpx2's `trace` extension, called when a connection is made or encrypted.

        Args:
            event: its name, such as `connection.connect_tcp.complete`.
            info: its details; `return_value` is the network stream.
        """
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.expired:
                self._cut()

    def _watch(self) -> None:
        while not self._done.wait(max(0.0, self._end - time.monotonic())):
            if time.monotonic() >= self._end:
                self.expired = True
                self._cut()
                return

    def _cut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # it was closed in the meantime
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
