"""Shuffle: the same tokens in a random order, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator, Philox

from corpora import Context, Sequences
from corpora.arrays.ragged import shuffled
from corpora.builtin.transforms.shuffle import Shuffle

PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "##a", "##b", *(f"w{i}" for i in range(200)))
CONTEXT = Context(vocabulary=PIECES, special_ids=frozenset(range(5)), unknown_id=1)
ROWS = st.lists(st.lists(st.integers(0, len(PIECES) - 1), max_size=40), max_size=30)


def rng(seed: int = 1) -> Generator:
    return Generator(Philox(key=[seed, 2]))


@settings(deadline=None)
@given(ROWS, st.sampled_from(["token", "word", "ngram"]), st.sampled_from([np.uint16, np.uint32]))
def test_each_row_keeps_its_tokens(rows, unit, dtype):
    block = Sequences.from_rows(rows, dtype)
    made = Shuffle(unit=unit, n=3).apply(block, CONTEXT, rng())
    assert made.values.dtype == dtype
    assert [sorted(made.row(i)) for i in range(len(made))] == [sorted(row) for row in rows]


@settings(deadline=None)
@given(ROWS, st.sampled_from(["token", "word", "ngram"]), st.data())
def test_each_document_keeps_its_tokens_and_its_rows_their_number(rows, unit, data):
    names = sorted(data.draw(st.lists(st.sampled_from("abc"), min_size=len(rows), max_size=len(rows))))
    block = Sequences.from_rows(rows)
    context = Context(vocabulary=PIECES, special_ids=frozenset(range(5)), unknown_id=1, documents=names)
    made = Shuffle(unit=unit, within="document").apply(block, context, rng())
    assert len(made) == len(rows)
    for name in set(names):
        own = [i for i, other in enumerate(names) if other == name]
        assert sorted(t for i in own for t in made.row(i)) == sorted(t for i in own for t in rows[i])


@settings(deadline=None)
@given(ROWS, st.sampled_from(["token", "word", "ngram"]), st.sampled_from(["sequence", "document"]))
def test_control_ids_stay_in_their_places(rows, unit, within):
    context = Context(vocabulary=PIECES, special_ids=frozenset(range(5)), unknown_id=1, documents=["d"] * len(rows))
    block = Sequences.from_rows(rows)
    made = Shuffle(unit=unit, within=within).apply(block, context, rng())
    still = np.isin(block.values, [0, 2, 3, 4])
    assert np.array_equal(block.values[still], made.values[still])
    assert np.array_equal(np.isin(made.values, [0, 2, 3, 4]), still)


def test_all_orders_of_four_tokens_are_equally_likely():
    rows = 24_000
    block = Sequences.from_rows([[10, 11, 12, 13]] * rows)
    made = Shuffle().apply(block, CONTEXT, rng()).values.reshape(rows, 4)
    _, counts = np.unique(made, axis=0, return_counts=True)
    assert len(counts) == 24
    assert ((counts - rows / 24) ** 2 / (rows / 24)).sum() < 49.7  # chi-square, 23 degrees, p = 0.001


@pytest.mark.parametrize("length", [2, 37, 999, 1000, 1001, 3000])
def test_a_token_may_come_to_any_place(length):
    rows = 200_000 // length
    values = np.tile(np.arange(length), rows)
    made = shuffled(values, np.arange(rows + 1) * length, rng(length))
    first = np.bincount(made[::length] * 10 // length, minlength=10)[: min(10, length)]
    expected = rows * np.bincount(np.arange(length) * 10 // length, minlength=10)[: min(10, length)] / length
    kept = expected > 0
    assert ((first - expected)[kept] ** 2 / expected[kept]).sum() < 27.9  # chi-square, 9 degrees, p = 0.001


def test_words_keep_their_pieces_together():
    block = Sequences.from_rows([[20, 5, 6, 21, 22, 5]] * 50)
    made = Shuffle(unit="word").apply(block, CONTEXT, rng())
    for row in range(50):
        text = " ".join(PIECES[i] for i in made.row(row)).replace(" ##", "")
        assert sorted(text.split()) == ["w13ab", "w14", "w15a"]


def test_ngrams_move_as_a_whole():
    block = Sequences.from_rows([range(10, 20)] * 50)
    made = Shuffle(unit="ngram", n=5).apply(block, CONTEXT, rng()).values.reshape(50, 2, 5)
    assert np.all(np.diff(made.astype(int), axis=2) == 1)
    assert 5 < np.count_nonzero(made[:, 0, 0] == 15) < 45


def test_rows_of_length_nought_and_a_hundred_thousand_pass():
    block = Sequences.from_rows([[], np.arange(100_000) % 200 + 5, [], [7]], np.uint32)
    made = Shuffle().apply(block, CONTEXT, rng())
    assert made.lengths.tolist() == [0, 100_000, 0, 1]
    assert np.array_equal(np.sort(made.values), np.sort(block.values))
    assert np.count_nonzero(made.values == block.values) < 2_000


def test_a_view_of_a_read_only_block_is_left_alone():
    whole = Sequences.from_rows([[9, 10, 11], [12, 13, 14, 15], [16, 17]])
    whole.values.flags.writeable = False
    made = Shuffle().apply(Sequences(whole.values, whole.offsets[1:]), CONTEXT, rng())
    assert made.offsets.tolist() == [0, 4, 6]
    assert sorted(made.row(0)) == [12, 13, 14, 15]


def test_nothing_gives_nothing():
    made = Shuffle(within="document").apply(Sequences.from_rows([]), CONTEXT, rng())
    assert len(made) == 0
