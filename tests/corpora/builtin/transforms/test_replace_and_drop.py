"""Replace, drop and merge: what they hit, and what they leave."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator, Philox

from corpora import Context, DatasetDamaged, DatasetError, OptionError, Sequences
from corpora.builtin.transforms.merge import Merge
from corpora.builtin.transforms.shuffle import Shuffle
from corpora.builtin.transforms.token_noise import Drop, Replace

VOCABULARY = tuple(f"w{i}" for i in range(1000))
CONTEXT = Context(vocabulary=VOCABULARY, special_ids=frozenset(range(5)), unknown_id=1)
ROWS = st.lists(st.lists(st.integers(0, 999), max_size=30), max_size=30)
BLOCK = Sequences.from_rows(list(np.random.default_rng(3).integers(5, 1000, (5_000, 40))))


def rng(seed: int = 1) -> Generator:
    return Generator(Philox(key=[seed, 2]))


def within(hits: int, total: int, rate: float) -> bool:
    return abs(hits - rate * total) < 3.3 * np.sqrt(total * rate * (1 - rate))  # p = 0.001


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 1.0])
def test_replace_hits_the_rate(rate):
    made = Replace(rate=rate).apply(BLOCK, CONTEXT, rng())
    changed = np.count_nonzero(made.values != BLOCK.values)
    assert changed == rate * BLOCK.values.size or within(changed, BLOCK.values.size, rate)


def test_twice_ten_percent_hits_nineteen():
    once = Replace(rate=0.1).apply(BLOCK, CONTEXT, rng(1))
    twice = Replace(rate=0.1).apply(once, CONTEXT, rng(2))
    assert within(np.count_nonzero(twice.values != BLOCK.values), BLOCK.values.size, 0.19 - 0.01 / 994)


def test_replacements_are_all_ordinary_ids_alike():
    block = Sequences.from_rows([[500] * 200_000])
    counts = np.bincount(Replace(rate=1.0).apply(block, CONTEXT, rng()).values, minlength=1000)
    assert not counts[[0, 1, 2, 3, 4, 500]].any()
    expected = 200_000 / 994
    others = np.delete(counts, [0, 1, 2, 3, 4, 500])
    assert ((others - expected) ** 2 / expected).sum() < 993 + 3.3 * np.sqrt(2 * 993)  # chi-square, p = 0.001


@settings(deadline=None)
@given(ROWS, st.sampled_from([np.uint16, np.uint32]), st.floats(0, 1))
def test_control_ids_are_never_replaced_dropped_or_made(rows, dtype, rate):
    block = Sequences.from_rows(rows, dtype)
    control = np.isin(block.values, [0, 2, 3, 4])
    replaced = Replace(rate=rate).apply(block, CONTEXT, rng())
    assert np.array_equal(replaced.values[control], block.values[control])
    assert np.array_equal(np.isin(replaced.values, [0, 2, 3, 4]), control)
    dropped = Drop(rate=rate).apply(block, CONTEXT, rng())
    assert np.count_nonzero(np.isin(dropped.values, [0, 2, 3, 4])) == control.sum()
    assert replaced.values.dtype == dropped.values.dtype == dtype


@settings(deadline=None)
@given(ROWS, st.floats(0, 1))
def test_dropped_rows_are_subsequences_of_where_they_came_from(rows, rate):
    made = Drop(rate=rate).apply(Sequences.from_rows(rows), CONTEXT, rng())
    assert made.lengths.all()
    for number, origin in enumerate(made.origin):
        rest = iter(rows[origin])
        assert all(token in rest for token in made.row(number).tolist())
    if rate == 0:
        assert made.origin.tolist() == [i for i, row in enumerate(rows) if row]


def test_drop_hits_the_rate():
    made = Drop(rate=0.3).apply(BLOCK, CONTEXT, rng())
    assert within(BLOCK.values.size - made.values.size, BLOCK.values.size, 0.3)


def test_a_rate_over_one_is_refused():
    with pytest.raises(OptionError, match=r"rate is 1.5; it must be a number from 0 to 1"):
        Replace(rate=1.5)


def test_a_vocabulary_of_one_word_is_refused():
    with pytest.raises(DatasetError, match="has 1 ordinary tokens; at least 2"):
        Replace().apply(BLOCK, Context(vocabulary=("a",)), rng())


@settings(deadline=None)
@given(ROWS, st.data(), st.integers(3, 60))
def test_merged_rows_are_greedy_and_keep_every_token_in_order(rows, data, room):
    names = sorted(data.draw(st.lists(st.sampled_from("abc"), min_size=len(rows), max_size=len(rows))))
    block = Sequences.from_rows(rows)
    made = Merge(max_tokens=room).apply(block, Context(documents=names), rng())
    assert np.array_equal(made.values, block.values)
    edges = [*made.origin.tolist(), len(rows)]
    for number, (start, stop) in enumerate(pairwise(edges)):
        assert made.row(number).tolist() == [token for row in rows[start:stop] for token in row]
        assert len(set(names[start:stop])) == 1
        assert stop == start + 1 or made.lengths[number] <= room - 2
        if stop < len(rows) and names[stop] == names[start]:
            assert made.lengths[number] + len(rows[stop]) > room - 2


def test_nothing_gives_nothing():
    for transform in (Replace(), Drop(), Merge()):
        assert len(transform.apply(Sequences.from_rows([]), CONTEXT, rng())) == 0


@pytest.mark.parametrize("transform", [Replace(), Drop(), Shuffle()])
def test_an_id_outside_the_vocabulary_is_named(transform):
    with pytest.raises(DatasetDamaged, match="the id 1000 is outside the vocabulary of 1,000"):
        transform.apply(Sequences.from_rows([[5, 1000]]), CONTEXT, rng())


@pytest.mark.parametrize("transform", [Replace(), Drop(), Merge(), Shuffle(unit="word"), Shuffle(within="document")])
@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_rows_of_any_length_pass(transform, dtype):
    block = Sequences.from_rows([[], np.arange(100_000) % 990 + 5, [], [7]], dtype)
    made = transform.apply(block, CONTEXT, rng())
    assert made.values.dtype == dtype
    assert made.offsets.dtype == np.int64
    assert made.offsets[0] == 0
    assert made.offsets[-1] == len(made.values) <= 100_001
