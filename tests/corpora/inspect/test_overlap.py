"""Overlap: rows that two datasets share, and n-grams of one that stand in the other."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora import Sequences
from corpora.inspect.overlap import contamination, rows_shared
from corpora.testing.inputs import text_block

ROWS = st.lists(st.lists(st.integers(0, 3), max_size=4), max_size=12)


def blocks(rows: list, size: int = 5) -> list[Sequences]:
    return [Sequences.from_rows(rows[i : i + size]) for i in range(0, len(rows), size)]


def numbered(start: int, stop: int) -> list[list[int]]:
    return [[i % 250, i // 250, 7, i % 13] for i in range(start, stop)]


@settings(deadline=None)
@given(ROWS, ROWS)
def test_shared_rows_are_those_of_two_counters(part, whole):
    ours, theirs = Counter(map(tuple, part)), Counter(map(tuple, whole))
    result = rows_shared(blocks(part), blocks(whole))
    assert (result.rows, result.shared or 0) == (len(part), (ours & theirs).total())
    assert result.exact


def test_a_sample_lies_wholly_in_its_parent():
    whole = numbered(0, 20_000)
    assert rows_shared(blocks(whole[::10], 300), blocks(whole, 4_000)).rate == 1.0


def test_what_does_not_fit_is_estimated():
    one, other = (blocks(numbered(start, start + 20_000), 4_000) for start in (0, 10_000))
    result = rows_shared(one, other, capacity=2_000)
    assert result.rate == pytest.approx(0.5, abs=0.06)
    assert not result.exact


@settings(deadline=None)
@given(ROWS, ROWS, st.integers(1, 3))
def test_contamination_is_that_of_sets_of_ngrams(evaluation, training, n):
    def grams(rows: list) -> list[set]:
        return [{tuple(row[i : i + n]) for i in range(len(row) - n + 1)} for row in rows]

    ours, theirs = grams(evaluation), set().union(*grams(training))
    result = contamination(blocks(evaluation), blocks(training), n=n)
    distinct, able = set().union(*ours), [row for row in ours if row]
    assert (result.ngrams, result.rows) == (len(distinct), len(able))
    if able:
        assert result.ngrams_seen_rate == pytest.approx(len(distinct & theirs) / len(distinct), abs=1e-6)
        assert result.rows_seen_rate == pytest.approx(np.mean([bool(row & theirs) for row in able]), abs=1e-6)


def test_an_evaluation_row_inside_longer_training_rows_is_found():
    rng = np.random.default_rng(1)
    training = rng.integers(0, 30_000, (500, 100))
    evaluation = [*training[:20, 30:60], *rng.integers(0, 30_000, (20, 30))]
    result = contamination(blocks(evaluation), blocks(list(training), 100))
    assert (result.rows_seen_rate, result.ngrams_seen_rate) == (0.5, 0.5)


def test_n_grams_of_sentences_are_of_words_wherever_rows_are_cut():
    block = text_block(["the cat sat on the mat", "a dog ran", "the cat sat  on a mat"])
    other = text_block(["so the cat sat on it"], before=3)
    seen = contamination([block], [other], n=3)
    assert seen.ngrams == 7 and seen.ngrams_seen_rate == 2 / 7 and seen.rows_seen_rate == 2 / 3
