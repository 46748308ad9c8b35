"""Mixes: exact shares, the rows that a sample takes, the same bytes anywhere, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpora
from corpora.operations.mixture import apportioned, mix, parse_shares
from corpora.store.store import default_store


def rows_of(dataset) -> list[tuple]:
    """Every row as (document, ids)."""
    return [(row["document"], tuple(row["input_ids"])) for batch in dataset.batches() for row in batch.to_pylist()]


@pytest.fixture
def halves(tokens):
    """Two token datasets of one tokenizer: documents 0 to 3, and 4 and 5."""
    return corpora.split(tokens, held_out=0.3, names=("books", "wiki"))


def test_rows_of_each_parent_are_exact_and_those_that_a_sample_takes(halves):
    made = mix({"books": 0.7, "wiki": 0.3}, rows=101, name="corpus")
    samples = [corpora.transform(parent, "sample", rows=n) for parent, n in zip(halves, (71, 30), strict=True)]
    assert made.manifest.accounting["taken"] == [71, 30]
    assert rows_of(made) == rows_of(samples[0]) + rows_of(samples[1])
    assert made.documents == 6 and made.tokens == sum(sample.tokens for sample in samples)


def test_tokens_are_met_to_within_a_row(halves):
    made = mix({"books": 0.75, "wiki": 0.25}, tokens=2_000, name="corpus")
    longest = max(len(ids) for half in halves for _, ids in rows_of(half))
    tokens = [sum(len(ids) for d, ids in rows_of(made) if d in {d for d, _ in rows_of(half)}) for half in halves]
    assert all(wanted - longest < got <= wanted for wanted, got in zip((1_500, 500), tokens, strict=True))


def test_without_an_amount_a_mix_is_as_large_as_the_shares_allow(halves):
    made = mix({"books": 0.5, "wiki": 0.5}, name="corpus")
    assert made.rows == 2 * halves[1].rows


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_version(halves):
    first = rows_of(mix({"books": 0.5, "wiki": 0.5}, rows=100, name="corpus"))
    default_store().remove("corpus")
    again = mix({"books": 0.5, "wiki": 0.5}, rows=100, name="corpus", executor="processes:workers=2")
    assert rows_of(again) == first


def test_sentences_mix_by_rows_and_keep_their_documents(corpus, texts):
    other = corpora.transform(corpus, "lowercase")
    made = mix({"corpus": 0.5, other.name: 0.5}, rows=60, name="both")
    assert (made.rows, made.kind) == (60, "sentences") and (made.path / "documents.parquet").exists()


@pytest.mark.parametrize(
    ("shares", "amount", "message"),
    [
        ({"books": 0.5, "wiki": 0.4}, {}, "add up to 0.9; they must add up to 1"),
        ({"books": 1.0}, {}, "share of books is 1; it must be above 0 and below 1"),
        ({"books": 1.2, "wiki": -0.2}, {}, "share of books is 1.2"),
        ({"books": 0.1, "wiki": 0.9}, {"rows": 400}, "at most 177, because wiki@.* has only 160"),
        ({"books": 0.5, "wiki": 0.5}, {"rows": 0}, "at least 1"),
        ({"books": 0.5, "wiki": 0.5}, {"rows": 1, "tokens": 1}, "not both"),
        ({"books": 0.5, "corpus": 0.5}, {}, "takes a dataset of tokens"),
    ],
)
def test_what_cannot_be_mixed_is_refused(halves, shares, amount, message):
    with pytest.raises(corpora.OptionError, match=message):
        mix(shares, **amount, name="corpus")


def test_one_version_under_two_names_is_refused(halves):
    books = default_store().find("books").reference
    with pytest.raises(corpora.OptionError, match=f"{books} and {books} are the same version; give it one share"):
        mix({"books": 0.5, books: 0.5}, name="corpus")


@pytest.mark.parametrize("words", [["books"], ["books:x"], [":0.5"], ["books:0.5", "books:0.5"]])
def test_shares_of_another_form_are_told_the_right_one(words):
    with pytest.raises(corpora.OptionError, match=r"use DATASET:SHARE|given twice"):
        parse_shares(words)


@given(st.integers(1, 10**10), st.lists(st.integers(1, 100), min_size=2, max_size=6))
def test_parts_add_up_and_are_off_by_less_than_one(total, weights):
    shares = tuple(weight / sum(weights) for weight in weights)
    parts = apportioned(total, shares)
    assert sum(parts) == total
    assert all(abs(part - total * share) < 1.001 for part, share in zip(parts, shares, strict=True))


def test_the_command_takes_counts_with_suffixes(run, halves):
    out = run("mix", "books:0.5", "wiki:0.5", "--rows", "0.1k", "--name", "corpus").out
    assert "100 sequences" in out and "from 6 documents" in out
    assert "invalid count" in run("mix", "books:0.5", "wiki:0.5", "--rows", "many", "--name", "x", code=2).err


def test_a_recipe_mixes_and_prints_itself(run, halves, tmp_path):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('[datasets.mixed]\nmix = ["books:0.5", "wiki:0.5"]\nrows = 100\n', encoding="utf-8")
    assert "100 sequences" in run("build", "--recipe", recipe).out
    assert 'mix = ["books:0.5", "wiki:0.5"]' in run("recipe", "mixed").out


def test_a_recipe_keeps_shares_that_have_no_short_form(run, halves, tmp_path):
    made = corpora.mix({"books": 1 / 3, "wiki": 1 - 1 / 3}, name="thirds")
    printed = tmp_path / "thirds.toml"
    printed.write_text(run("recipe", "thirds").out, encoding="utf-8")
    assert str(1 / 3) in printed.read_text(encoding="utf-8")
    run("remove", made.reference)
    run("build", "--recipe", str(printed))
    assert corpora.open("thirds").fingerprint == made.fingerprint
