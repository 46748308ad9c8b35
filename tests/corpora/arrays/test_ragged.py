"""Operations on ragged blocks, against the same thing written as a loop."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpora.arrays import gathered, shuffled
from corpora.arrays.ragged import LONG

PIECES = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 5)), min_size=1, max_size=8)


@given(PIECES)
def test_gathered_is_the_pieces_one_after_the_other(pieces):
    values = np.arange(20) * 3
    starts, lengths = (np.array(column) for column in zip(*pieces, strict=True))
    expected = [value for start, length in pieces for value in values[start : start + length]]
    assert gathered(values, starts, lengths).tolist() == expected


@given(st.lists(st.integers(0, 9), min_size=1, max_size=8))
def test_shuffled_keeps_each_rows_values_in_the_row(lengths):
    offsets = np.cumsum([0, *lengths])
    result = shuffled(np.arange(offsets[-1]), offsets, np.random.default_rng(0))
    for start, stop in pairwise(offsets):
        assert sorted(result[start:stop]) == list(range(start, stop))


def test_all_orders_of_a_row_are_equally_likely():
    rows = 60_000
    result = shuffled(np.tile([0, 1, 2], rows), 3 * np.arange(rows + 1), np.random.default_rng(0)).reshape(rows, 3)
    _, counts = np.unique(result, axis=0, return_counts=True)
    assert len(counts) == 6
    assert abs(counts - rows / 6).max() < 5 * np.sqrt(rows / 6)


def test_rows_on_both_sides_of_the_length_limit_are_shuffled():
    lengths = [LONG - 1, LONG, LONG + 1]
    offsets = np.cumsum([0, *lengths])
    result = shuffled(np.arange(offsets[-1]), offsets, np.random.default_rng(0))
    assert all((result[a:b] != np.arange(a, b)).any() for a, b in pairwise(offsets))
