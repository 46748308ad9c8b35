"""UTF-8 texts with whole lines in a multi-byte legacy encoding of Chinese, Japanese or Korean."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from corpora.builtin.sources.encodings.legacy import legacy_encoding, preferred_encoding
from corpora.builtin.sources.encodings.mixed import HIGH, SEQUENCE
from corpora.builtin.sources.encodings.plausibility import plausibility
from corpora.builtin.sources.unreadable import Unreadable

MULTI_BYTE = frozenset({"gb18030", "big5hkscs", "cp932", "shift_jis_2004", "euc_jis_2004", "cp949", "johab"})
MIN_BYTES = 6
"""A line with fewer bytes that are not UTF-8 is damaged, or has a character of a single-byte encoding."""
MAX_VALID_RATE = 0.5
"""A line in a legacy encoding has valid UTF-8 only by chance, in a smaller share of its characters than this."""
MAX_WRONG = 0.3
CLEAR_FIT = 0.8
"""Lines that are at least this plausible in a single-byte encoding are in it."""
SAMPLE_BYTES = 1 << 14


def legacy_lines(raw: bytes) -> dict[int, bytes]:
    """The lines of a text that are in a legacy encoding, by number, if other lines have characters in UTF-8."""
    lines = raw.split(b"\n")
    found = {number: line for number, line in enumerate(lines) if not line.isascii() and _is_legacy(line)}
    others = any(SEQUENCE.search(line) for number, line in enumerate(lines) if number not in found)
    return found if others else {}


def line_encoding(lines: Mapping[int, bytes], single_byte: str | None) -> str | None:
    """The encoding of lines, if it is one of Chinese, Japanese or Korean; None for the given single-byte encoding.

    Args:
        lines: the lines that are not UTF-8.
        single_byte: the encoding that the other characters of the text suggest, or None.

    Raises:
        Unreadable: they are plausible in neither.
    """
    raw = b"\n".join(lines.values())
    judged = plausibility(raw[:SAMPLE_BYTES].decode(single_byte, "replace")) if single_byte else None
    if judged and judged.wrong <= MAX_WRONG and judged.fit >= CLEAR_FIT:
        return None
    with suppress(Unreadable):
        encoding = legacy_encoding(raw)
        if encoding in MULTI_BYTE:
            return preferred_encoding(raw, encoding)
    if judged and judged.wrong <= MAX_WRONG:
        return None
    detail = f"the encoding of {len(lines):,} lines that are not UTF-8 is uncertain; convert them first"
    raise Unreadable("mixed encodings", detail)


def with_legacy_lines(raw: bytes, lines: Mapping[int, bytes], encoding: str) -> tuple[str, int]:
    """The text with some of its lines decoded in a legacy encoding, and the number of their characters beyond ASCII.

    Args:
        raw: all bytes of the text.
        lines: those in the legacy encoding, by number.
        encoding: that of these lines; the others are UTF-8.
    """
    texts = [
        line.decode(encoding, "replace") if number in lines else line.decode("utf-8", "replace")
        for number, line in enumerate(raw.split(b"\n"))
    ]
    return "\n".join(texts), sum(sum(character > "\x7f" for character in texts[number]) for number in lines)


def _is_legacy(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        rest = SEQUENCE.sub(b"", line)
        invalid = len(rest) - len(rest.translate(None, HIGH))
        valid = len(SEQUENCE.findall(line))
        return invalid >= MIN_BYTES and valid < MAX_VALID_RATE * (valid + invalid)
    return False
