"""The rules of one host: its robots.txt, and the pause between requests."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from corpora.errors import DownloadError

AGENT = "transferset"
"""The user agent whose rules in robots.txt apply to us."""
MAX_ROBOTS_BYTES = 512 << 10
"""Rules beyond this size are ignored; RFC 9309, section 2.5, requires at least 500 KiB."""
MAX_WORK = 2_000_000
"""The maximum of rules times user agents, because the parser copies each rule to each agent of its group."""
LONGEST_DELAY_SECONDS = 600.0
NO_HOST = "host not found"
"""The reason of the error if a host's name cannot be resolved."""


class Host:
    """One host, shared by threads. Requests to it are separated by at least its crawl delay.

    Args:
        pause_seconds: the minimum pause between two requests; a longer crawl delay in robots.txt replaces it.
    """

    def __init__(self, pause_seconds: float) -> None:
        self._pause = pause_seconds
        self._free_at = 0.0
        self._turn, self._reading = Lock(), Lock()
        self._rules: Any = None
        self._unavailable: DownloadError | None = None
        self.resolved = False
        """Whether its name was resolved before, so that a failure to do so is worth another try."""

    def wait_turn(self) -> None:
        """Sleep until the next request to the host may begin."""
        with self._turn:
            start = max(time.monotonic(), self._free_at)
            self._free_at = start + self._pause
        time.sleep(max(0.0, start - time.monotonic()))

    def end_turn(self) -> None:
        """Begin the pause now, at the end of a request."""
        with self._turn:
            self._free_at = max(self._free_at, time.monotonic() + self._pause)

    def allows(self, url: str, read: Callable[[], str], *, lifted: bool) -> bool:
        """Whether robots.txt allows an address; it is read on the first call.

        Args:
            url: an address on this host.
            read: downloads the text of robots.txt.
            lifted: whether the host gave permission to ignore its rules; its crawl delay still applies.

        Raises:
            DownloadError: the rules could not be read, so nothing may be requested.
            ServerBusy: the host keeps answering 429 or 503.
        """
        with self._reading:
            if self._rules is None:
                self._read(read)
        if lifted:
            return True
        if self._unavailable is not None:
            why = self._unavailable
            if why.reason == NO_HOST:
                raise DownloadError(url, why.reason, why.detail, failed=why.failed)
            raise DownloadError(url, "robots.txt unavailable", f"{why.reason}: {why.detail}", failed=why.failed)
        return bool(self._rules.can_fetch(url, AGENT))

    def _read(self, read: Callable[[], str]) -> None:
        """Read the rules. A missing robots.txt allows everything (RFC 9309, 2.3.1.3), an unreachable one nothing."""
        from protego import Protego

        text = ""
        try:
            text = read()
        except DownloadError as error:
            if error.status is None or error.status >= 500:
                self._unavailable = error
        lines = text.splitlines()
        agents = sum(line.lstrip()[:4].lower() == "user" for line in lines)
        if agents * len(lines) > MAX_WORK:
            self._unavailable = DownloadError("", "too many rules", f"for {agents:,} user agents")
            text = ""
        self._rules = Protego.parse(text)
        delay = self._rules.crawl_delay(AGENT) or 0.0
        if math.isfinite(delay):
            self._pause = max(self._pause, min(delay, LONGEST_DELAY_SECONDS))
        self.end_turn()
