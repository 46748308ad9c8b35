"""Transforms and selections over whole datasets: exact, nested, the same bytes, and plugins that misbehave."""

import json
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

import corpora
from corpora import Selection, Sequences, TextTransform, TokenTransform
from corpora.execution import silent
from corpora.operations.previews import preview
from corpora.operations.thresholds import Amount, Order, threshold
from corpora.operations.version_writer import Work
from corpora.store.description import texts
from corpora.store.store import default_store


def rows_of(dataset) -> list[tuple]:
    """Every row as (document, ids or text)."""
    column = "text" if dataset.kind == "sentences" else "input_ids"
    return [
        (row["document"], row[column] if column == "text" else tuple(row[column]))
        for batch in dataset.batches()
        for row in batch.to_pylist()
    ]


def is_subsequence(small: list, large: list) -> bool:
    """Whether the rows of one lie in the other, in its order."""
    rest = iter(large)
    return all(row in rest for row in small)


@pytest.mark.parametrize("rate", [1.0, 0.5, 0.1, 0.01])
def test_samples_are_exact_and_keep_the_order(tokens, rate):
    made = corpora.transform(tokens, "sample", rate=rate)
    assert made.rows == -(-tokens.rows * rate // 1)
    assert is_subsequence(rows_of(made), rows_of(tokens))


def test_samples_of_one_seed_are_nested(tokens):
    tenth, half = (corpora.transform(tokens, "sample", rate=rate) for rate in (0.1, 0.5))
    assert is_subsequence(rows_of(tenth), rows_of(half))


def test_rows_and_tokens_are_met_exactly_and_never_passed(tokens):
    assert corpora.transform(tokens, "sample", rows=17).rows == 17
    made = corpora.transform(tokens, "sample", tokens=200)
    longest = max(len(ids) for _, ids in rows_of(tokens))
    assert 200 - longest < made.tokens <= 200


def test_another_seed_takes_other_rows(tokens):
    one, two = (corpora.transform(tokens, "sample", rate=0.2, seed=seed, name=f"s{seed}") for seed in (1, 2))
    assert rows_of(one) != rows_of(two)


def test_a_selection_with_equal_keys_takes_the_first_rows(tokens, offer):
    @dataclass(frozen=True)
    class Same(Selection):
        """All alike."""

        name: ClassVar[str] = "same"

        def order(self, block, context, seed):
            """One key for all."""
            return np.full(len(block), 7, np.uint64)

    offer(transforms=[Same])
    assert rows_of(corpora.transform(tokens, Same(), rows=5)) == rows_of(tokens)[:5]


def test_sampling_by_document_takes_whole_documents(corpus):
    made = corpora.transform(corpus, "sample", rate=0.5, by="document")
    assert made.name == "corpus-50pct-documents"
    assert made.documents == 3 and made.rows == 240


def test_a_split_parts_the_documents_and_loses_nothing(corpus):
    train, held_out = corpora.split(corpus, held_out=0.3)
    documents = [{document for document, _ in rows_of(side)} for side in (train, held_out)]
    assert not documents[0] & documents[1] and held_out.documents == 2 and train.documents == 4
    assert train.rows + held_out.rows == corpus.rows


@pytest.mark.parametrize(
    "amount", [{"rate": 0}, {"rate": 1.5}, {"rate": float("nan")}, {"rows": 0}, {"tokens": -1}, {}]
)
def test_amounts_out_of_range_are_refused(tokens, amount):
    with pytest.raises(corpora.OptionError, match="must be|needs --rate"):
        corpora.transform(tokens, "sample", **amount)


def test_two_amounts_are_refused(tokens):
    with pytest.raises(corpora.OptionError, match="give one of --rate and --rows"):
        corpora.transform(tokens, "sample", rate=0.1, rows=3)


def test_more_than_there_is_is_refused(tokens):
    with pytest.raises(corpora.OptionError, match="is more than the 480"):
        corpora.transform(tokens, "sample", rows=481)


def test_shuffle_keeps_each_rows_tokens_and_document(tokens):
    made = corpora.transform(tokens, "shuffle")
    before, after = rows_of(tokens), rows_of(made)
    assert [(d, sorted(ids)) for d, ids in before] == [(d, sorted(ids)) for d, ids in after] and before != after


def test_the_same_noise_twice_is_not_the_same_chance(tokens):
    once = corpora.transform(tokens, "shuffle", name="once")
    twice = corpora.transform(tokens, "shuffle", then=["shuffle"], name="twice")
    again = corpora.transform(once, "shuffle", name="again")
    assert len({str(rows_of(d)) for d in (once, twice, again)}) == 3


def test_generated_rows_keep_their_number_and_vocabulary(tokens):
    made = corpora.transform(tokens, "generate")
    assert made.rows == tokens.rows
    ids = {i for _, row in rows_of(made) for i in row}
    assert ids <= {i for _, row in rows_of(tokens) for i in row}


def test_workers_and_seeds_decide_what_they_should(tokens):
    first = rows_of(corpora.transform(tokens, "shuffle", name="x"))
    default_store().remove("x")
    second = rows_of(corpora.transform(tokens, "shuffle", name="x", executor="processes:workers=2"))
    assert first == second != rows_of(corpora.transform(tokens, "shuffle", seed=1, name="y"))


def test_a_text_noise_on_tokens_decodes_rewrites_and_encodes(tokens, offer):
    @dataclass(frozen=True)
    class Twice(TextTransform):
        """Say it twice."""

        name: ClassVar[str] = "twice"

        def rewrite(self, sentence, rng):
            """Doubled."""
            return f"{sentence} {sentence}"

    offer(transforms=[Twice])
    made = corpora.transform(tokens, Twice())
    assert [ids for _, ids in rows_of(made)] == [ids + ids for _, ids in rows_of(tokens)]


def test_a_text_noise_that_empties_a_row_drops_it(corpus, offer):
    @dataclass(frozen=True)
    class NoHello(TextTransform):
        """Silence."""

        name: ClassVar[str] = "no-hello"

        def rewrite(self, sentence, rng):
            """Nothing, for some."""
            return "" if "hello" in sentence else sentence

    offer(transforms=[NoHello])
    assert corpora.transform(corpus, NoHello()).rows == 240


class Misbehaving(TokenTransform):
    """Base of transforms that break their contract."""


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda b: replace(b, offsets=b.offsets[::-1]), "offsets decrease"),
        (lambda b: replace(b, values=b.values.astype(np.int64)), "values are int64"),
        (lambda b: replace(b, values=np.full_like(b.values, 60000)), "id 60000 is outside the vocabulary"),
        (lambda b: Sequences(b.values, b.offsets[:-1]), "set origin to the input row"),
        (lambda b: Sequences(b.values, b.offsets, np.full(len(b), 10**6)), "origin must give a row"),
        (lambda b: None, "apply returned NoneType"),
        (lambda b: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_transform_that_breaks_its_contract_is_named_with_its_block(tokens, offer, broken, message):
    @dataclass(frozen=True)
    class Broken(TokenTransform):
        """Breaks its contract."""

        name: ClassVar[str] = "broken"

        def apply(self, block, context, rng):
            """Something wrong."""
            return broken(block.tight())

    offer(transforms=[Broken])
    with pytest.raises(corpora.PluginError, match=f"^broken.*block 0.*{message}"):
        corpora.transform(tokens, Broken())
    assert len(default_store().all()) == 2


def test_concat_links_rows_of_all_in_order(corpus, tokens):
    both = corpora.concat([tokens, corpora.transform(tokens, "shuffle")], name="both")
    assert both.rows == 2 * tokens.rows and both.tokens == 2 * tokens.tokens
    assert rows_of(both)[: tokens.rows] == rows_of(tokens)
    assert both.files[0].stat().st_ino == tokens.files[0].stat().st_ino


def test_concat_refuses_what_does_not_fit(corpus, tokens):
    with pytest.raises(corpora.OptionError, match="takes a dataset of sentences"):
        corpora.concat([corpus, tokens], name="mixed")
    other = corpora.tokenize(corpus, train=60, name="other")
    with pytest.raises(corpora.OptionError, match="have different tokenizers"):
        corpora.concat([tokens, other], name="mixed")


def test_a_preview_shows_rows_and_builds_nothing(run, tokens):
    out = run("transform", "shuffle", "corpus-tokens", "--preview", "3").out
    assert out.count("\n- ") + out.startswith("- ") == 3 and len(default_store().all()) == 2
    assert [
        set(pair) for pair in json.loads(run("transform", "merge", "corpus-tokens", "--preview", 2, "--json").out)
    ] == [{"before", "after"}] * 2


@pytest.mark.parametrize("noise", ["merge:max-tokens=40", "drop:rate=0.8"])
def test_a_preview_puts_rows_that_were_joined_or_dropped_with_the_one_before(tokens, noise):
    pairs = preview(tokens, noise, rows=1000)
    before = " ¶ ".join(before for before, _ in pairs).split(" ¶ ")
    assert before == [row["text"] for row in texts(tokens)]
    made = corpora.transform(tokens, noise, name="made")
    assert [after for _, after in pairs] == [row["text"] for row in texts(made)]


@pytest.mark.parametrize("taken", [lambda rows: rows[::-1], lambda rows: np.repeat(rows, 2)])
def test_a_preview_shows_each_row_that_moved_or_came_twice_beside_its_own(tokens, offer, taken):
    @dataclass(frozen=True)
    class Moved(TokenTransform):
        """Rows in another order, or twice."""

        name: ClassVar[str] = "moved"

        def apply(self, block, context, rng):
            origin = taken(np.arange(len(block)))
            rows = Sequences.from_rows([block.row(row) for row in origin], block.values.dtype)
            return replace(rows, origin=origin)

    offer(transforms=[Moved])
    pairs = preview(tokens, "moved", rows=5)
    assert len(pairs) == 5 and all(before == after for before, after in pairs)


def test_both_sides_of_a_split_are_one_json_document(run, tokens):
    sides = json.loads(run("split", "corpus-tokens", "--held-out", 0.3, "--json").out)
    assert [side["name"] for side in sides] == ["corpus-tokens-train", "corpus-tokens-held-out"]


@pytest.mark.parametrize("few", [0, 1 << 20])
@pytest.mark.parametrize("amount", [{"rows": 97}, {"tokens": 500}, {"rate": 1.0}, {"tokens": 1}])
def test_the_threshold_is_exact_whether_few_rows_are_collected_or_none(tokens, few, amount):
    order = Order(corpora.registry.make("transforms", "sample"), 42, "row")
    bound = threshold(tokens, order, Amount(**amount), Work.here(None, "serial", silent), collect_rows=few)
    keys = order.selection.order(Sequences(np.empty(0), np.zeros(tokens.rows + 1, np.int64)), corpora.Context(), 42)
    lengths = [len(ids) for _, ids in rows_of(tokens)]
    ranking = sorted(range(tokens.rows), key=lambda row: (keys[row], row))
    if "tokens" in amount:
        ranking = [
            row for n, row in enumerate(ranking) if sum(lengths[r] for r in ranking[: n + 1]) <= amount["tokens"]
        ]
    else:
        ranking = ranking[: amount.get("rows", tokens.rows)]
    assert np.flatnonzero(bound.mask(keys, 0)).tolist() == sorted(ranking)


def test_a_selection_gets_the_statistics_that_it_needs(tokens):
    made = corpora.transform(tokens, "by-rarity", rows=40)
    assert made.rows == 40 and is_subsequence(rows_of(made), rows_of(tokens))
