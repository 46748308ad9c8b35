"""Retries: which failures are worth another try, and how long to wait before it."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom
from typing import TypeVar

from corpora.errors import DownloadError, ServerBusy

LOG = logging.getLogger("corpora.net")
T = TypeVar("T")
BUSY = frozenset({429, 503})
"""HTTP statuses with which a server asks clients to wait."""


class RetryableError(Exception):
    """A request failed, but may succeed on another try.

    Args:
        why: what happened.
        status: the HTTP status, if the server sent a response.
        retry_after_seconds: the wait that the server asks for; None if it does not say.
    """

    def __init__(self, why: str, status: int | None = None, retry_after_seconds: float | None = None) -> None:
        super().__init__(why)
        self.status, self.retry_after_seconds = status, retry_after_seconds


class HostUnknownError(RetryableError):
    """The host's name could not be resolved; worth another try only if it could be before.

    Args:
        why: the resolver's message.
        passing: whether the resolver itself failed, so that the name may exist.
    """

    def __init__(self, why: str, *, passing: bool) -> None:
        super().__init__(why)
        self.passing = passing


@dataclass(frozen=True)
class Retries:
    """How often a request is tried, and how long to wait in between.

    Args:
        tries: the total number of attempts.
        wait_seconds: the first wait, which doubles each time unless the server asks for a specific one.
        longest_wait_seconds: if the server asks for a longer wait, it is an error immediately.
    """

    tries: int = 6
    wait_seconds: float = 1.0
    longest_wait_seconds: float = 600.0

    def run(self, url: str, once: Callable[[], T]) -> T:
        """The result of `once`, which is called again after each `RetryableError`.

        Args:
            url: the address, for messages.
            once: makes one attempt; any other exception passes through.

        Raises:
            ServerBusy: the last response was 429 or 503.
            DownloadError: the last attempt failed for another reason.
        """
        for attempt in range(1, self.tries + 1):
            try:
                return once()
            except RetryableError as error:
                again = error
                wait = self._wait_seconds(attempt, again)
                if attempt == self.tries or wait > self.longest_wait_seconds:
                    raise self._given_up(url, attempt, again) from again
            wait *= SystemRandom().uniform(1.0, 1.25)  # many clients should not come back at the same time
            LOG.info("%s: %s; try %d of %d in %.0f seconds", url, again, attempt + 1, self.tries, wait)
            time.sleep(wait)
        raise ValueError(f"tries is {self.tries}; it must be at least 1")

    def _wait_seconds(self, attempt: int, again: RetryableError) -> float:
        if again.retry_after_seconds is not None:
            return again.retry_after_seconds
        return min(self.wait_seconds * (1 << (attempt - 1)), self.longest_wait_seconds)

    def _given_up(self, url: str, attempts: int, again: RetryableError) -> DownloadError | ServerBusy:
        if again.status not in BUSY:
            why = f"{again}; tried {attempts} times" if attempts > 1 else str(again)
            return DownloadError(url, "download failed", why, status=again.status, failed=True)
        when = _duration(again.retry_after_seconds)
        return ServerBusy(f"{url}: the server is busy ({again}); run the same command again {when} to continue")


def _duration(seconds: float | None) -> str:
    if not seconds:
        return "later"
    if seconds < 7200:
        return f"in {seconds:,.0f} seconds"
    return f"in {math.ceil(seconds / 3600):,} hours" if seconds < 1e7 else "in some months"
