"""Decode bytes of unknown encoding: by byte order mark, as Unicode, or with the most plausible legacy encoding."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import NamedTuple

from corpora import OptionError
from corpora.builtin.sources.encodings.legacy import legacy_encoding, preferred_encoding
from corpora.builtin.sources.encodings.mixed import other_encoding, with_legacy_bytes
from corpora.builtin.sources.encodings.mixed_lines import legacy_lines, line_encoding, with_legacy_lines
from corpora.builtin.sources.encodings.unicode import (
    escaped_encoding,
    is_utf8,
    marked_encoding,
    plausible_utf16,
    unmarked_utf16,
)
from corpora.builtin.sources.unreadable import Unreadable

AUTO = "auto"
CONTROLS = bytes({*range(32), 127} - {*b"\t\n\r\f\x1a"})
CONTROL = re.compile("\x1b\\[[\\d;?]{0,20}[A-Za-z]|[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]+")
"""Control characters, and escape sequences that colour text in a terminal."""
CONTROL_RATE = 1e-3
"""A file with a larger share of control characters is not text: prose has none, a binary file one in eight."""
UNDECODABLE_RATE = 1e-3
"""A text with a larger share of characters that do not exist in an encoding is not in that encoding."""


class Decoded(NamedTuple):
    """A text, and the encoding of its bytes."""

    text: str
    encoding: str
    repaired: int = 0
    """The number of characters in a UTF-8 text that were in a legacy encoding."""


def decode(raw: bytes, encoding: str = AUTO) -> Decoded:
    """The text of a file.

    Args:
        raw: all bytes of the file.
        encoding: a name that Python knows; `auto` detects it.

    Raises:
        Unreadable: it is empty, is not text, is not in the given encoding, or its encoding is uncertain.
    """
    if not raw.strip():
        raise Unreadable("empty")
    if encoding == AUTO:
        encoding = detect(raw)
    text, repaired = _decoded(raw, encoding)
    return Decoded(_without_controls(text), encoding, repaired)


def detect(raw: bytes) -> str:
    """The encoding of a text, as Python names it.

    Args:
        raw: all bytes of the text.

    Raises:
        Unreadable: it is not text, or its encoding is uncertain.
    """
    if marked := marked_encoding(raw):
        return marked[0]
    encoding = unmarked_utf16(raw) or escaped_encoding(raw)
    if encoding is None:
        encoding = "utf-8" if is_utf8(raw) else plausible_utf16(raw)
    if encoding is None:
        _check_controls(len(raw) - len(raw.translate(None, CONTROLS)), len(raw))
        encoding = _legacy_or_mixed(raw)
    return preferred_encoding(raw, encoding)


def _legacy_or_mixed(raw: bytes) -> str:
    """The legacy encoding of a text, or UTF-8 if whole lines of it are in UTF-8 and all others in one encoding."""
    try:
        return legacy_encoding(raw)
    except Unreadable:
        lines = legacy_lines(raw)
        if len(lines) * 2 > raw.count(b"\n") + 1 or not (lines and line_encoding(lines, None)):
            raise
        return "utf-8"


def checked_encoding(name: str, *, owner: str) -> str:
    """The name of an encoding as Python spells it, or `auto`.

    Args:
        name: as the user typed it.
        owner: the name of the component whose option it is, for the error message.

    Raises:
        OptionError: Python has no text encoding with this name.
    """
    if name == AUTO:
        return AUTO
    try:
        found = codecs.lookup(name)
        "a".encode(name)
    except LookupError as error:
        raise OptionError(
            f"{owner}: unknown encoding {name!r}; use auto or a name that Python knows, such as cp1252 or gb18030"
        ) from error
    return found.name


def _decoded(raw: bytes, encoding: str) -> tuple[str, int]:
    """The text, and the number of its characters that were in another encoding."""
    marked = marked_encoding(raw)
    if marked and codecs.lookup(marked[0]).name == codecs.lookup(encoding).name:
        raw = raw[marked[1] :]
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8" and (mixed := _mixed(raw)):
            return mixed
        text = raw.decode(encoding, "replace")
        damaged = text.count("\ufffd")
        if damaged > max(len(text) * UNDECODABLE_RATE, 1) and not encoding.startswith("utf"):
            raise Unreadable("wrong encoding", f"{damaged:,} of {len(text):,} characters are not {encoding}") from None
    return (unicodedata.normalize("NFC", text) if encoding == "cp1258" else text), 0


def _mixed(raw: bytes) -> tuple[str, int] | None:
    """The text of UTF-8 with lines or bytes of a legacy encoding, as `_decoded` returns it; None if it is damaged."""
    other, lines = other_encoding(raw), legacy_lines(raw)
    if lines and (encoding := line_encoding(lines, other)):
        return with_legacy_lines(raw, lines, encoding)
    return with_legacy_bytes(raw.decode("utf-8", "surrogateescape"), other) if other else None


def _without_controls(text: str) -> str:
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded.translate(None, CONTROLS)) == len(encoded):  # several times as fast as the pattern
        return text
    found = CONTROL.findall(text)
    _check_controls(sum(map(len, found)), len(text))
    return CONTROL.sub("", text)


def without_signals(text: str) -> str:
    """A text without control characters, however many it has."""
    return CONTROL.sub("", text) if CONTROL.search(text) else text


def _check_controls(count: int, characters: int) -> None:
    if count > max(characters * CONTROL_RATE, 4):
        raise Unreadable("binary", f"{count:,} control characters in {characters:,}")
