"""Strict parsing of response headers: a malformed value counts as missing."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)
_RANGE = re.compile(r"bytes ([0-9]{1,20})-([0-9]{1,20})/([0-9]{1,20}|\*)", re.ASCII)
_STRONG_TAG = re.compile(r'"[\x21\x23-\x7e]{1,256}"')


def content_length(headers: Mapping[str, str]) -> int | None:
    """The size of the body in bytes; None if it is missing or the body is sent in chunks.

    Args:
        headers: with lower-case names, or a mapping that ignores case.
    """
    value = headers.get("content-length", "").strip()
    return int(value) if _DIGITS.fullmatch(value) and "transfer-encoding" not in headers else None


def range_start(headers: Mapping[str, str]) -> int | None:
    """The offset of a partial response, from `Content-Range`; None if the header is missing or malformed.

    Args:
        headers: of a response with status 206.
    """
    match = _RANGE.fullmatch(headers.get("content-range", "").strip())
    return int(match[1]) if match and int(match[1]) <= int(match[2]) else None


def range_total(headers: Mapping[str, str]) -> int | None:
    """The size of the whole file, from `Content-Range`; None if the header is missing, malformed or does not say it."""
    match = _RANGE.fullmatch(headers.get("content-range", "").strip())
    return int(match[3]) if match and match[3] != "*" else None


def content_encoding(headers: Mapping[str, str]) -> str:
    """How the body is encoded, such as `gzip`, in lower case; empty if it is not encoded."""
    value = headers.get("content-encoding", "").strip().lower()
    return "" if value == "identity" else value


def validator(headers: Mapping[str, str]) -> str:
    """What identifies this version of a file in `If-Range`: a strong ETag, or else its date; empty without either.

    Args:
        headers: of a response with the whole file, or with its header only.
    """
    tag, date = headers.get("etag", ""), headers.get("last-modified", "")
    if _STRONG_TAG.fullmatch(tag):
        return tag
    return date if _timestamp(date) is not None else ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds to wait before the next request, which the server sends as a number or a date; None if missing.

    Args:
        headers: of a response with status 429 or 503.
    """
    value = headers.get("retry-after", "").strip()
    if _DIGITS.fullmatch(value):
        return float(value)
    timestamp = _timestamp(value)
    return None if timestamp is None else max(0.0, timestamp - time.time())


def _timestamp(value: str) -> float | None:
    """An HTTP date as seconds since 1970; None if it is malformed."""
    if not value.isascii() or not 8 <= len(value) <= 64:
        return None
    try:
        date = parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
