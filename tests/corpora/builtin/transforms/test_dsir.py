"""DSIR: the scores of the published method, what they tell apart, and resampling that follows its weights."""

from hashlib import sha256
from itertools import pairwise

import numpy as np
import pytest
import regex

import corpora
from corpora import Sequences
from corpora.builtin.statistics.hashed_ngrams import BUCKETS, buckets_of, word_pattern
from corpora.builtin.transforms.dsir import Resample
from corpora.plugin import Context, registry
from corpora.store.store import default_store


def published(text, buckets=10_000):
    """The buckets of a text, written from the paper's description and its authors' hash."""
    words = regex.findall(r"\w+|[^\w\s]+", text.lower())
    ngrams = words + [f"{one} {other}" for one, other in pairwise(words)]
    return [int(sha256(each.encode()).hexdigest(), 16) % buckets for each in ngrams]


@pytest.fixture
def make(home, tmp_path):
    """A function that builds a sentence dataset from sentences."""

    def make(name, sentences):
        (tmp_path / name).mkdir()
        (tmp_path / name / "d.txt").write_text("\n\n".join(sentences), encoding="utf-8")
        return corpora.build(f"texts:folder={tmp_path / name}", name=name, duplicates="keep")

    return make


@pytest.fixture
def sea_and_law(make):
    """A target about the sea, and a parent half about the sea and half about law."""
    sea = [f"The ship number {i} sailed over the sea, and the waves rose." for i in range(40)]
    law = [f"The court found in case {i} that the law was clear." for i in range(40)]
    return make("sea", sea[:20]), make("both", sea[20:] + law[20:])


def column(dataset, name="dsir"):
    return np.concatenate([batch[name].to_numpy() for batch in dataset.batches()])


def test_scores_are_those_of_the_published_method(sea_and_law):
    target, parent = sea_and_law
    texts = [[row["text"] for batch in d.batches() for row in batch.to_pylist()] for d in (target, parent)]
    counts = [np.bincount([b for text in some for b in published(text)], minlength=10_000) for some in texts]
    ratio = np.subtract(*(np.log(each / each.sum() + 1e-8) for each in counts))
    made = corpora.transform(parent, "dsir:target=sea")
    assert np.allclose(column(made), [ratio[published(text)].sum() for text in texts[1]], atol=1e-4)


def test_more_buckets_and_a_pseudocount_are_what_they_say(sea_and_law):
    target, parent = sea_and_law
    texts = [[row["text"] for batch in d.batches() for row in batch.to_pylist()] for d in (target, parent)]
    counts = [np.bincount([b for t in some for b in published(t, 100_000)], minlength=100_000) + 0.5 for some in texts]
    ratio = np.subtract(*(np.log(each / each.sum()) for each in counts))
    made = corpora.transform(parent, "dsir:target=sea,buckets=100000,pseudocount=0.5")
    assert np.allclose(column(made), [ratio[published(t, 100_000)].sum() for t in texts[1]], atol=1e-4)
    assert np.ptp(column(made)) < np.ptp(column(corpora.transform(parent, "dsir:target=sea", name="plain")))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("buckets=30000", "buckets is 30,000; it must divide 1,000,000, as 10,000 does"),
        ("buckets=0", "buckets is 0"),
        ("buckets=2000000", "buckets is 2000000"),
        ("pseudocount=-1", "pseudocount is -1"),
        ("pseudocount=nan", "pseudocount is nan"),
    ],
)
def test_options_without_a_meaning_are_refused(given, message):
    with pytest.raises(corpora.OptionError, match=message):
        registry.make("transforms", f"dsir:target=sea,{given}")


def test_words_keep_their_combining_marks_and_powers_stand_alone():
    found = word_pattern().findall("5 m² हिन्दी a\u0301b, o'clock")
    assert found == ["5", "m", "²", "हिन्दी", "a\u0301b", ",", "o", "'", "clock"]


