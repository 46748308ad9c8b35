"""Recognise Unicode texts: by their byte order mark, as valid UTF-8, or as UTF-16 without a mark."""

from __future__ import annotations

import codecs

from corpora.builtin.sources.encodings.mixed import other_encoding
from corpora.builtin.sources.encodings.plausibility import plausibility
from corpora.builtin.sources.unreadable import Unreadable

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE_BYTES = 1 << 16
PLAUSIBLE_BYTES = 1 << 13
DAMAGED_RATE = 0.05
"""A text with a smaller share of invalid sequences among its non-ASCII bytes is damaged UTF-8; others are not UTF-8."""
NUL_RATE = 0.02
"""The smallest share of NUL bytes in UTF-16 of a Western language; spaces and line ends alone are more than that."""
STRAY_RATE, STRAY_NULS = 1e-3, 2
"""With at most this share or number of NUL bytes, a file is a damaged text and not a binary file."""
MIN_FIT = 0.7
ESCAPED = (
    (b"\x1b$B", "iso2022_jp"),
    (b"\x1b$@", "iso2022_jp"),
    (b"\x1b$)C", "iso2022_kr"),
    (b"~{", "hz"),
)
"""Seven-bit encodings of Japanese, Korean and Chinese, with the sequence that begins their characters."""


def marked_encoding(raw: bytes) -> tuple[str, int] | None:
    """The encoding given by a byte order mark, and the length of the mark in bytes; None without a mark."""
    return next(((encoding, len(mark)) for mark, encoding in MARKS if raw.startswith(mark)), None)


def unmarked_utf16(raw: bytes) -> str | None:
    """The byte order of UTF-16 without a mark, by the NUL bytes of its spaces and line ends; None for other text.

    Args:
        raw: all bytes; in UTF-16, the NUL bytes are only at even or only at odd positions.

    Raises:
        Unreadable: there are more than a few NUL bytes, but not as in UTF-16.
    """
    sample = raw[:SAMPLE_BYTES]
    if b"\0" not in sample:
        return None
    nuls = (sample[0::2].count(0), sample[1::2].count(0))
    encoding = "utf-16-be" if nuls[0] > nuls[1] else "utf-16-le"
    if max(nuls) >= len(sample) * NUL_RATE and min(nuls) <= max(nuls) * 0.01:
        return encoding
    if plausible := plausible_utf16(raw):
        return plausible
    if sum(nuls) <= max(len(sample) * STRAY_RATE, STRAY_NULS):
        return None
    raise Unreadable("binary", f"{sum(nuls):,} NUL bytes in the first {len(sample):,}")


def plausible_utf16(raw: bytes) -> str | None:
    """The byte order of UTF-16 in Chinese, Japanese or Korean, which has few NUL bytes, by its characters; or None."""
    if len(raw) % 2:
        return None
    sample = raw[:PLAUSIBLE_BYTES]
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            continue
        judged = plausibility(text)
        if judged.language in ("zh", "ja", "ko") and judged.fit >= MIN_FIT and judged.wrong <= 1 - MIN_FIT:
            return encoding
    return None


def is_utf8(raw: bytes) -> bool:
    """Whether bytes are UTF-8, possibly with a few damaged characters or with passages in a legacy encoding."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        high = len(raw) - len(raw.translate(None, bytes(range(128, 256))))
        is_damaged = raw.decode("utf-8", "replace").count("\ufffd") < high * DAMAGED_RATE
        return is_damaged or other_encoding(raw) is not None
    return True


def escaped_encoding(raw: bytes) -> str | None:
    """A seven-bit encoding that switches alphabets by escape sequences, if the whole text decodes in it."""
    for sequence, encoding in ESCAPED:
        if sequence in raw and raw.isascii():
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            if not text.isascii() and plausibility(text[:SAMPLE_BYTES]).fit >= MIN_FIT:
                return encoding
    return None
