"""Texts in Unicode: by their byte order mark, as valid UTF-8, or as UTF-16 without a mark."""

from __future__ import annotations

import codecs

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
"""With a smaller share of invalid bytes among those beyond ASCII, a text is damaged UTF-8; else it is not UTF-8."""
NUL_RATE = 0.02
"""The least share of NUL bytes in UTF-16 of a Western language: spaces and line ends alone are more."""
STRAY_RATE, STRAY_NULS = 1e-3, 2
"""Up to this share and number of NUL bytes are damage in a text, and do not make it a binary file."""
MIN_FIT = 0.7
ESCAPED = (
    (b"\x1b$B", "iso2022_jp"),
    (b"\x1b$@", "iso2022_jp"),
    (b"\x1b$)C", "iso2022_kr"),
    (b"~{", "hz"),
)
"""Seven-bit encodings of Japanese, Korean and Chinese, by the sequence that starts their characters."""


def marked_encoding(raw: bytes) -> tuple[str, int] | None:
    """The encoding that a byte order mark names, and the length of the mark."""
    return next(((encoding, len(mark)) for mark, encoding in MARKS if raw.startswith(mark)), None)


def unmarked_utf16(raw: bytes) -> str | None:
    """UTF-16 without a mark, by the NUL bytes of its spaces and line ends, which stand at even or at odd places only.

    Raises:
        Unreadable: there are NUL bytes, but not as UTF-16 has them, and not only a few.
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
    """UTF-16 without a mark in Chinese, Japanese or Korean, which has few NUL bytes or none, by its characters."""
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
    """Whether bytes are UTF-8, perhaps with a few damaged places."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        high = len(raw) - len(raw.translate(None, bytes(range(128, 256))))
        return raw.decode("utf-8", "replace").count("\ufffd") < high * DAMAGED_RATE
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
