"""Bigrams: exact pairs, and a fair part of them where they do not fit."""

from collections import Counter
from functools import reduce
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora import Context, Sequences
from corpora.arrays.count_tables import merged, tally, trailing_zeros
from corpora.builtin.statistics.bigrams import FIRST, Bigrams, pairs

ROWS = st.lists(st.lists(st.integers(0, 70_000), max_size=8), max_size=12)
SMALL = st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=12)


@settings(deadline=None)
@given(ROWS | SMALL)
def test_pairs_are_those_of_python(rows):
    expected = Counter(pair for row in rows for pair in pairwise([FIRST, *row]))
    before, after, number = pairs(Bigrams().count(Sequences.from_rows(rows, np.uint32), Context()))
    assert dict(zip(zip(before.tolist(), after.tolist(), strict=True), number.tolist(), strict=True)) == expected


@settings(deadline=None)
@given(SMALL, st.data(), st.integers(3, 60))
def test_parts_merge_to_the_whole_in_any_order_even_where_not_all_fits(rows, data, room):
    class Small(Bigrams):
        most_entries = room

    whole = Small().count(Sequences.from_rows(rows), Context())
    edges = [0, *sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=4))), len(rows)]
    parts = [Small().count(Sequences.from_rows(rows[a:b]), Context(first_row=a)) for a, b in pairwise(edges)]
    result = reduce(Small().merge, data.draw(st.permutations(parts)))
    assert len(whole["keys"]) <= room
    assert all(np.array_equal(whole[name], result[name]) for name in whole)


def test_the_entropy_of_a_coin_is_one_bit():
    block = Sequences.from_rows([np.random.default_rng(1).integers(5, 7, 200_000)])
    summary = Bigrams().summarise(Bigrams().count(block, Context()))
    assert summary["bigram_entropy_bits"] == pytest.approx(1.0, abs=1e-3)
    assert (summary["distinct_bigrams"], summary["bigram_rows_rate"]) == (4, 1.0)


def test_half_of_the_rows_go_when_there_is_no_room():
    class Small(Bigrams):
        most_pairs = 60_000

    summary = Small().summarise(Small().count(Sequences.from_rows([[1, 2]] * 50_000), Context()))
    assert summary["bigram_rows_rate"] == 0.5


@settings(deadline=None)
@given(st.lists(st.integers(0, 20)), st.lists(st.integers(0, 20)))
def test_merged_tables_count_both(one, other):
    keys, counts = merged(*(tally(np.array(part, dtype=np.uint64)) for part in (one, other)))
    assert dict(zip(keys.tolist(), counts.tolist(), strict=True)) == Counter(one + other)
    assert keys.tolist() == sorted(keys.tolist())


def test_levels_count_zeros_at_the_low_end():
    assert trailing_zeros(np.array([1, 2, 12, 2**31, 2**40, 0], dtype=np.uint64)).tolist() == [0, 1, 2, 31, 31, 31]
