"""Words in the rows of a block, and which blocks have words."""

import numpy as np
from numpy.typing import NDArray

from corpora import Context, Sequences
from corpora.arrays import word_spans


def holds_text(block: Sequences, context: Context) -> bool:
    """Whether a block is one of sentences: its values are bytes, or it is empty and there is no vocabulary."""
    return block.values.dtype == np.uint8 or not (len(block.values) or context.vocabulary)


def words_in(block: Sequences) -> NDArray[np.int64]:
    """The number of words in each row: [rows].

    Args:
        block: UTF-8, a sentence a row.
    """
    block = block.tight()
    return np.diff(np.searchsorted(word_spans(block.values, block.offsets)[0], block.offsets))
