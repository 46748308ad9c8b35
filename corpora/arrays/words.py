"""Find words in UTF-8 bytes without decoding, exactly those that `str.split` finds."""

import numpy as np
from numpy.typing import NDArray

ASCII_SPACES = bytes([9, 10, 11, 12, 13, 28, 29, 30, 31, 32])
_WIDE = (0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
WIDE_SPACES = tuple(chr(point).encode() for point in _WIDE)
_IS_SPACE = np.zeros(256, dtype=bool)
_IS_SPACE[list(ASCII_SPACES)] = True
_AFTER = {lead: [s[1:] for s in WIDE_SPACES if s[0] == lead] for lead in sorted({s[0] for s in WIDE_SPACES})}


def spaces(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether each byte belongs to white space, as `str.isspace` defines it: [bytes]."""
    mask: NDArray[np.bool_] = _IS_SPACE[values]
    for lead, endings in _AFTER.items():
        places = np.flatnonzero(values == lead)
        for ending in endings:
            found = places[places + len(ending) < len(values)]
            for step, byte in enumerate(ending, 1):
                found = found[values[found + step] == byte]
            for step in range(len(ending) + 1):
                mask[found + step] = True
    return mask


def word_spans(values: NDArray[np.uint8], offsets: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first byte of each word, and the byte after it: [words] both.

    Args:
        values: [bytes], UTF-8.
        offsets: [rows + 1], from 0 to the number of bytes; a word ends where its row does.
    """
    inside = ~spaces(values)
    edges = np.zeros(len(inside) + 1, dtype=bool)
    edges[offsets] = True
    starts, stops = edges.copy(), edges
    starts[1:-1] |= ~inside[:-1]
    starts[:-1] &= inside
    stops[1:-1] |= ~inside[1:]
    stops[1:] &= inside
    return np.flatnonzero(starts[:-1]), np.flatnonzero(stops[1:]) + 1
