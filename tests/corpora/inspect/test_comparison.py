"""Differences of two datasets: nestedness, contamination, vocabulary, and the settings along the lineage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpora
from corpora.inspect.comparison import diff
from corpora.inspect.vocabularies import divergence


def table(tables, title):
    """The rows of the table whose title begins so, by their first cell."""
    [found] = [t for t in tables if t.title.startswith(title)]
    return {row[0]: row[1:] for row in found.rows}


def test_a_sample_lies_in_what_it_was_taken_from(tokens):
    sample = corpora.transform(tokens, "sample", rate=0.25)
    shared = table(diff(sample, tokens), "Shared")
    assert shared["rows"] == [1.0, pytest.approx(0.25)]
    assert shared["types"][0] == 1.0 and shared["documents"] == [1.0, 1.0]


def test_halves_of_a_split_share_no_document(tokens):
    train, held_out = corpora.split(tokens, held_out=0.3)
    tables = diff(train, held_out)
    assert table(tables, "Shared")["documents"] == [0.0, 0.0]
    assert table(tables, "Settings")["split: side"] == ["train", "held-out"]


def test_contamination_is_told_by_n_grams(tokens):
    noise = corpora.transform(tokens, "shuffle")
    wide, narrow = (table(diff(tokens, noise, ngram=n), "Shared") for n in (6, 1))
    assert wide["6-grams"][0] < 0.1 and narrow["1-grams"] == [1.0, 1.0]


def test_figures_stand_side_by_side_with_their_difference(tokens):
    sample = corpora.transform(tokens, "sample", rows=100)
    figures = table(diff(tokens, sample), "Figures")
    assert figures["rows"] == [480, 100, -380]


def test_only_settings_that_differ_are_shown(tokens):
    one, two = (corpora.transform(tokens, "sample", rate=0.5, seed=seed, name=f"s{seed}") for seed in (1, 2))
    assert table(diff(one, two), "Settings") == {"sample: seed": ["1", "2"]}


def test_a_dataset_differs_from_itself_in_nothing(tokens):
    tables = diff(tokens, tokens)
    assert [t.title for t in tables][-1].startswith("Settings") and tables[-1].rows == []
    assert set(table(tables, "Shared")["rows"]) == {1.0}


def test_sentences_are_compared_by_their_words(corpus):
    other = corpora.transform(corpus, "lowercase")
    tables = diff(corpus, other, ngram=3)
    shared = table(tables, "Shared")
    assert shared["documents"] == [1.0, 1.0] and shared["rows"] == [0.0, 0.0]
    words, low = (set(" ".join(d.to_datasets()["text"]).split()) for d in (corpus, other))
    assert shared["types"] == pytest.approx([len(words & low) / len(words), len(words & low) / len(low)])
    assert 0 < shared["3-grams"][0] < 1
    only = table(tables, "Words that only one has")
    assert only["in corpus, not in corpus-lowercased"][0] == len(words - low)
    assert set(only["in corpus, not in corpus-lowercased"][2].full.split(", ")) <= words - low
    assert table(tables, "How far apart")["lengths in words"] == [0.0]
    telling = table(tables, "Words that tell")
    assert telling["It"][0] == pytest.approx(240e6 / corpus.manifest.statistics["sizes"]["words"])


def test_a_shuffle_is_as_far_away_as_nothing_and_uniform_tokens_are_far(tokens):
    near, far = (corpora.transform(tokens, noise) for noise in ("shuffle", "generate:uniform"))
    assert table(diff(tokens, near), "How far apart") == {"token frequencies": [0.0], "lengths in tokens": [0.0]}
    assert table(diff(tokens, far), "How far apart")["token frequencies"][0] > 0.1
    assert "in corpus-tokens-generated, not in corpus-tokens" in table(diff(tokens, far), "Tokens that only one has")


def test_ids_of_two_tokenizers_are_not_compared(corpus, tokens):
    other = corpora.tokenize(corpus, train=100, name="other")
    titles = {t.title for t in diff(tokens, other)}
    assert "Tokens that tell them apart" not in titles and "types" not in table(diff(tokens, other), "Shared")


def test_datasets_of_two_kinds_and_n_grams_of_nothing_are_refused(corpus, tokens):
    with pytest.raises(corpora.OptionError, match="takes a dataset of tokens"):
        diff(tokens, corpus)
    with pytest.raises(corpora.OptionError, match="--ngram is 0"):
        diff(tokens, tokens, ngram=0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1).filter(lambda c: any(one for one, _ in c)))
def test_divergence_lies_between_none_and_one_bit(counts):
    p, q = (np.array(side) / sum(side) for side in zip(*counts, strict=True))
    assert -1e-9 <= divergence(p, q).sum() <= 1 + 1e-9
    assert divergence(p, p).sum() == pytest.approx(0)


@pytest.mark.slow
def test_the_command_prints_tables_and_json(run, tokens):
    corpora.transform(tokens, "sample", rate=0.5)
    assert "Settings that differ" in run("diff", "corpus-tokens", "corpus-tokens-50pct").out
    assert '"title": "Shared"' in run("diff", "corpus-tokens", "corpus-tokens-50pct", "--json").out
