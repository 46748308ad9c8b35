"""Generate: rows made up from statistics of the parent."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.random import Generator, Philox

from corpora import Context, DatasetError, Sequences
from corpora.builtin.statistics.bigrams import Bigrams
from corpora.builtin.statistics.frequencies import Lengths, Tokens
from corpora.builtin.statistics.laws import zipf_slope
from corpora.builtin.transforms.alias import MASS, alias_table, whole_masses
from corpora.builtin.transforms.generate import Generate

VOCABULARY = tuple(f"w{i}" for i in range(500))
BARE = Context(vocabulary=VOCABULARY, special_ids=frozenset(range(5)), unknown_id=1)


def rng(seed: int = 1) -> Generator:
    return Generator(Philox(key=[seed, 2]))


def parent(rows: int = 5_000, dtype: type = np.uint16) -> Sequences:
    chance = rng(7)
    offsets = np.concatenate([[0], np.cumsum(chance.integers(0, 60, rows))])
    values = 5 + np.minimum(chance.zipf(1.3, offsets[-1]), 495) - 1
    return Sequences(values.astype(dtype), offsets)


def informed(block: Sequences) -> Context:
    counts = {"tokens": Tokens().count(block, BARE), "lengths": Lengths().count(block, BARE)}
    return Context(vocabulary=VOCABULARY, special_ids=BARE.special_ids, unknown_id=1, statistics=counts)


def divergence(one: np.ndarray, other: np.ndarray) -> float:
    p, q = one / one.sum(), other / other.sum()
    return float((p[p > 0] * np.log(p[p > 0] / q[p > 0])).sum())


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_the_unigram_distribution_is_that_of_the_parent(dtype):
    block = parent(dtype=dtype)
    made = Generate().apply(block, informed(block), rng())
    assert made.values.dtype == dtype
    drawn = np.bincount(made.values, minlength=500)
    types = np.count_nonzero(np.bincount(block.values))
    assert divergence(drawn, np.bincount(block.values, minlength=500)) < types / len(made.values)


def test_the_length_distribution_is_that_of_the_parent_and_the_rows_are_as_many():
    block = parent()
    made = Generate().apply(block, informed(block), rng())
    assert len(made) == len(block)
    assert divergence(np.bincount(made.lengths, minlength=60), np.bincount(block.lengths)) < 60 / len(block)


def test_kept_lengths_are_those_of_each_row():
    block = parent()
    assert np.array_equal(Generate(lengths="kept").apply(block, informed(block), rng()).offsets, block.offsets)


def test_uniform_ids_are_all_the_ordinary_ones():
    block = parent()
    drawn = np.bincount(Generate(draw="uniform").apply(block, informed(block), rng()).values, minlength=500)
    assert not drawn[:5].any()
    assert drawn[5:].min() > 0.5 * drawn[5:].mean()


def test_special_ids_are_never_produced_even_where_the_parent_holds_them():
    block = Sequences.from_rows([[1, 2, 3, 10, 11]] * 1_000)
    made = Generate().apply(block, informed(block), rng())
    assert set(made.values.tolist()) == {10, 11}


def test_lengths_beyond_the_last_bin_come_back_as_their_mean():
    block = Sequences.from_rows([np.full(100_000, 9), np.full(80_000, 9), []])
    lengths = Generate().apply(block, informed(block), rng()).lengths
    assert set(lengths.tolist()) <= {0, 90_000}


def test_a_parent_of_special_ids_alone_is_refused():
    block = Sequences.from_rows([[1, 1]])
    with pytest.raises(DatasetError, match="no ordinary token"):
        Generate().apply(block, informed(block), rng())


def test_nothing_gives_nothing():
    block = Sequences.from_rows([])
    assert len(Generate().apply(block, informed(block), rng())) == 0


@pytest.mark.parametrize("weights", [[1], [0, 3], [1, 1], [5, 1, 0, 2, 9], [1e-12, 1], list(range(1, 400))])
def test_the_alias_table_holds_exactly_the_masses(weights):
    table = alias_table(np.array(weights, dtype=float))
    height = MASS >> table.bits
    masses = np.zeros(2**table.bits, dtype=np.int64)
    np.add.at(masses, table.ids[::2], table.share.astype(np.int64))
    np.add.at(masses, table.ids[1::2], height - table.share.astype(np.int64))
    expected = whole_masses(np.array(weights, dtype=float))
    assert np.array_equal(masses[: len(expected)], expected)
    assert masses.sum() == MASS


def with_bigrams(*blocks: Sequences) -> Context:
    counts = Bigrams().count(blocks[0], BARE)
    return replace(informed(blocks[0]), statistics={"bigrams": counts, **informed(blocks[0]).statistics})


def test_bigrams_are_those_of_the_parent():
    first = rng(4).integers(0, 40, (3_000, 1))
    step = (first + rng(3).integers(0, 3, (3_000, 20)).cumsum(axis=1)) % 40 + 10  # each is 0, 1 or 2 after the last
    block = Sequences.from_rows(list(step))
    made = Generate(draw="bigram").apply(block, with_bigrams(block), rng())
    steps = np.diff(made.values.astype(int).reshape(3_000, 20), axis=1) % 40
    counts = np.bincount(steps.ravel(), minlength=40)
    assert not counts[3:].any()
    assert divergence(counts[:3], np.ones(3)) < 10 / steps.size


def test_bigram_rows_begin_as_rows_of_the_parent_do():
    block = Sequences.from_rows([[10, 11], [10, 12], [20, 11], [10, 11]] * 500)
    first = Generate(draw="bigram").apply(block, with_bigrams(block), rng()).values[::2]
    assert 0.7 < np.mean(first == 10) < 0.8
    assert set(first.tolist()) == {10, 20}


def test_a_token_that_nothing_follows_backs_off_to_the_unigram():
    block = Sequences.from_rows([[10, 11]] * 900 + [[12, 13, 14, 15]] * 100)
    context = with_bigrams(block)
    made = Generate(draw="bigram", lengths="kept").apply(block, context, rng())
    after = made.values[2 * 900 :].reshape(100, 4)
    assert set(after[after[:, 1] == 11][:, 2].tolist()) >= {10, 11, 12}


@pytest.mark.parametrize("draw", ["unigram", "bigram", "uniform", "zipf"])
def test_no_draw_ever_writes_a_special_id(draw):
    block = Sequences.from_rows(list(rng(5).integers(0, 12, (2_000, 9))))
    made = Generate(draw=draw).apply(block, with_bigrams(block), rng())
    assert made.values.min() >= 5
    assert made.values.max() < 500


def test_zipf_gives_the_slope_that_was_asked_for():
    block = parent()
    made = Generate(draw="zipf", slope=1.5).apply(block, informed(block), rng())
    assert zipf_slope(np.bincount(made.values)) == pytest.approx(1.5, abs=0.03)


def test_zipf_fits_the_slope_of_the_parent():
    block = parent()
    made = Generate(draw="zipf").apply(block, informed(block), rng())
    slope = zipf_slope(np.bincount(block.values))
    assert zipf_slope(np.bincount(made.values)) == pytest.approx(slope, abs=0.03)


def test_a_component_needs_only_what_it_reads():
    assert Generate().needs == ("tokens", "lengths")
    assert Generate(draw="bigram", lengths="kept").needs == ("bigrams",)
    assert Generate(draw="uniform", lengths="kept").needs == ()


def test_vocabularies_beyond_sixteen_bits_are_drawn_from():
    block = Sequences.from_rows([[69_999, 66_000, 7]] * 300, np.uint32)
    bare = Context(vocabulary=tuple(map(str, range(70_000))), special_ids=frozenset([0]))
    counts = {"tokens": Tokens().count(block, bare), "bigrams": Bigrams().count(block, bare)}
    for draw in ("unigram", "bigram"):
        made = Generate(draw=draw, lengths="kept").apply(block, replace(bare, statistics=counts), rng())
        assert set(made.values.tolist()) == {7, 66_000, 69_999}
