"""Operations on ragged blocks that transforms share: shuffle within rows, gather pieces, leave out special ids."""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from corpora import Context, DatasetDamaged
from corpora.arrays.runs import document_starts
from corpora.plugin import Array

LONG = 1000
"""Longer rows are shuffled one by one: they are few, and each would add many steps to the loop below."""


def shuffled(values: Array, offsets: NDArray[np.int64], rng: Generator) -> Array:
    """The values with those of each row in a random order, all orders equally likely.

    Fisher and Yates' shuffle, one step for all rows at a time: with rows ordered by length, the rows
    that have an i-th value are a prefix. A 32-bit number scaled to i + 1 places is biased by less than
    (i + 1) / 2**32, here under 3e-7.

    Args:
        values: [values], any type; not written to.
        offsets: [rows + 1], from 0 to the number of values.

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
    """Numbers from 0 to 2**32 - 1, all equally likely: [count]; two of each 64 bits drawn, which is twice as fast."""
    whole = rng.integers(0, 2**64, size=(count + 1) // 2, dtype=np.uint64)
    return whole.astype("<u8", copy=False).view("<u4")[:count]


def gathered(values: Array, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Array:
    """The pieces `values[start:start + length]`, one after the other.

    Args:
        values: [values].
        starts: [pieces].
        lengths: [pieces].
    """
    ends = np.cumsum(lengths)
    shift = np.repeat(starts - ends + lengths, lengths)
    result: Array = values[shift + np.arange(len(shift))]
    return result


def control_places(values: Array, context: Context) -> NDArray[np.int64]:
    """A mask of the tokens that transforms leave unchanged: special ids except [UNK], which represents a word.

    Args:
        values: [tokens].

    Returns:
        [controls], rising.

    Raises:
        DatasetDamaged: an id outside the vocabulary.
    """
    if len(values) and int(values.max()) >= len(context.vocabulary):
        raise DatasetDamaged(
            f"the id {int(values.max())} is outside the vocabulary of {len(context.vocabulary):,}; "
            "tokenize again with the tokenizer stored in the dataset's folder"
        )
    ids = sorted(i for i in context.special_ids if i != context.unknown_id)
    found = np.zeros(len(values), dtype=bool)
    if len(ids) <= FEW:
        for number in ids:  # four times as fast as looking each token up
            found |= values == values.dtype.type(number)
    else:
        mask = np.zeros(len(context.vocabulary), dtype=bool)
        mask[ids] = True
        found = mask[values]
    return np.flatnonzero(found)


FEW = 16


def ordinary_ids(context: Context) -> NDArray[np.int64]:
    """The ids that a transform may write: all but the special ones; [UNK] is special here."""
    mask = np.ones(len(context.vocabulary), dtype=bool)
    mask[list(context.special_ids)] = False
    return np.flatnonzero(mask)


def document_offsets(documents: Sequence[str], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each run of rows of one document begins and the last one ends, in rows.

    Returns:
        [runs + 1]; every row is a run of its own where documents are not known.
    """
    rows = len(offsets) - 1
    if len(documents) != rows:
        return np.arange(rows + 1)
    return np.append(document_starts(documents), rows)
