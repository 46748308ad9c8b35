"""Words, growth and repeats: exact where they fit, bounded and honest where they do not."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora import Context, Counts, Sequences, Statistic
from corpora.arrays.hashes import ngram_hashes, row_hashes
from corpora.builtin.statistics.growth import Growth
from corpora.builtin.statistics.laws import heaps_fit, zipf_slope
from corpora.builtin.statistics.repeats import Repeats
from corpora.builtin.statistics.word_counts import Words, most_frequent

VOCABULARY = tuple(f"w{i}" for i in range(50))
TEXTS = st.lists(st.text(st.sampled_from("abcé \u2003\xa0")), max_size=20)
ROWS = st.lists(st.lists(st.integers(0, 49), max_size=6), max_size=20)


def block_of(rows: list) -> Sequences:
    return Sequences.from_rows(rows)


def texts_of(rows: list[str]) -> Sequences:
    return Sequences.from_rows([row.encode() for row in rows], np.uint8)


def counted(statistic: Statistic, rows: list, edges: list[int], order=lambda parts: parts) -> Counts:
    make = texts_of if rows and isinstance(rows[0], str) else block_of
    parts = [
        statistic.count(make(rows[start:stop]), Context(vocabulary=VOCABULARY, first_row=start))
        for start, stop in pairwise([0, *sorted(edges), len(rows)])
    ]
    first, *rest = order(parts)
    for part in rest:
        first = statistic.merge(first, part)
    return first


@settings(deadline=None)
@given(ROWS | TEXTS.filter(bool), st.data())
def test_parts_merge_to_the_whole_in_any_order(rows, data):
    texts = bool(rows) and isinstance(rows[0], str)
    statistic = data.draw(st.sampled_from([Words(), Repeats()] if texts else [Growth(), Repeats()]))
    edges = data.draw(st.lists(st.integers(0, len(rows)), max_size=4))
    parts = counted(statistic, rows, edges, lambda parts: data.draw(st.permutations(parts)))
    whole = counted(statistic, rows, [])
    assert {name: array.tolist() for name, array in parts.items()} == {n: a.tolist() for n, a in whole.items()}
    assert statistic.summarise(parts) == statistic.summarise(whole)


@settings(deadline=None)
@given(TEXTS.filter(bool))
def test_words_and_their_counts_are_those_of_str_split(texts):
    assert dict(most_frequent(counted(Words(), texts, []), 1000)) == Counter(w for t in texts for w in t.split())


@settings(deadline=None)
@given(ROWS)
def test_repeats_are_those_of_a_counter(rows):
    summary = Repeats().summarise(counted(Repeats(), rows, []))
    copies = Counter(map(tuple, rows))
    assert summary["distinct_rows"] == len(copies)
    expected = [[rows.index(list(row)), n] for row, n in copies.items() if n > 1]
    assert summary["most_repeated"] == sorted(expected, key=lambda pair: (-pair[1], pair[0]))[:10]


def test_distinct_rows_that_do_not_fit_are_estimated():
    class Small(Repeats):
        capacity = 2_000

    rows = [[i, i // 60_000] for i in np.random.default_rng(1).permutation(np.repeat(np.arange(20_000), 3)).tolist()]
    summary = Small().summarise(counted(Small(), rows, [15_000, 30_000]))
    assert summary["distinct_rows"] == pytest.approx(20_000, rel=0.1)
    assert not summary["distinct_rows_exact"]


def test_frequent_words_that_do_not_fit_keep_their_bound():
    class Small(Words):
        most_words = 50

    words = np.minimum(np.random.default_rng(1).zipf(1.5, 20_000), 5_000).tolist()
    texts = [" ".join(map(str, words[i : i + 10])) for i in range(0, 20_000, 10)]
    counts = counted(Small(), texts, [500, 900, 1_700])
    true, error = Counter(map(str, words)), int(counts["error"][0])
    assert 0 < error <= 20_000 / 51
    kept = dict(most_frequent(counts, 100))
    assert all(kept[word] <= true[word] <= kept[word] + error for word in kept)
    assert all(word in kept for word, number in true.items() if number > error)


def test_types_that_do_not_fit_are_estimated():
    class Small(Words):
        most_types = 1_000

    texts = [" ".join(f"w{i * 10 + j}" for j in range(10)) for i in range(2_000)]
    summary = Small().summarise(counted(Small(), texts, [1_000]))
    assert summary["word_types"] == pytest.approx(20_000, rel=0.15)
    assert not summary["word_types_exact"]
    assert summary["heaps_beta"] == pytest.approx(1.0, abs=0.05)


@settings(deadline=None)
@given(ROWS)
def test_growth_counts_the_types_of_the_first_rows(rows):
    curve = Growth().summarise(counted(Growth(), rows, []))["growth"]
    for tokens, types in curve:
        seen, read = set(), 0
        for row in rows:
            if read + len(row) > tokens:
                break
            seen, read = seen | set(row), read + len(row)
        assert (read, len(seen)) == (tokens, types)


@settings(deadline=None)
@given(ROWS)
def test_equal_rows_have_equal_hashes_and_others_differ(rows):
    block = block_of(rows)
    hashes = row_hashes(block.values, block.offsets[:-1], block.offsets[1:]).tolist()
    assert len(set(hashes)) == len({tuple(row) for row in rows})
    assert len({(tuple(row), h) for row, h in zip(rows, hashes, strict=True)}) == len(set(hashes))


@settings(deadline=None)
@given(ROWS, st.integers(1, 4))
def test_ngrams_lie_within_rows(rows, n):
    block = block_of(rows)
    hashes, owners = ngram_hashes(block.values, block.offsets, n)
    plain = [(i, tuple(row[j : j + n])) for i, row in enumerate(rows) for j in range(len(row) - n + 1)]
    assert owners.tolist() == [i for i, _ in plain]
    assert len(set(hashes.tolist())) == len({gram for _, gram in plain})


@pytest.mark.parametrize("slope", [0.0, 0.7, 1.0, 1.6])
def test_the_slope_of_zipf_is_found(slope):
    counts = np.round(1e9 * np.arange(1, 2_001) ** -slope)
    assert zipf_slope(counts) == pytest.approx(slope, abs=1e-3)


def test_heaps_law_is_found():
    tokens = 2.0 ** np.arange(20)
    assert heaps_fit(tokens, 7 * tokens**0.6) == pytest.approx((7, 0.6))
