"""Text from bytes in an unknown encoding: byte-order mark, strict UTF-8, UTF-16, or the likeliest code page."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from corpora.builtin.sources.books.formats.blocks import Unreadable

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CONTROLS = bytes({*range(32), 127} - {*b"\t\n\r\f\x1a"})
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]+")
MULTIBYTE = re.compile(rb"[\xc3-\xf4][\x80-\xbf]+")
WESTERN = ("cp1252", "mac_roman", "cp850")
SAMPLE_BYTES = 1 << 16
AROUND_BYTES = 100
CONTROL_RATE = 1e-3
"""Above this share of control characters a file is binary: prose has none, a binary file one in eight."""
DAMAGED_RATE = 0.05
"""A file in which at least this share of the high bytes is not UTF-8 has another encoding."""
HIGH_BYTE = re.compile(rb"[\x80-\xff]")
MOSTLY_HIGH_RATE = 0.4
"""Above this share of the letters, bytes over 127 are an alphabet that is not Latin."""
FITTING_WESTERN = 0.9
"""From this share of high characters in plausible places a Western code page is accepted."""


class Decoded(NamedTuple):
    """A text and its encoding."""

    text: str
    encoding: str


def decode(raw: bytes) -> Decoded:
    """The text of a file.

    Raises:
        Unreadable: it is empty or binary.
    """
    if not raw.strip():
        raise Unreadable("empty")
    decoded = _marked(raw) or _utf16(raw) or _utf8(raw) or _single_byte(raw)
    if not decoded.encoding.startswith("utf-") or b"\0" in raw or len(raw.translate(None, CONTROLS)) < len(raw):
        return Decoded(_without_controls(decoded.text), decoded.encoding)
    return decoded


def _marked(raw: bytes) -> Decoded | None:
    for mark, encoding in BOMS:
        if raw.startswith(mark):
            return Decoded(raw[len(mark) :].decode(encoding, "replace"), encoding)
    return None


def _utf16(raw: bytes) -> Decoded | None:
    """UTF-16 without a mark: its spaces and line ends have a NUL at one parity, and only there."""
    sample = raw[:SAMPLE_BYTES]
    if b"\0" not in sample:
        return None
    nuls = (sample[0::2].count(0), sample[1::2].count(0))
    encoding = "utf-16-be" if nuls[0] > nuls[1] else "utf-16-le"
    if max(nuls) < len(sample) * 0.02 or min(nuls) > max(nuls) * 0.01:
        raise Unreadable("binary", f"{sum(nuls):,} NUL bytes in the first {len(sample):,}")
    return Decoded(raw.decode(encoding, "replace"), encoding)


def _utf8(raw: bytes) -> Decoded | None:
    try:
        return Decoded(raw.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        high = len(raw) - len(raw.translate(None, bytes(range(128, 256))))
        text = raw.decode("utf-8", "replace")
        return Decoded(text, "utf-8") if text.count("\ufffd") < high * DAMAGED_RATE else None


def _single_byte(raw: bytes) -> Decoded:
    sample = _around_high_bytes(raw)
    fitting = {encoding: _fitting(sample.decode(encoding, "replace")) for encoding in WESTERN}
    best = max(WESTERN, key=lambda encoding: (fitting[encoding], -WESTERN.index(encoding)))
    letters = len(re.findall(rb"[A-Za-z\x80-\xff]", sample))
    if fitting[best] < FITTING_WESTERN or len(HIGH_BYTE.findall(sample)) > letters * MOSTLY_HIGH_RATE:
        best = _detected(raw) or "cp1252"
    return Decoded(raw.decode(best, "replace"), best)


def _around_high_bytes(raw: bytes) -> bytes:
    """The text around bytes above 127, up to the size of a sample."""
    parts, size, at = [], 0, 0
    while size < SAMPLE_BYTES and (found := HIGH_BYTE.search(raw, at)):
        at = found.start() + AROUND_BYTES
        parts.append(raw[max(found.start() - AROUND_BYTES // 4, 0) : at])
        size += len(parts[-1])
    return b"\n".join(parts)


HIGH = re.compile(r"[^\x00-\x7f]")
FITS = re.compile(
    r"(?<![A-Z])[à-öø-ÿœšž](?![A-Z])"  # small letters in words
    r"|(?<![a-z])[À-ÖØ-ÞŒŠŽ](?=[A-Za-zà-ÿ’])"  # capitals that begin a word, or stand among capitals
    r"|(?<=[\s(\[—–-])[“‘„«‚¡¿]|(?<=[\w.,!?;:—–…-])[”’»]|[—–…£§°€©«»]|ß|\xa0"
)


def _fitting(text: str) -> float:
    """The share of the characters above 127 that are where Western prose has them."""
    high = len(HIGH.findall(text))
    return len(FITS.findall(text)) / high if high else 1.0


def _detected(raw: bytes) -> str | None:
    from charset_normalizer import from_bytes

    match = from_bytes(_around_high_bytes(raw)).best()
    return match.encoding if match is not None else None


def _without_controls(text: str) -> str:
    found = CONTROL.findall(text)
    if not found:
        return text
    count = sum(map(len, found))
    if count > max(len(text) * CONTROL_RATE, 4):
        raise Unreadable("binary", f"{count:,} control characters in {len(text):,}")
    return CONTROL.sub("", text)
