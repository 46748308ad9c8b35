"""Statistics: what they count is what Python counts, over any cut into blocks."""

from itertools import pairwise
from statistics import median as plain_median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora import Context, DatasetDamaged, Sequences
from corpora.arrays.distributions import histogram, median
from corpora.builtin.statistics.frequencies import Lengths, Tokens
from corpora.builtin.statistics.repeats import Repeats
from corpora.builtin.statistics.sizes import Sizes
from corpora.builtin.statistics.word_counts import Words

VOCABULARY = tuple(f"w{i}" for i in range(50))
ROWS = st.lists(st.lists(st.integers(0, 49), max_size=20), max_size=20)
TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(" \t\x1c\x85\xa0\u1680\u2003\u2028\u3000"))


def sentences(texts: list[str]) -> Sequences:
    return Sequences.from_rows([text.encode() for text in texts], np.uint8)


def cut(block: Sequences, documents: list[str], places: list[int]) -> list[tuple[Sequences, Context]]:
    edges = [0, *sorted(places), len(block)]
    return [
        (
            Sequences(block.values, block.offsets[start : stop + 1]),
            Context(vocabulary=VOCABULARY, unknown_id=1, documents=documents[start:stop], first_row=start),
        )
        for start, stop in pairwise(edges)
    ]


@settings(deadline=None)
@given(st.lists(TEXT, max_size=20))
def test_words_and_bytes_are_those_of_str_split(texts):
    summary = Sizes().summarise(Sizes().count(sentences(texts), Context()))
    words = [len(text.split()) for text in texts]
    assert summary["sentences"] == len(texts)
    assert summary["words"] == sum(words)
    assert summary["text_bytes"] == sum(len(text.encode()) for text in texts)
    assert summary["median_words_per_sentence"] == (plain_median(words) if words else None)
    assert summary["mean_words_per_sentence"] == (pytest.approx(sum(words) / len(words)) if words else None)


@settings(deadline=None)
@given(ROWS, st.data(), st.sampled_from([Sizes(), Tokens(), Lengths()]))
def test_counts_of_parts_merge_to_the_counts_of_the_whole_in_any_order(rows, data, statistic):
    block = Sequences.from_rows(rows)
    documents = sorted(data.draw(st.lists(st.sampled_from("abc"), min_size=len(rows), max_size=len(rows))))
    places = data.draw(st.lists(st.integers(0, len(rows)), max_size=4))
    parts = data.draw(st.permutations([statistic.count(*part) for part in cut(block, documents, places)]))
    merged = parts[0]
    for part in parts[1:]:
        merged = statistic.merge(merged, part)
    whole = statistic.count(*cut(block, documents, [])[0])
    assert statistic.summarise(merged) == statistic.summarise(whole)
    for name, array in whole.items():
        assert np.array_equal(merged[name], array)


def test_a_document_over_three_blocks_is_one():
    block = Sequences.from_rows([[1]] * 6)
    counts = [Sizes().count(*part) for part in cut(block, ["a", "b", "b", "b", "b", "c"], [2, 4])]
    merged = Sizes().merge(Sizes().merge(counts[0], counts[2]), counts[1])
    assert Sizes().summarise(merged) == {"rows": 6, "documents": 3, "tokens": 6}


def test_documents_that_are_not_known_are_not_counted():
    assert Sizes().summarise(Sizes().count(Sequences.from_rows([[1]]), Context()))["documents"] is None


def test_an_id_outside_the_vocabulary_is_named():
    with pytest.raises(DatasetDamaged, match="hold the id 50, but the vocabulary ends at 49"):
        Tokens().count(Sequences.from_rows([[1, 50]]), Context(vocabulary=VOCABULARY))


def test_the_share_of_unknown_tokens_is_counted():
    counts = Tokens().count(Sequences.from_rows([[1, 7, 7, 8]]), Context(vocabulary=VOCABULARY, unknown_id=1))
    summary = Tokens().summarise(counts)
    assert (summary["tokens"], summary["vocabulary"], summary["types"], summary["unknown_rate"]) == (4, 50, 3, 0.25)
    assert (summary["type_token_rate"], summary["unigram_entropy_bits"]) == (0.75, 1.5)


def test_rows_of_length_nought_and_a_hundred_thousand_are_counted():
    block = Sequences.from_rows([[], np.ones(100_000, int), np.ones(65_536, int), [1]])
    assert Lengths().summarise(Lengths().count(block, Context())) == {
        "mean_length": 41384.25,
        "median_length": 32768.5,
        "shortest": 0,
        "longest": 65_537,
    }


@settings(deadline=None)
@given(st.lists(st.integers(0, 70_000), min_size=1, max_size=50))
def test_the_median_of_a_histogram_is_that_of_its_numbers(numbers):
    assert median(histogram(np.array(numbers))) == plain_median(min(n, 65_537) for n in numbers)


def test_lengths_of_sentences_are_words():
    summary = Lengths().summarise(Lengths().count(sentences(["a b  c", "d", ""]), Context()))
    assert summary == {"mean_length": pytest.approx(4 / 3, abs=1e-6), "median_length": 1.0, "shortest": 0, "longest": 3}


def test_no_sentences_are_nothing_and_not_unknown():
    nothing = Sequences(np.empty(0, np.uint16), np.zeros(1, np.int64))
    summary = Sizes().summarise(Sizes().merge(Sizes().count(nothing, Context()), Sizes().count(nothing, Context())))
    assert (summary["sentences"], summary["words"], summary["mean_words_per_sentence"]) == (0, 0, None)
    assert Sizes().summarise(Sizes().count(nothing, Context(vocabulary=VOCABULARY)))["tokens"] == 0


def test_an_empty_block_merges_with_one_of_sentences():
    nothing = Sequences(np.empty(0, np.uint16), np.zeros(1, np.int64))
    block, context = sentences(["a b"]), Context()
    for statistic in (Sizes(), Lengths(), Words(), Repeats()):
        alone = statistic.count(block, context)
        merged = statistic.merge(statistic.count(nothing, context), alone)
        assert statistic.summarise(merged) == statistic.summarise(alone)
