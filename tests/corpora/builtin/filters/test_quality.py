"""The published rules for web text, as filters of documents and as scores of rows."""

import math

import numpy as np
import pytest

import corpora
from corpora import Context, Document, OptionError, Sequences, registry
from corpora.testing import check_filter, check_transform

PROSE = "She had never seen the sea before, and now that it lay before her she could not find a word to say of it."
LONG = [f"{PROSE} {word}." for word in ("Anna", "Berta", "Clara", "Dora")]


def reject(filter, *paragraphs):
    return registry.make("filters", filter).reject(Document("book", paragraphs))


def score(short, *texts):
    rows = Sequences.from_rows([text.encode() for text in texts], np.uint8)
    return registry.make("transforms", short).score(rows, Context()).tolist()


@pytest.mark.parametrize("filter", ["gopher-quality", "gopher-quality:words=spacy"])
@pytest.mark.parametrize(
    ("paragraphs", "reason"),
    [
        (LONG, None),
        ([PROSE], "too few words"),
        (["a b c d e of to " * 20], "short words"),
        (["incomprehensibilities " * 60 + "the of"], "long words"),
        (["#tag the of word here now " * 20], "many hashes"),
        (["word the of... then... " * 20], "many ellipses"),
        ([f"- {line}" for line in LONG], "lines are bullet points"),
        ([*LONG[:2], *(f"{line}..." for line in LONG)], "lines end in ellipses"),
        (["12345 678901 the of 98765 " * 20], "words without letters"),
        (["Elle avait encore jamais vu la mer si grande " * 10], "few stop words"),
    ],
)
def test_quality_names_the_rule(filter, paragraphs, reason):
    assert reject(filter, *paragraphs) == reason


@pytest.mark.parametrize(
    ("paragraphs", "reason"),
    [
        ([*LONG[:1], "The end came soon after that, and nobody knew quite why it had come on that day."], None),
        (["A short line."] * 4 + LONG[:1], "duplicate lines"),
        ([LONG[0], "Yes.", "No.", "Perhaps.", "Why?", LONG[0]], "characters in duplicate lines"),
        (["so it goes " * 30 + PROSE], "commonest 2-gram"),
        ([], None),
    ],
)
def test_repetition_names_the_share(paragraphs, reason):
    assert reject("gopher-repetition:duplicate-5=1", *paragraphs) == reason


def test_thresholds_are_options():
    assert reject("gopher-quality:min-words=10", PROSE) is None
    assert reject("gopher-repetition:lines=0.9", *["Ah, so it goes."] * 4) == "characters in duplicate lines"
    with pytest.raises(OptionError, match="letters is 2.0; it must be a number from 0 to 1"):
        registry.make("filters", "gopher-quality:letters=2")


@pytest.mark.parametrize(
    ("paragraphs", "reason"),
    [
        (["One is here. Two is here. Three is here. Four is here. Five is here."], None),
        (["Lorem ipsum dolor sit amet."], "lorem ipsum"),
        (["It is { code } here."], "curly bracket"),
        (["You need JavaScript for { this } page."], "too few sentences"),
        (["A heading without an end"] * 9, "too few sentences"),
        (["Read our privacy policy now."] * 9, "too few sentences"),
    ],
)
def test_c4_names_the_rule(paragraphs, reason):
    assert reject("c4", *paragraphs) == reason


def test_scores_count_the_rules_that_a_row_breaks():
    assert score("c4", "It is a good line.", "no", "Use JavaScript and cookies", "")[:3] == [0, 2, 2]
    assert math.isnan(score("c4", "")[0])
    assert score("gopher-quality", PROSE, "# # 1 2") == [0, 3]
    assert score("gopher-quality:min-words=50", PROSE) == [1]


def test_repetition_is_above_one_where_the_filter_rejects():
    plain, repeated = score("repetition", PROSE, "He said that it was so, and " * 12)
    assert plain < 1 < repeated and score("repetition", "Yes.") == [0]


@pytest.mark.parametrize("name", ["gopher-quality", "gopher-repetition", "c4"])
def test_filters_keep_their_contract(name):
    check_filter(registry.find("filters", name))


@pytest.mark.parametrize("name", ["gopher-quality", "repetition", "c4", "mask-pii"])
def test_scores_and_masks_keep_their_contract(name):
    check_transform(registry.find("transforms", name))


def test_rows_are_selected_by_a_score(corpus):
    scored = corpora.transform(corpus, "c4")
    taken = corpora.transform(scored, "by-score:column=c4,max=0")
    assert 0 < taken.rows <= corpus.rows
