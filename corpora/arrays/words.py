"""Find words in UTF-8 bytes without decoding, exactly those that `str.split` finds."""

import numpy as np
from numpy.typing import NDArray

from corpora.plugin import has_double_space as has_double_space
from corpora.plugin import has_other_space as has_other_space
from corpora.plugin import spaces
from corpora.plugin import unspaced_words as unspaced_words
from corpora.plugin import words_in as words_in


def word_spans(values: NDArray[np.uint8], offsets: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The offset of each word's first byte, and of the byte after its last: [words] both.

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
