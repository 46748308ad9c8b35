"""UTF-8 texts with bytes of a legacy encoding, as concatenated files have them: which encoding, and what they mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

COUNTS, REPAIRED = "mixed encodings", "repaired characters"
"""The table of counts in a document's metadata, which a build sums over all documents, and its only entry."""
SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
"""One non-ASCII character in UTF-8."""
HIGH = bytes(range(128, 256))
MIN_RATE, MIN_SEQUENCES = 0.5, 3
"""A text in a legacy encoding has valid UTF-8 by chance: at most 31 % of its non-ASCII characters, in EUC-JP."""
CANDIDATES = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8-r", "cp874")
KNOWN_RATE = 0.9
"""A legacy encoding must have at least this share of the non-ASCII characters that are in UTF-8."""
SYMBOLS = "\u2100"
"""Characters from here on that are not letters, such as emoji, are in no legacy encoding and do not count."""
SAMPLE_BYTES = 1 << 22
ESCAPED = re.compile("[\udc80-\udcff]+")
"""Bytes that are not UTF-8, as the error handler `surrogateescape` represents them."""
TRUNCATED = re.compile(rb"\xe2[\x80-\x82]|\xf0\x9f|\xef[\xbb\xbf]")
"""The beginnings of quotation marks, dashes, emoji and byte order marks in UTF-8, which are damaged characters."""


def other_encoding(raw: bytes) -> str | None:
    """The legacy encoding of the bytes that are not UTF-8 in a text that mostly is; None for another text.

    It is the one with the most of the other non-ASCII characters of the text: cp1251 for Russian, cp1250 for Czech.

    Args:
        raw: all bytes of the text, or complete lines of it.
    """
    raw = raw[:SAMPLE_BYTES]
    rest = SEQUENCE.sub(b"", raw)
    invalid = len(rest) - len(rest.translate(None, HIGH))
    sequences = SEQUENCE.findall(raw)
    if len(sequences) < max(MIN_SEQUENCES, MIN_RATE * (len(sequences) + invalid)):
        return None
    found = Counter(map(bytes.decode, sequences))
    letters = Counter({each: n for each, n in found.items() if each < SYMBOLS or each.isalpha()})
    known = {name: sum(n for each, n in letters.items() if _has(name, each)) for name in CANDIDATES}
    best = max(CANDIDATES, key=lambda name: known[name])
    return best if known[best] >= KNOWN_RATE * letters.total() else None


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def with_legacy_bytes(text: str, encoding: str) -> tuple[str, int]:
    """The text with its escaped bytes decoded, and the number of characters that they are.

    Args:
        text: decoded as UTF-8 with the error handler `surrogateescape`.
        encoding: of the other bytes; those that it does not have become replacement characters.
    """
    count = 0

    def decoded(run: re.Match[str]) -> str:
        nonlocal count
        raw = run[0].encode("utf-8", "surrogateescape")
        if TRUNCATED.match(raw):
            return "\ufffd"
        found = raw.decode(encoding, "replace")
        count += len(found) - found.count("\ufffd")
        return found

    return ESCAPED.sub(decoded, text), count


def repair_counts(repaired: int) -> Mapping[str, Mapping[str, int]]:
    """The metadata of a document with this many repaired characters."""
    return {COUNTS: {REPAIRED: repaired}} if repaired else {}
