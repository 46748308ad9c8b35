"""Polite HTTP: robots.txt and crawl delays, one honest name, patience when asked for it, bodies with a bound."""

from __future__ import annotations

import email.utils
import http.client
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from corpora import CorporaError, InputError

T = TypeVar("T")
AGENT = "transferset"
TRIES = 5
TIMEOUT_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 600.0
CHUNK = 1 << 18
MAX_PAGE_BYTES = 64 << 20
PATIENCE = frozenset({429, 503})
BROKEN = frozenset({500, 502, 504})


class NotGiven(CorporaError):
    """One address gave nothing; the first argument is the reason, the second what was seen."""

    def __init__(self, reason: str, detail: str = "", *, failed: bool = False) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail, self.failed = reason, detail, failed

    def __str__(self) -> str:
        return f"{self.reason} ({self.detail})" if self.detail else self.reason


class AskedToStop(InputError):
    """A host kept asking for patience; a later run goes on where this one stopped."""


class _Again(Exception):
    """Worth another try."""

    def __init__(self, why: str, status: int | None = None, seconds: float | None = None) -> None:
        super().__init__(why)
        self.status, self.seconds = status, seconds


@dataclass
class _Host:
    """What is known of a host: its rules, and when it may be asked next."""

    robots: Any = None
    silent: NotGiven | None = None
    pause_seconds: float = 0.0
    free_at: float = 0.0


