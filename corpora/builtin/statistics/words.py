"""Find words in UTF-8 bytes, exactly where `str.split` finds them, without decoding."""

import numpy as np
from numpy.typing import NDArray

from corpora import Sequences

ASCII_SPACES = bytes([9, 10, 11, 12, 13, 28, 29, 30, 31, 32])
_WIDE = (0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
WIDE_SPACES = tuple(chr(point).encode() for point in _WIDE)
_IS_SPACE = np.zeros(256, dtype=bool)
_IS_SPACE[list(ASCII_SPACES)] = True
_AFTER = {lead: [s[1:] for s in WIDE_SPACES if s[0] == lead] for lead in sorted({s[0] for s in WIDE_SPACES})}


def spaces(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether each byte belongs to white space, as `str.isspace` has it: [bytes]."""
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


def word_starts(block: Sequences) -> NDArray[np.bool_]:
    """Whether a word begins at each byte: [bytes].

    Args:
        block: tight; UTF-8, a sentence a row.
    """
    mask = ~spaces(block.values)
    starts = mask.copy()
    starts[1:] &= ~mask[:-1]
    firsts = block.offsets[:-1][block.lengths > 0]
    starts[firsts] = mask[firsts]
    return starts


def words_in(block: Sequences) -> NDArray[np.int64]:
    """The number of words in each row: [rows].

    Args:
        block: UTF-8, a sentence a row.
    """
    block = block.tight()
    return np.diff(np.searchsorted(np.flatnonzero(word_starts(block)), block.offsets))
