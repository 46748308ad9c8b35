"""Generate: rows made up from statistics of the parent."""

import numpy as np
import pytest
from numpy.random import Generator, Philox

from corpora import Context, DatasetError, Sequences
from corpora.builtin.statistics.frequencies import Lengths, Tokens
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
    np.add.at(masses, table.own, table.share.astype(np.int64))
    np.add.at(masses, table.other, height - table.share.astype(np.int64))
    expected = whole_masses(np.array(weights, dtype=float))
    assert np.array_equal(masses[: len(expected)], expected)
    assert masses.sum() == MASS
