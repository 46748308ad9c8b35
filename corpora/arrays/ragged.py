"""Operations on ragged blocks that transforms share: shuffle within rows, gather pieces, skip special ids."""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from corpora import Context, DatasetDamaged
from corpora.arrays.runs import document_starts
from corpora.plugin import Array

LONG = 1000
"""Longer rows are shuffled one by one: they are rare, and each would add many iterations to the loop below."""


def shuffled(values: Array, offsets: NDArray[np.int64], rng: Generator) -> Array:
    """The values with each row's in random order, all orders equally likely.

    A Fisher–Yates shuffle that takes each step for all rows at once: with rows ordered by length, the rows that have
    an i-th value are a prefix. A 32-bit number scaled to i + 1 positions is biased by less than (i + 1) / 2**32, here
    under 3e-7.

    Args:
        values: [values], any type; not modified.
        offsets: [rows + 1], from 0 to the number of values.
        rng: advanced by an amount that depends only on the row lengths.

    Returns:
        [values], a new array.
    """
    result = np.array(values)
    lengths = np.diff(offsets)
    for row in np.flatnonzero(lengths > LONG):
        start, stop = offsets[row], offsets[row + 1]
        result[start:stop] = rng.permutation(result[start:stop])
    rows = np.flatnonzero((lengths > 1) & (lengths <= LONG))
    if not len(rows):
        return result
    rows = rows[np.argsort((LONG - lengths[rows]).astype(np.uint16), kind="stable")]
    starts = offsets[:-1][rows]
    longest = int(lengths[rows[0]])
    longer = np.cumsum(np.bincount(lengths[rows], minlength=longest + 1)[::-1])[::-1].tolist()  # [i] rows of >= i
    chance = random_u32(sum(longer[2:]), rng)
    used = 0
    for i in range(longest - 1, 0, -1):
        count = longer[i + 1]
        here = starts[:count] + i
        there = chance[used : used + count].astype(np.uint64)
        there *= np.uint64(i + 1)
        there >>= np.uint64(32)
        other = there.view(np.int64)
        other += starts[:count]
        kept = result[here]
        result[here] = result[other]
        result[other] = kept
        used += count
    return result


def random_u32(count: int, rng: Generator) -> NDArray[np.uint32]:
    """Uniform random numbers from 0 to 2**32 - 1: [count]; each 64-bit draw gives two, which is twice as fast."""
    whole = rng.integers(0, 2**64, size=(count + 1) // 2, dtype=np.uint64)
    return whole.astype("<u8", copy=False).view("<u4")[:count]


def gathered(values: Array, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Array:
    """The pieces `values[start:start + length]`, concatenated.

    Args:
        values: [values].
        starts: [pieces], in any order; pieces may overlap.
        lengths: [pieces], 0 is allowed.

    Returns:
        [sum of lengths], a new array.
    """
    ends = np.cumsum(lengths)
    shift = np.repeat(starts - ends + lengths, lengths)
    result: Array = values[shift + np.arange(len(shift))]
    return result


def control_places(values: Array, context: Context) -> NDArray[np.int64]:
    """The positions of the tokens that transforms leave unchanged: special ids except [UNK], which stands for a word.

    Args:
        values: [tokens].
        context: its vocabulary and special ids are used.

    Returns:
        [controls], in ascending order.

    Raises:
        DatasetDamaged: an id is outside the vocabulary.
    """
    if len(values) and int(values.max()) >= len(context.vocabulary):
        raise DatasetDamaged(
            f"the id {int(values.max())} is outside the vocabulary of {len(context.vocabulary):,}; "
            "tokenize again with the tokenizer stored in the dataset's folder"
        )
    ids = sorted(i for i in context.special_ids if i != context.unknown_id)
    found = np.zeros(len(values), dtype=bool)
    if len(ids) <= FEW:
        for number in ids:  # four times as fast as a table lookup per token
            found |= values == values.dtype.type(number)
    else:
        mask = np.zeros(len(context.vocabulary), dtype=bool)
        mask[ids] = True
        found = mask[values]
    return np.flatnonzero(found)


FEW = 16


def ordinary_ids(context: Context) -> NDArray[np.int64]:
    """The ids that a transform may write: all except the special ones, which here include [UNK].

    Args:
        context: of a token dataset; only its vocabulary and special ids are used.
    """
    mask = np.ones(len(context.vocabulary), dtype=bool)
    mask[list(context.special_ids)] = False
    return np.flatnonzero(mask)


def document_offsets(documents: Sequence[str], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows at which documents begin, and the number of rows.

    Args:
        documents: [rows], ids; rows of one document are consecutive. May be empty if documents are unknown.
        offsets: [rows + 1], only used for the number of rows.

    Returns:
        [documents + 1]; if documents are unknown, each row counts as one.
    """
    rows = len(offsets) - 1
    if len(documents) != rows:
        return np.arange(rows + 1)
    return np.append(document_starts(documents), rows)