@pytest.mark.parametrize("kind", ["sentences", "tokens"])
def test_rows_like_the_target_score_highest(sea_and_law, kind):
    target, parent = sea_and_law
    if kind == "tokens":
        parent = corpora.tokenize(parent, train=200)
        target = corpora.tokenize(target, like=parent)
    made = corpora.transform(parent, f"dsir:target={target.reference}")
    assert column(made)[:20].min() > column(made)[20:].max()


def test_each_row_has_its_unigrams_and_bigrams_and_no_other():
    rows = [[1, 2, 3], [], [2, 3], [9]]
    whole, ends = buckets_of(Sequences.from_rows(rows))
    assert np.diff(ends).tolist() == [5, 0, 3, 1] and whole.max() < BUCKETS
    alone = [buckets_of(Sequences.from_rows([row]))[0].tolist() for row in rows]
    assert whole.tolist() == [bucket for row in alone for bucket in row]
    assert set(alone[2]) < set(alone[0]) and set(alone[3]).isdisjoint(alone[0])


def test_the_fingerprint_follows_the_target_and_not_its_name(sea_and_law):
    target, parent = sea_and_law
    made = corpora.transform(parent, "dsir:target=sea")
    assert corpora.transform(parent, f"dsir:target={target.reference}").fingerprint == made.fingerprint
    other = corpora.transform(parent, f"dsir:target={corpora.transform(target, 'sample', rows=10).reference}")
    assert other.fingerprint != made.fingerprint


@pytest.mark.slow
def test_a_recipe_builds_the_target_first_and_names_it(sea_and_law, run, tmp_path):
    recipe = tmp_path / "r.toml"
    recipe.write_text(
        '[datasets.scored]\ntransform = "dsir"\nfrom = "both"\ntarget = "few"\n'
        '[datasets.few]\ntransform = "sample"\nfrom = "sea"\nrows = 10\n'
    )
    run("build", "--recipe", recipe)
    assert 'target = "few"' in run("recipe", "scored").out
    assert run("build", "--recipe", recipe, "--dry-run").out.count("there") == 2


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("seas", "seas"),
        ("both", "dsir: target is both@.*, the dataset itself"),
        ("sea-tokens", "dsir: target of both@.* takes a dataset of sentences, but sea-tokens@.* contains tokens"),
    ],
)
def test_a_target_that_cannot_be_compared_is_refused(sea_and_law, target, message):
    corpora.tokenize("sea", train=60)
    before = len(default_store().all())
    with pytest.raises(corpora.CorporaError, match=message):
        corpora.transform("both", f"dsir:target={target}")
    assert len(default_store().all()) == before


def test_a_target_of_another_tokenizer_is_refused(sea_and_law):
    corpora.tokenize("sea", train=60)
    corpora.tokenize("both", train=80)
    with pytest.raises(corpora.OptionError, match="a different tokenizer than both-tokens@.*--like both-tokens"):
        corpora.transform("both-tokens", "dsir:target=sea-tokens")


def test_resampling_draws_each_row_by_the_exponential_of_its_score():
    weights = np.log([1, 2, 5]).astype(np.float32)
    block = Sequences.from_rows([[1]] * 3)
    drawn = [Resample(column="w").order(block, Context(columns={"w": weights}), seed).argmin() for seed in range(4000)]
    assert np.allclose(np.bincount(drawn) / 4000, [1 / 8, 2 / 8, 5 / 8], atol=0.03)


def test_resampling_is_exact_nested_and_leaves_rows_without_a_score_to_the_end(sea_and_law):
    made = corpora.transform(sea_and_law[1], "dsir:target=sea")
    large, small = (corpora.transform(made, "resample:column=dsir", rows=rows) for rows in (30, 10))
    texts = [{row["text"] for batch in d.batches() for row in batch.to_pylist()} for d in (large, small)]
    assert (large.rows, small.rows) == (30, 10) and texts[1] < texts[0]
    keys = Resample(column="w").order(
        Sequences.from_rows([[1]] * 3), Context(columns={"w": np.array([0, np.nan, -1e30])}), 7
    )
    assert keys.argmax() == 1 and keys[1] == 2**64 - 1
