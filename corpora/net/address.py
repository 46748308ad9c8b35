"""Web addresses: which ones are accepted, and to which hosts a server may redirect."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from corpora.errors import DownloadError

SCHEMES = {"http": 80, "https": 443}
"""The supported schemes with their default ports; never `file:`, `ftp:` or `data:`."""
MAX_ADDRESS = 8192
"""Longer addresses, in characters, are refused, as most servers refuse them."""
MAX_SHOWN = 200


def checked(url: str) -> str:
    """The address, unchanged, after a check that it may be requested.

    Args:
        url: from a user, a catalogue or a redirect.

    Raises:
        DownloadError: it is not http or https, has no valid host or port, contains a user name, or is too long.
    """
    if problem := _problem(url):
        raise DownloadError(shown(url), "not a web address", problem)
    return url


def _problem(url: str) -> str:
    if len(url) > MAX_ADDRESS:
        return f"{len(url):,} characters; at most {MAX_ADDRESS:,}"
    if not url.isprintable():
        return "it contains control characters"
    try:
        parts = urlsplit(url)
        host, port = _ascii(parts.hostname or ""), parts.port
    except ValueError as error:  # an invalid port, IPv6 address or international host name
        return shown(str(error))
    if parts.scheme not in SCHEMES:
        return f"scheme {shown(parts.scheme) or 'missing'}; only http and https are supported"
    if not host or port == 0:
        return "it has no host, or an invalid port"
    if "@" in parts.netloc:
        return "it contains a user name or password"
    return "its host contains a space" if " " in parts.netloc else ""


def host_of(url: str) -> str:
    """The host of a checked address in lower case and IDNA form, with its port unless it is the scheme's default.

    Args:
        url: an address that `checked` accepted.
    """
    parts = urlsplit(url)
    host = _ascii(parts.hostname or "")
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, SCHEMES[parts.scheme]) else f"{host}:{parts.port}"


def name_of(url: str) -> str:
    """The host name of a checked address, without the port.

    Args:
        url: an address that `checked` accepted.
    """
    return urlsplit(url).hostname or ""


def robots_of(url: str) -> str:
    """The address of robots.txt for a checked address.

    Args:
        url: an address that `checked` accepted.
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def redirected(url: str, location: str, permitted: Iterable[str]) -> str:
    """The checked address that a redirect leads to.

    Args:
        url: the checked address that was requested.
        location: the server's `Location` header.
        permitted: hosts that are allowed besides the same one, as `host`, `host:port` or `*.domain`; `*` allows any.

    Raises:
        DownloadError: the target is not a web address, or its host is not permitted.
    """
    try:
        target = checked(urljoin(url, location))
    except ValueError as error:
        raise DownloadError(url, "invalid redirect", shown(location)) from error
    except DownloadError as error:
        raise DownloadError(url, "invalid redirect", f"{shown(location)}: {error.detail}") from error
    host = host_of(target)
    if host != host_of(url) and not any(_matches(host, pattern.lower()) for pattern in permitted):
        raise DownloadError(url, "redirected to another host", shown(target))
    return target


def shown(text: str) -> str:
    """Text from a server in a form that is safe to print: one short line without control characters.

    Args:
        text: may be long, hostile or in any script.
    """
    text = text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def _matches(host: str, pattern: str) -> bool:
    if pattern == "*":
        return True
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _ascii(host: str) -> str:
    """A host name in ASCII, as DNS needs it; an empty label or one of more than 63 characters raises UnicodeError."""
    return host if ":" in host else host.rstrip(".").encode("idna").decode("ascii")
