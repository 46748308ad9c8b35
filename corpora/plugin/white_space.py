"""White space and words in UTF-8 bytes without decoding, exactly those that `str.split` finds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ASCII_SPACES = bytes([9, 10, 11, 12, 13, 28, 29, 30, 31, 32])
_WIDE = (0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
WIDE_SPACES = tuple(chr(point).encode() for point in _WIDE)
_IS_SPACE = bytes(byte in ASCII_SPACES for byte in range(256))


def _ending_table(lead: int) -> tuple[int, NDArray[np.bool_]]:
    """How many bytes follow the first byte of a wide space, and which numbers they are if read as one."""
    endings = [space[1:] for space in WIDE_SPACES if space[0] == lead]
    table = np.zeros(1 << 16, dtype=bool)
    table[[int.from_bytes(ending, "big") for ending in endings]] = True
    return len(endings[0]), table


_AFTER = {lead: _ending_table(lead) for lead in sorted({space[0] for space in WIDE_SPACES})}


def spaces(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether each byte belongs to white space, as `str.isspace` defines it: [bytes]."""
    mask = np.frombuffer(bytearray(values).translate(_IS_SPACE), np.bool_)
    for lead, (more, table) in _AFTER.items():
        places = np.flatnonzero(values[: max(len(values) - more, 0)] == lead)
        if not len(places):
            continue
        ending = values[places + 1].astype(np.uint16)
        if more == 2:
            ending = (ending << np.uint16(8)) | values[places + 2]
        found = places[table[ending]]
        for step in range(more + 1):
            mask[found + step] = True
    return mask


def word_count(text: bytes) -> int:
    """The number of words in a text."""
    space = spaces(np.frombuffer(text, np.uint8))
    return int(np.count_nonzero(space[:-1] > space[1:])) + (not space[0]) if text else 0


def words_per_row(values: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of words in each row: [rows].

    Args:
        values: [bytes], UTF-8.
        offsets: [rows + 1], from 0 to the number of bytes; a word ends where its row does.
    """
    space = spaces(values)
    begins = np.empty(len(values) + 1, dtype=bool)  # whether a word may begin: behind white space, or with a row
    begins[1:] = space
    begins[offsets] = True
    bits = np.append(np.packbits(begins[:-1] > space), np.uint8(0))
    before = np.zeros(len(bits) + 1, dtype=np.int64)
    np.cumsum(np.bitwise_count(bits), out=before[1:])
    place, rest = offsets >> 3, (offsets & 7).astype(np.uint8)
    return np.diff(before[place] + np.bitwise_count(bits[place] >> (np.uint8(8) - rest)))
