"""Download a file to disk: resume an earlier attempt, enforce the size limit, and detect truncation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpora.errors import DownloadError
from corpora.net import headers as fields
from corpora.net.content_encoding import pending
from corpora.net.partial_file import PartialFile
from corpora.net.retries import RetryableError

if TYPE_CHECKING:
    from corpora.net.exchange import Response

Open = Callable[[str, dict[str, str]], AbstractContextManager["Response"]]
"""Requests an address with additional headers."""


@dataclass(frozen=True)
class Size:
    """What is known about a file's size before it is requested.

    Args:
        max_bytes: larger files are refused.
        exact_bytes: the exact size; None if only the server knows it.
        unsized_bytes: the most that is read of a body whose size the server does not send, which may never end.
    """

    max_bytes: int
    exact_bytes: int | None = None
    unsized_bytes: int = 8 << 30

    @property
    def limit_bytes(self) -> int:
        """The maximum number of bytes that are written."""
        return self.max_bytes if self.exact_bytes is None else self.exact_bytes

    def check(self, url: str, size_bytes: int | None) -> None:
        """Check that a size is within the limit.

        Args:
            url: the address, for the error message.
            size_bytes: the size that the server sent; None, if it sent none, passes.

        Raises:
            DownloadError: it is not.
        """
        if size_bytes is not None and size_bytes > self.limit_bytes:
            allowed = f"at most {self.max_bytes:,}" if self.exact_bytes is None else f"expected {self.exact_bytes:,}"
            raise DownloadError(url, "too large", f"{size_bytes:,} bytes; {allowed}")


def append(url: str, part: PartialFile, size: Size, open_url: Open) -> str:
    """Request the missing part of a file, append it, and return its `Content-Encoding`; empty if it has none.

    Args:
        url: the address.
        part: what was downloaded so far; it is discarded if the server has a different file.
        size: what is known about the file's size.
        open_url: sends the request.

    Raises:
        RetryableError: the response was truncated, or is another part of the file than requested.
        DownloadError: the server refuses, sends too much, or does not send the size if that is needed.
    """
    have = part.size_bytes()
    if have == size.exact_bytes:
        return ""
    if have > size.limit_bytes:
        part.discard()
    try:
        with open_url(url, part.headers()) as answer:
            encoding = fields.content_encoding(answer.headers)
            if not part.checksum:
                pending(url, encoding)
            whole = _add(url, part, size, answer)
    except RetryableError as again:
        if again.status == 416:  # what we have is not the beginning of the file on the server
            part.discard()
        raise
    if whole is not None and (arrived := part.path.stat().st_size) != whole:
        raise RetryableError(f"{arrived:,} of {whole:,} bytes arrived")
    return encoding


def _add(url: str, part: PartialFile, size: Size, answer: Response) -> int | None:
    """Write the body, and return the size that the file must have now; None if it is unknown."""
    start, length = _start(answer, part), fields.content_length(answer.headers)
    stated = fields.range_total(answer.headers) if answer.partial else None
    if stated is None and length is not None:
        stated = start + length
    size.check(url, stated)
    unsized = size.exact_bytes is None and stated is None
    if unsized and "transfer-encoding" not in answer.headers:
        raise DownloadError(url, "no size given", "a truncated file would look complete")
    if start == 0:
        part.restart(fields.validator(answer.headers))
    limit = min(size.limit_bytes, size.unsized_bytes) if unsized else size.limit_bytes
    part.append(answer.chunks(), url, limit)
    return stated if size.exact_bytes is None else size.exact_bytes


def _start(answer: Response, part: PartialFile) -> int:
    """The offset at which the response continues the file; 0 if it is the whole file."""
    if not answer.partial:
        return 0
    have, stated = part.size_bytes(), fields.range_start(answer.headers)
    if not part.belongs(fields.validator(answer.headers)):
        part.discard()
        raise RetryableError("the server sent the rest of another version of the file")
    if stated == have or (part.checksum and "content-range" not in answer.headers):
        return have
    part.discard()
    raise RetryableError("the server sent another part of the file than requested")
