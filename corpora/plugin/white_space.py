"""White space and words in UTF-8 bytes without decoding: those of `str.split`, and estimates for unspaced scripts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

ASCII_SPACES = bytes([9, 10, 11, 12, 13, 28, 29, 30, 31, 32])
_WIDE = (0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
WIDE_SPACES = tuple(chr(point).encode() for point in _WIDE)
HAN_LEADS = tuple(bytes([lead]) for lead in range(0xE3, 0xEA))
THAI_LEADS = (b"\xe0\xb8", b"\xe0\xb9", b"\xe0\xba", b"\xe0\xbb")
KHMER_LEADS = (b"\xe1\x80", b"\xe1\x81", b"\xe1\x82", b"\xe1\x9e", b"\xe1\x9f")
"""How the characters of scripts without spaces begin in UTF-8; Lao with Thai, Burmese with Khmer, kana with Han."""
FIRST_LEAD, QUOTES_LEAD = 0xE0, 0xE2
"""No such character begins with a lower byte, or with that of typographic quotation marks and dashes."""
MANY_BYTES = 4096
SHORT_CHARACTERS, SPACED_CHARACTERS = 40, 12
"""A longer text with a space for this many characters has spaces between words, so that no characters are counted."""
_OTHER_ASCII = "".join(chr(byte) for byte in ASCII_SPACES if byte not in b" \n")
_IS_SPACE = bytes(byte in ASCII_SPACES for byte in range(256))


def _ending_table(lead: int) -> tuple[int, NDArray[np.bool_]]:
    """How many bytes follow the lead byte of a wide space, and a table of the values they can have as one integer."""
    endings = [space[1:] for space in WIDE_SPACES if space[0] == lead]
    table = np.zeros(1 << 16, dtype=bool)
    table[[int.from_bytes(ending, "big") for ending in endings]] = True
    return len(endings[0]), table


_AFTER = {lead: _ending_table(lead) for lead in sorted({space[0] for space in WIDE_SPACES})}


def spaces(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether each byte belongs to white space, as `str.isspace` defines it: [bytes]."""
    mask = np.frombuffer(bytearray(values).translate(_IS_SPACE), np.bool_)
    for places, more in _wide_spaces(values):
        for step in range(more + 1):
            mask[places + step] = True
    return mask


def _wide_spaces(values: NDArray[np.uint8]) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Where non-ASCII white space begins, with the number of bytes after the first."""
    for lead, (more, table) in _AFTER.items():
        places = np.flatnonzero(values[: max(len(values) - more, 0)] == lead)
        if len(places):
            ending = values[places + 1].astype(np.uint16)
            if more == 2:
                ending = (ending << np.uint16(8)) | values[places + 2]
            yield places[table[ending]], more


def has_other_space(text: str) -> bool:
    """Whether a text has white space that is neither a space nor a line feed."""
    if any(mark in text for mark in _OTHER_ASCII):
        return True
    if text.isascii():
        return False
    values = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    return any(len(places) for places, _ in _wide_spaces(values))


def has_double_space(text: str) -> bool:
    """Whether a text contains two consecutive spaces; several times as fast as `in`, which stops at each space."""
    is_space = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8) == ord(" ")
    return bool((is_space[1:] & is_space[:-1]).any())


def word_count(text: bytes) -> int:
    """The number of words in a text, which is UTF-8; estimated in scripts without spaces."""
    space = spaces(np.frombuffer(text, np.uint8))
    return int(np.count_nonzero(space[:-1] > space[1:])) + (not space[0]) + unspaced_words(text) if text else 0


def words_in(line: str) -> int:
    """The number of words in a text whose white space is single spaces; estimated in scripts without spaces."""
    words = line.count(" ") + 1
    if line.isascii() or SHORT_CHARACTERS < len(line) < SPACED_CHARACTERS * words:
        return words
    return words + unspaced_words(line.encode("utf-8", "surrogatepass"))


def unspaced_words(text: bytes) -> int:
    """About how many words of Chinese, Japanese, Thai, Lao, Burmese and Khmer a text, which is UTF-8, has.

    Their words are not separated by spaces; on average they have two characters, in South East Asia four.
    """
    leads = text
    if len(text) >= MANY_BYTES:  # one pass leaves next to nothing of most texts in other scripts
        values = np.frombuffer(text, np.uint8)
        leads = values[(values >= FIRST_LEAD) & (values != QUOTES_LEAD)].tobytes()
    wide, narrow = sum(map(leads.count, HAN_LEADS)), 0
    if b"\xe3" in leads:
        wide -= text.count(b"\xe3\x80")  # which leads punctuation marks
    if b"\xe0" in leads:
        narrow += sum(map(text.count, THAI_LEADS))
    if b"\xe1" in leads:
        narrow += sum(map(text.count, KHMER_LEADS))
    return wide // 2 + narrow // 4


def words_per_row(values: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of words in each row: [rows].

    Args:
        values: [bytes], UTF-8.
        offsets: [rows + 1], from 0 to the number of bytes; a word ends where its row does.
    """
    space = spaces(values)
    # Whether a word may begin: after white space, or at the start of a row.
    begins = np.empty(len(values) + 1, dtype=bool)
    begins[1:] = space
    begins[offsets] = True
    bits = np.append(np.packbits(begins[:-1] > space), np.uint8(0))
    before = np.zeros(len(bits) + 1, dtype=np.int64)
    np.cumsum(np.bitwise_count(bits), out=before[1:])
    place, rest = offsets >> 3, (offsets & 7).astype(np.uint8)
    words: NDArray[np.int64] = before[place] + np.bitwise_count(bits[place] >> (np.uint8(8) - rest))
    return np.diff(words)
