"""Decide whether a block contains text."""

import numpy as np

from corpora import Context, Sequences


def holds_text(block: Sequences, context: Context) -> bool:
    """Whether a block is from a sentence dataset: its values are bytes, or it is empty and has no vocabulary.

    Args:
        block: of any dataset.
        context: has a vocabulary exactly if the block has token ids.
    """
    return block.values.dtype == np.uint8 or not (len(block.values) or context.vocabulary)