class Web:
    """Fetches pages and files under one name. Requests to one host are made one after the other.

    Args:
        contact: an e-mail address or a page, which every host is told.
        permissions: for hosts that allowed more than their robots.txt says, who allowed it and when.
        pause_seconds: between two requests to a host; its crawl delay can only make this longer.
        redirect_hosts: hosts to which another may send us on.
    """

    def __init__(
        self,
        contact: str,
        *,
        permissions: Mapping[str, str] | None = None,
        pause_seconds: float = 1.0,
        redirect_hosts: tuple[str, ...] = (),
    ) -> None:
        self.agent = f"{AGENT}/{version('transferset')} (+{contact})"
        self._permissions = dict(permissions or {})
        self._pause = pause_seconds
        self._redirect_hosts = redirect_hosts
        self._hosts: dict[str, _Host] = {}

    def page(self, url: str) -> str:
        """A page as text.

        Raises:
            NotGiven: robots.txt forbids it, or the host refuses or fails.
            AskedToStop: the host kept asking for patience.
        """
        self.check_allowed(url)
        return self._patiently(url, lambda: self._body(url)).decode("utf-8", "replace")

    def allows(self, url: str) -> bool:
        """Whether the host's robots.txt, or a permission, lets us ask for an address.

        Raises:
            NotGiven: robots.txt could not be read for an error of the host's or the network's.
        """
        host = self._host(url)
        if host.silent is not None and host.robots is not None:
            raise host.silent
        return host.robots is None or bool(host.robots.can_fetch(url, AGENT))

    def check_allowed(self, url: str) -> None:
        """See that the host's robots.txt lets us ask for an address, or that someone there permitted it.

        Raises:
            NotGiven: it does not.
        """
        if not self.allows(url):
            raise NotGiven("robots.txt forbids it", url)

    def save(self, url: str, part: Path, *, max_bytes: int) -> None:
        """Download into a file, going on after what an earlier attempt left in it.

        What is there is only added to where the host says that its file is still the same; the result
        has exactly the size that the host gave.

        Raises:
            NotGiven: robots.txt forbids it, the host refuses or fails, or the file is larger than `max_bytes`.
            AskedToStop: the host kept asking for patience.
        """
        self.check_allowed(url)
        self._patiently(url, lambda: self._part(url, part, max_bytes))

    def _part(self, url: str, part: Path, max_bytes: int) -> None:
        mark = part.with_name(part.name + ".mark")
        known = mark.read_text(encoding="utf-8") if mark.exists() and part.exists() else ""
        have = part.stat().st_size if known else 0
        headers = {"Range": f"bytes={have}-", "If-Range": known} if have else {}
        with self._resumed(url, headers, part) as response:
            start = have if have and _starts_at(response, have) else 0
            whole = _whole_size(response, start)
            if whole is not None and whole > max_bytes:
                raise NotGiven("too large", f"{whole:,} bytes; at most {max_bytes:,}")
            if start == 0:
                part.unlink(missing_ok=True)
                mark.write_text(response.headers.get("ETag") or response.headers.get("Last-Modified") or "", "utf-8")
            size = start + _copy(response, part, max_bytes - start)
        if whole is None and not response.chunked:
            raise NotGiven("no size given", url)
        if whole is not None and size != whole:
            raise _Again(f"sent {size:,} of {whole:,} bytes")
        mark.unlink()

    def _resumed(self, url: str, headers: dict[str, str], part: Path) -> Any:
        try:
            return self._opened(url, headers)
        except urllib.error.HTTPError as error:
            if error.code == 416:  # what is here is not a beginning of what is there
                part.unlink()
            raise

    def _body(self, url: str) -> bytes:
        with self._opened(url, {}) as response:
            body: bytes = response.read(MAX_PAGE_BYTES)
            if response.length:
                raise _Again(f"left out {response.length:,} bytes")
            return body

    def _opened(self, url: str, headers: dict[str, str]) -> Any:
        redirects = _Redirects((urlsplit(url).netloc, *self._redirect_hosts))
        request = urllib.request.Request(url, headers={"User-Agent": self.agent, **headers})
        return urllib.request.build_opener(redirects).open(request, timeout=TIMEOUT_SECONDS)

    def _host(self, url: str) -> _Host:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise NotGiven("no web address", url)
        if parts.netloc not in self._hosts:
            self._hosts[parts.netloc] = _Host(pause_seconds=self._pause)
            self._read_rules(f"{parts.scheme}://{parts.netloc}/robots.txt", self._hosts[parts.netloc])
        return self._hosts[parts.netloc]

    def _read_rules(self, url: str, host: _Host) -> None:
        from protego import Protego

        try:
            text = self._patiently(url, lambda: self._body(url)).decode("utf-8", "replace")
        except NotGiven as error:
            text = ""  # as RFC 9309 says: without rules all is allowed, but not where they could not be asked for
            if error.failed:
                host.silent = NotGiven("no answer about robots.txt", error.detail, failed=True)
        rules = Protego.parse(text)
        host.pause_seconds = max(self._pause, min(rules.crawl_delay(AGENT) or 0.0, LONGEST_WAIT_SECONDS))
        host.free_at = time.monotonic() + host.pause_seconds
        if (urlsplit(url).hostname or "") not in self._permissions:
            host.robots = rules

    def _patiently(self, url: str, once: Callable[[], T]) -> T:
        """What `once` gives, tried again with longer and longer waits.

        Raises:
            NotGiven: the host refused, or failed at each try.
            AskedToStop: the last answer was to come back later.
        """
        host = self._hosts.setdefault(urlsplit(url).netloc, _Host(pause_seconds=self._pause))
        error = _Again("not tried")
        for attempt in range(TRIES):
            time.sleep(max(0.0, host.free_at - time.monotonic()))
            try:
                return _translated(once)
            except _Again as again:
                error = again
                wait = again.seconds if again.seconds is not None else max(self._pause, 0.01) * 2**attempt
                if wait > LONGEST_WAIT_SECONDS:
                    break
                time.sleep(wait + random.uniform(0, wait / 4))
            finally:
                host.free_at = time.monotonic() + host.pause_seconds
        if error.status in PATIENCE:
            raise AskedToStop(f"{urlsplit(url).netloc} asks us to come back later ({error}); run the same command then")
        raise NotGiven("no whole answer", f"{url}: {error}", failed=True)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects within the hosts that are allowed."""

    def __init__(self, hosts: tuple[str, ...]) -> None:
        self._allowed = hosts

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl).netloc not in self._allowed:
            raise NotGiven("sent to another host", newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _translated(once: Callable[[], T]) -> T:
    """What `once` gives, with the ways in which a network fails sorted into refusals and second tries."""
    try:
        return once()
    except urllib.error.HTTPError as error:
        with error:
            status = error.code
            seconds = _retry_after(error.headers.get("Retry-After"))
        if status in PATIENCE | BROKEN or status == 416:
            raise _Again(f"HTTP {status}", status, seconds) from error
        reason = "refused" if status in (401, 403, 451) else "not there" if status in (404, 410) else "no answer"
        raise NotGiven(reason, f"HTTP {status}") from error
    except (http.client.HTTPException, urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise _Again(str(error) or type(error).__name__) from error


def _retry_after(value: str | None) -> float | None:
    """The seconds that a `Retry-After` asks for, given as a number or a date."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def _starts_at(response: Any, have: int) -> bool:
    return response.status == 206 and (response.headers.get("Content-Range") or "").startswith(f"bytes {have}-")


def _whole_size(response: Any, start: int) -> int | None:
    length = response.headers.get("Content-Length")
    return start + int(length) if length and length.isdigit() else None


def _copy(response: Any, part: Path, max_bytes: int) -> int:
    size = 0
    with part.open("ab", buffering=0) as file:
        while chunk := response.read1(CHUNK):
            size += len(chunk)
            if size > max_bytes:
                raise NotGiven("too large", f"more than {max_bytes:,} bytes")
            file.write(chunk)
    return size
