"""Selections: keys that make exact and nested samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora import Context, Sequences
from corpora.builtin.transforms.sample import Sample
from corpora.builtin.transforms.select import ByLength, ByRarity


def rows(count: int) -> Sequences:
    return Sequences(np.zeros(count, np.uint16), np.arange(count + 1))


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(0, 5_000), st.integers(0, 5_000))
def test_the_key_of_a_row_does_not_depend_on_the_cut_into_blocks(seed, start, count):
    whole = Sample().order(rows(10_000), Context(), seed)
    part = Sample().order(rows(count), Context(first_row=start), seed)
    assert np.array_equal(whole[start : start + count], part)


@pytest.mark.slow
@settings(deadline=None)
@given(st.integers(0, 2**64 - 1))
def test_no_two_rows_tie(seed):
    keys = Sample().order(rows(100_000), Context(), seed)
    assert len(np.unique(keys)) == len(keys)


def test_a_tenth_is_spread_evenly_over_the_rows():
    keys = Sample().order(rows(1_000_000), Context(), 42)
    taken = np.sort(np.argsort(keys, kind="stable")[:100_000])
    counts = np.bincount(taken // 10_000, minlength=100)
    assert ((counts - 1_000) ** 2 / 900).sum() < 148.2  # chi-square, 99 degrees, p = 0.001


def test_samples_of_two_seeds_have_nothing_to_do_with_each_other():
    first, second = (set(np.argsort(Sample().order(rows(100_000), Context(), s))[:10_000]) for s in (1, 2))
    assert 850 < len(first & second) < 1_150


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), max_size=30), st.sampled_from(["short", "long"]))
def test_by_length_takes_rows_in_the_order_of_their_lengths(lengths, first):
    block = Sequences.from_rows([range(length) for length in lengths])
    order = np.argsort(ByLength(first=first).order(block, Context(), 1), kind="stable")
    assert [lengths[i] for i in order] == sorted(lengths, reverse=first == "long")


def test_rows_of_one_length_are_taken_by_chance():
    taken = np.argsort(ByLength().order(rows(10_000), Context(), 1), kind="stable")[:1_000]
    assert 4_500 < taken.mean() < 5_500


def test_by_rarity_takes_rows_of_common_tokens_first_and_empty_rows_last():
    block = Sequences.from_rows([[0, 1], [], [2, 2], [0, 0], [1]])
    context = Context(statistics={"tokens": {"counts": np.array([100, 10, 1])}})
    assert np.argsort(ByRarity().order(block, context, 1)).tolist() == [3, 0, 4, 2, 1]
    assert np.argsort(ByRarity(first="rare").order(block, context, 1)).tolist() == [2, 4, 0, 3, 1]
