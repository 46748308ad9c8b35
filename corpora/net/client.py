"""The HTTP client: an honest user agent, robots.txt, retries, resumed downloads, limits on size and time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from corpora.errors import DownloadError, InputError
from corpora.net.address import checked, host_of, name_of, redirected, robots_of
from corpora.net.content_encoding import pending
from corpora.net.deadline import Timeouts
from corpora.net.download import Size, append
from corpora.net.headers import content_length, validator
from corpora.net.partial_file import PartialFile
from corpora.net.retries import HostUnknownError, Retries, RetryableError
from corpora.net.robots import AGENT, MAX_ROBOTS_BYTES, NO_HOST, Host

if TYPE_CHECKING:
    from corpora.net.exchange import Response

MAX_TEXT_BYTES = 64 << 20
MAX_REDIRECTS = 5
_CONTACT = re.compile(r"[\x20-\x7e]{1,200}")


class HttpClient:
    """Reads pages and downloads files, politely. Threads may share a client.

    It always uses the same User-Agent, and requests only what a host's robots.txt allows. A refusal is final: it does
    not try again with another name or from another address.

    Args:
        contact: your e-mail address or web page, which is sent to every host in the User-Agent.
        permissions: hosts that allow more than their robots.txt says, each with who gave the permission and when.
        pause_seconds: the minimum time between two requests to a host; a longer crawl delay in robots.txt is respected.
        redirect_hosts: hosts that other hosts may redirect to, as `host`, `host:port` or `*.domain`; `*` allows any.
        retries: how often failed requests are repeated, and after which wait.
        timeouts: how long a request may take.

    Raises:
        InputError: the contact is not one line of ASCII, or a proxy setting in the environment cannot be used.
    """

    def __init__(
        self,
        contact: str,
        *,
        permissions: Mapping[str, str] | None = None,
        pause_seconds: float = 1.0,
        redirect_hosts: tuple[str, ...] = (),
        retries: Retries | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        from corpora.net.exchange import new_session

        if not _CONTACT.fullmatch(contact):
            raise InputError(f"contact {contact!r}: give an e-mail address or a web page, in one line of plain ASCII")
        self.agent = f"{AGENT}/{version('transferset')} (+{contact})"
        self._permissions = frozenset(host.lower() for host in permissions or ())
        self._pause_seconds = pause_seconds
        self._redirect_hosts = redirect_hosts
        self._retries = retries or Retries()
        self._timeouts = timeouts or Timeouts()
        self._session = new_session(self.agent, self._timeouts)
        self._hosts: dict[str, Host] = {}
        self._lock = Lock()

    def text(self, url: str, *, max_bytes: int = MAX_TEXT_BYTES) -> str:
        """A page as text, decoded as UTF-8; invalid bytes are replaced.

        Args:
            url: an http or https address.
            max_bytes: larger pages are refused.

        Raises:
            DownloadError: robots.txt forbids it, the host refuses or fails, or the page is larger than `max_bytes`.
            ServerBusy: the host keeps answering 429 or 503.
        """
        body = self._retries.run(url, lambda: self._body(url, max_bytes))
        if len(body) > max_bytes:
            raise DownloadError(url, "too large", f"more than {max_bytes:,} bytes")
        return body.decode("utf-8", "replace")

    def allows(self, url: str) -> bool:
        """Whether the host's robots.txt or a permission allows requesting an address.

        Args:
            url: an http or https address.

        Raises:
            DownloadError: robots.txt could not be read because the host or the network failed.
            ServerBusy: the host keeps answering 429 or 503.
        """
        url = checked(url)
        lifted = name_of(url) in self._permissions
        return self._host(url).allows(url, lambda: self._robots(robots_of(url)), lifted=lifted)

    def about(self, url: str) -> tuple[int | None, str]:
        """The size of a file in bytes and its validator (ETag or date), as sent by the server; the body is not read.

        Args:
            url: an http or https address.

        Raises:
            DownloadError: as in `text`.
            ServerBusy: the host keeps answering 429 or 503.
        """

        def _ask() -> tuple[int | None, str]:
            with self._open(url, {}) as answer:
                return content_length(answer.headers), validator(answer.headers)

        return self._retries.run(url, _ask)

    def download(
        self, url: str, path: Path, *, max_bytes: int, size_bytes: int | None = None, checksum: str = ""
    ) -> None:
        """Download a file, continuing what an earlier attempt left in `path`.

        An interrupted download is kept, and the next one requests only the rest if the file on the server is still the
        same, according to its ETag or date, or to the checksum of the whole file.

        Args:
            url: an http or https address.
            path: where the file is written.
            max_bytes: larger files are refused.
            size_bytes: the exact size, if it is known; otherwise the server must send it.
            checksum: the expected digest, such as `sha1:…`. If it is wrong, the file is downloaded once more.

        Raises:
            DownloadError: as in `text`, or the size or the checksum is wrong.
            ServerBusy: the host keeps answering 429 or 503.
            OSError: the disk is full or cannot be written; what was downloaded is kept.
        """
        size = Size(max_bytes, size_bytes)
        if size.limit_bytes > max_bytes:
            raise DownloadError(url, "too large", f"{size.limit_bytes:,} bytes; at most {max_bytes:,}")
        part = PartialFile(path, checksum)
        for _ in range(2):
            encoding = self._retries.run(url, lambda: append(url, part, size, self._open))
            if not checksum and pending(url, encoding):
                part.decode(url, max_bytes)
            if not checksum or (digest := part.digest()) == checksum:
                return part.finish()
            part.discard()
        raise DownloadError(url, "wrong checksum", f"{digest}, expected {checksum}")

    def _body(self, url: str, max_bytes: int, *, robots: bool = False) -> bytes:
        """The body; of a longer one, its beginning, with a few more bytes than `max_bytes`."""
        body = bytearray()
        with self._open(url, {}, robots=robots) as answer:
            for chunk in answer.text_chunks():
                body += chunk
                if len(body) > max_bytes:
                    break
        return bytes(body)

    def _robots(self, url: str) -> str:
        body = self._retries.run(url, lambda: self._body(url, MAX_ROBOTS_BYTES, robots=True))
        return body[:MAX_ROBOTS_BYTES].decode("utf-8", "replace")

    @contextmanager
    def _open(self, url: str, headers: dict[str, str], *, robots: bool = False) -> Iterator[Response]:
        """The response after following permitted redirects, obeying the robots.txt of each host on the way."""
        url = checked(url)
        for _ in range(MAX_REDIRECTS + 1):
            if not robots and not self.allows(url):
                raise DownloadError(url, "robots.txt forbids it")
            with self._asked(url, headers) as answer:
                if answer.location is None:
                    yield answer
                    return
                url = redirected(url, answer.location, self._redirect_hosts)
        raise DownloadError(url, "too many redirects", f"more than {MAX_REDIRECTS}")

    @contextmanager
    def _asked(self, url: str, headers: dict[str, str]) -> Iterator[Response]:
        """The response of one host, requested after the pause that it needs."""
        from corpora.net.exchange import request

        host = self._host(url)
        host.wait_turn()
        try:
            with request(self._session, url, headers, self._timeouts) as answer:
                host.resolved = True
                yield answer
        except HostUnknownError as error:
            if host.resolved:
                raise
            raise DownloadError(url, NO_HOST, str(error), failed=error.passing) from error
        except (DownloadError, RetryableError):
            host.resolved = True
            raise
        finally:
            host.end_turn()

    def _host(self, url: str) -> Host:
        with self._lock:
            return self._hosts.setdefault(host_of(url), Host(self._pause_seconds))
