"""One request and its response, with every kind of failure of httpx2 translated into our errors."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from corpora.errors import DownloadError, InputError, first_line
from corpora.net import headers as fields
from corpora.net.address import shown
from corpora.net.deadline import Deadline, Timeouts
from corpora.net.retries import BUSY, HostUnknownError, RetryableError

REDIRECTS = frozenset({301, 302, 303, 307, 308})
TEMPORARY = BUSY | {408, 500, 502, 504}
CUT = ("disconnected", "closed")
"""Words in messages of h11 and httpcore2 about a connection that ended early; other protocol errors mean bad data."""
REASONS = {401: "refused", 403: "refused", 404: "not found", 410: "not found", 451: "refused"}


def new_session(agent: str, timeouts: Timeouts) -> httpx2.Client:
    """A client without cookies, connection reuse and automatic redirects; proxies are taken from the environment.

    Args:
        agent: the User-Agent.
        timeouts: of which `silence_seconds` is used here.

    Raises:
        InputError: a proxy or certificate file in the environment cannot be used.
    """
    try:
        return httpx2.Client(
            headers={"User-Agent": agent, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            timeout=timeouts.silence_seconds,
            limits=httpx2.Limits(max_keepalive_connections=0),
            follow_redirects=False,
        )
    except (ImportError, ValueError, OSError, httpx2.InvalidURL) as error:
        raise InputError(
            f"the network settings in the environment cannot be used: {first_line(error)}; "
            "check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE"
        ) from error


class Response:
    """A successful response, or a redirect.

    Args:
        url: the address that was requested.
        response: from httpx2, with an unread body.
        deadline: extended as the body is read.
    """

    def __init__(self, url: str, response: httpx2.Response, deadline: Deadline) -> None:
        self.url = url
        self.headers = response.headers
        self.partial: bool = response.status_code == HTTPStatus.PARTIAL_CONTENT
        self.location: str | None = None
        if response.status_code in REDIRECTS:
            self.location = response.headers.get("location", "")
        self._response, self._deadline = response, deadline

    def chunks(self) -> Iterator[bytes]:
        """The body exactly as sent, as needed for byte ranges."""
        return self._counted(self._response.iter_raw())

    def text_chunks(self) -> Iterator[bytes]:
        """The body with its `Content-Encoding`, which some servers apply without being asked, decoded."""
        return self._counted(self._response.iter_bytes())

    def _counted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._deadline.received(self._response.num_bytes_downloaded)
            yield chunk


@contextmanager
def request(session: httpx2.Client, url: str, headers: dict[str, str], timeouts: Timeouts) -> Iterator[Response]:
    """Request an address. Errors while the body is read inside the `with` block are translated too.

    Args:
        session: as `new_session` returns it.
        url: a checked address.
        headers: additional request headers, such as `Range`.
        timeouts: how long the whole request may take.

    Raises:
        RetryableError: the server is busy or fails, the connection was lost, or the response is truncated.
        HostUnknownError: the host's name could not be resolved.
        DownloadError: the server refuses or has no such file, or the response is too slow or invalid.
    """
    with Deadline(timeouts) as deadline:
        try:
            with session.stream("GET", url, headers=headers, extensions={"trace": deadline.trace}) as response:
                _check_status(url, response, asked_range="Range" in headers)
                yield Response(url, response, deadline)
        except httpx2.DecodingError as error:
            raise DownloadError(url, "invalid answer", shown(first_line(error))) from error
        except httpx2.ProtocolError as error:
            _check_time(url, deadline, timeouts)
            if not any(word in str(error) for word in CUT):
                raise DownloadError(url, "invalid answer", shown(first_line(error)), failed=True) from error
            raise RetryableError(f"the connection was cut: {shown(first_line(error))}") from error
        except httpx2.TimeoutException as error:
            _check_time(url, deadline, timeouts)
            raise RetryableError(f"no answer for {timeouts.silence_seconds:g} seconds") from error
        except httpx2.HTTPError as error:
            _check_time(url, deadline, timeouts)
            if (cause := _resolving(error)) is not None:
                why = shown(cause.strerror or first_line(cause))
                raise HostUnknownError(why, passing=cause.errno == socket.EAI_AGAIN) from error
            raise RetryableError(f"the connection failed: {shown(first_line(error))}") from error
        except (httpx2.InvalidURL, UnicodeError) as error:
            raise DownloadError(url, "not a web address", shown(first_line(error))) from error
        _check_time(url, deadline, timeouts)


def _resolving(error: BaseException) -> socket.gaierror | None:
    """The error of the name resolution that caused an error of httpx2; None if it has another cause."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, socket.gaierror):
        cause = cause.__cause__ or cause.__context__
    return cause


def _check_time(url: str, deadline: Deadline, timeouts: Timeouts) -> None:
    if deadline.expired:
        speed = f"below {timeouts.slowest_bytes_per_second / 1000:g} kB/s after {timeouts.grace_seconds:g} seconds"
        raise DownloadError(url, "too slow", speed, failed=True)


def _check_status(url: str, response: httpx2.Response, *, asked_range: bool) -> None:
    status = response.status_code
    if status in (200, 203) or status in REDIRECTS or (status == 206 and asked_range):
        return
    if status in TEMPORARY or (status == 416 and asked_range):
        raise RetryableError(f"HTTP {status}", status, fields.retry_after(response.headers))
    raise DownloadError(url, REASONS.get(status, "unexpected answer"), f"HTTP {status}", status=status)
