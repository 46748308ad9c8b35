"""Polite HTTP: one honest name, patience when asked for it, downloads that go on where they stopped."""

from __future__ import annotations

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, TypeVar

from corpora import InputError, seed_of

T = TypeVar("T")
TIMEOUT_SECONDS = 60.0
TRIES = 6
PAUSE_SECONDS = 1.0
"""The first wait before another try; it doubles."""
CHUNK = 1 << 20
TEXT_BYTES = 16 << 20
"""Listings and status files are no larger."""


class Gone(Exception):
    """The server has no such page (404); the caller knows what that means."""


class _Again(Exception):
    """Worth another try, after so many seconds."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class Web:
    """Fetches pages and files under one name.

    Args:
        contact: an e-mail address or a page, which the server is told.
    """

    def __init__(self, contact: str) -> None:
        self._agent = f"transferset/{version('transferset')} ({contact})"

    def text(self, url: str) -> str:
        """A small page as text.

        Raises:
            Gone: there is none.
            InputError: the server refuses, or stays away.
        """

        def once() -> str:
            with self._opened(url, 0) as response:
                return str(response.read(TEXT_BYTES).decode("utf-8", "replace"))

        return self._patiently(url, once)

    def save(self, url: str, part: Path, *, size_bytes: int) -> None:
        """Download into a file, going on after what is in it.

        Args:
            size_bytes: how large the whole is; more or less than that is not taken. 0 where nobody knows.

        Raises:
            InputError: as `text`; and where the server sends another amount than it should.
        """

        def once() -> None:
            have = part.stat().st_size if part.exists() else 0
            if size_bytes and have > size_bytes:
                part.unlink()
                have = 0
            if size_bytes and have == size_bytes:
                return
            with self._opened(url, have) as response:
                resumed = response.status == 206
                with part.open("ab" if resumed else "wb") as file:
                    _copied(response, file, limit=size_bytes, have=have if resumed else 0)
            if size_bytes and (got := part.stat().st_size) != size_bytes:
                raise _Again(f"{got:,} of {size_bytes:,} bytes came")

        try:
            self._patiently(url, once)
        except Gone as error:
            raise InputError(f"{url} is not there (404)") from error

    def _patiently(self, url: str, once: Callable[[], T]) -> T:
        """What one try gives, after as many tries as are worth it."""
        why = ""
        for number in range(TRIES):
            try:
                return once()
            except _Again as again:
                why = str(again)
                if number + 1 < TRIES:
                    time.sleep(self._wait(url, number) if again.seconds is None else again.seconds)
        raise InputError(f"{url}: {why}, {TRIES} times; what came is kept, and the same command goes on from there")

    def _wait(self, url: str, number: int) -> float:
        """Doubling, with a jitter that depends on the address, so that many readers do not come back together."""
        jitter = seed_of(self._agent, url, number) / 2**64
        return PAUSE_SECONDS * float(1 << number) * (1 + jitter)

    @contextmanager
    def _opened(self, url: str, start: int) -> Iterator[http.client.HTTPResponse]:
        request = urllib.request.Request(url, headers={"User-Agent": self._agent})
        if start:
            request.add_header("Range", f"bytes={start}-")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                yield response
        except urllib.error.HTTPError as error:
            with error:
                raise _answer(url, error) from error
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
            raise _Again(f"the connection failed ({getattr(error, 'reason', None) or error})") from error


def _answer(url: str, error: urllib.error.HTTPError) -> Exception:
    """What a status other than success means."""
    if error.code == 404:
        return Gone(url)
    if error.code in (429, 500, 502, 503, 504):
        asked = error.headers.get("Retry-After", "")
        return _Again(f"the server answered {error.code}", float(asked) if asked.isdigit() else None)
    if error.code == 416:
        return _Again("the server has no more bytes than are here")
    hint = "; a refusal is an answer: see its rules before trying again" if error.code == 403 else ""
    return InputError(f"{url}: the server answered {error.code} {error.reason}{hint}")


def _copied(response: http.client.HTTPResponse, file: BinaryIO, *, limit: int, have: int) -> None:
    while block := response.read(CHUNK):
        have += len(block)
        if limit and have > limit:
            raise InputError(f"{response.url} sends more than the {limit:,} bytes that its status file promises")
        file.write(block)


def sha1_of(path: Path) -> str:
    """The sha1 of a file's content, in hex: what Wikimedia's status files give."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha1").hexdigest()
