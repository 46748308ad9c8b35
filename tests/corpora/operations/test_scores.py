"""Scores: columns of numbers that go with their rows through every action, and selections by them."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import corpora
from corpora import OptionError, PluginError, Score, UnknownName
from corpora.arrays import mix_bits
from corpora.builtin.transforms.select import ByScore
from corpora.operations.document_selection import document_ranges
from corpora.operations.previews import preview
from corpora.operations.thresholds import Amount, Order


@dataclass(frozen=True)
class Number(Score):
    """The row's number; none for every tenth row."""

    name: ClassVar[str] = "number"
    of: ClassVar = "both"

    def score(self, block, context):
        numbers = context.first_row + np.arange(len(block), dtype=np.float64)
        return np.where(numbers % 10 == 0, np.nan, numbers)


@pytest.fixture
def numbered(tokens, offer):
    offer(transforms=[Number])
    return corpora.transform(tokens, "number")


def column(dataset, name="number"):
    return np.concatenate([batch[name].to_numpy() for batch in dataset.batches()])


def test_a_score_is_a_column_beside_rows_that_stay_as_they_are(tokens, numbered):
    assert numbered.schema.names == ["input_ids", "document", "number"] and numbered.name == "corpus-tokens-number"
    assert numbered.to_datasets()["input_ids"][:] == tokens.to_datasets()["input_ids"][:]
    assert column(numbered)[1:10].tolist() == list(range(1, 10)) and np.isnan(column(numbered)[::10]).all()


@pytest.mark.parametrize("first", ["low", "high"])
def test_by_score_takes_exactly_the_lowest_or_highest_and_rows_without_one_last(numbered, first):
    made = corpora.transform(numbered, f"by-score:number,first={first}", rows=100)
    known = [n for n in range(numbered.rows) if n % 10]
    assert column(made).tolist() == (known[:100] if first == "low" else known[-100:])
    everything = corpora.transform(numbered, f"by-score:number,first={first}", rows=len(known), name="known")
    assert column(everything).tolist() == known


@pytest.mark.parametrize("first", ["low", "high"])
def test_bounds_take_every_row_between_them_and_none_without_a_score(numbered, first):
    made = corpora.transform(numbered, f"by-score:number,min=95,max=105.5,first={first}")
    assert column(made).tolist() == [95, 96, 97, 98, 99, 101, 102, 103, 104, 105]
    assert corpora.transform(numbered, f"by-score:number,max=9,first={first}", name="low").rows == 9


def test_scores_go_with_their_rows_through_every_action(numbered):
    known = column(numbered)
    half = corpora.transform(numbered, "sample", rate=0.5)
    train, held_out = corpora.split(numbered, held_out=0.3)
    for part in (half, train, held_out):
        assert np.isin(column(part), known, assume_unique=False)[~np.isnan(column(part))].all()
    mixed = corpora.mix({train.name: 0.5, held_out.name: 0.5}, name="mixed", rows=100)
    both = corpora.concat([train, held_out], name="both")
    assert mixed.schema == both.schema == numbered.schema
    for noise in ("shuffle", "generate", "lowercase"):
        assert np.array_equal(column(corpora.transform(numbered, noise)), known, equal_nan=True)


def test_a_row_that_came_from_several_keeps_the_score_of_the_first(numbered):
    merged = corpora.transform(numbered, "merge:max-tokens=40", name="merged")
    dropped = corpora.transform(numbered, "drop:rate=0.9", name="dropped")
    for made in (merged, dropped):
        there = column(made)[~np.isnan(column(made))]
        assert made.rows < numbered.rows and (np.diff(there) > 0).all()


def test_sentences_hand_their_scores_to_the_sequences_cut_from_them(corpus, offer):
    offer(transforms=[Number])
    scored = corpora.transform(corpus, "number")
    tokens = corpora.tokenize(scored, train=120, max_tokens=6)
    assert tokens.rows > scored.rows and set(column(tokens)[~np.isnan(column(tokens))]) == {
        n for n in range(scored.rows) if n % 10
    }
    assert corpora.tokenize(scored, train=120, unit="packed:40", name="packed").schema.names[-1] == "document"


def test_a_score_in_a_chain_is_of_the_rewritten_row(tokens):
    made = corpora.transform(tokens, "replace:rate=1.0", then=["surprisal"])
    plain = corpora.transform(tokens, "surprisal")
    assert column(made, "surprisal").mean() > column(plain, "surprisal").mean() + 0.5


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_bytes(tokens, tmp_path):
    made = []
    for workers in ("serial", "processes:workers=2"):
        store = corpora.Store(tmp_path / workers)
        scored = corpora.transform(tokens, "surprisal", then=["shuffle"], store=store, executor=workers)
        taken = corpora.transform(scored, "by-score:surprisal,first=high", rate=0.3, store=store, executor=workers)
        made += [[e["sha256"] for name, e in d.manifest.files.items() if "data-" in name] for d in (scored, taken)]
    assert made[:2] == made[2:]


def test_surprisal_is_the_mean_of_the_tokens_and_orders_as_by_rarity_does(tokens):
    scored = corpora.transform(tokens, "surprisal")
    counts = tokens.statistics("tokens")["counts"]
    bits = -np.log2(np.maximum(counts, 1) / counts.sum())
    rows = scored.to_datasets()["input_ids"][:]
    assert column(scored, "surprisal") == pytest.approx([bits[row].mean() for row in rows], abs=1e-5)
    taken = corpora.transform(scored, "by-score:surprisal,first=high", rate=0.1)
    assert column(taken, "surprisal").min() >= np.quantile(column(scored, "surprisal"), 0.9) - 1e-6


def test_the_manifest_and_show_say_how_scores_are_spread(run, tokens):
    scored = corpora.transform(tokens, "surprisal")
    figures = scored.manifest.statistics["scores"]["surprisal"]
    known = column(scored, "surprisal").astype(np.float64)
    assert (figures["least"], figures["greatest"]) == (known.min(), known.max())
    assert figures["mean"] == pytest.approx(known.mean()) and figures["rows_without"] == 0
    for share, value in figures["quantiles"].items():
        assert value == pytest.approx(np.quantile(known, float(share), method="inverted_cdf"), rel=0.008)
    assert "score surprisal" in (said := run("show", scored.name).out) and "50% " in said


def test_exports_hold_scores_and_what_is_no_number_is_null(numbered, tmp_path):
    corpora.export(numbered, tmp_path / "rows.parquet")
    corpora.export(numbered, tmp_path / "rows.jsonl")
    assert pq.read_table(tmp_path / "rows.parquet").column_names == numbered.schema.names
    assert '"number": null' in (tmp_path / "rows.jsonl").read_text().splitlines()[0]


def test_a_preview_shows_the_scores(numbered, tokens):
    shown = [after.rpartition(" [")[2] for _, after in preview(tokens, "number", rows=3)]
    assert shown == ["number nan]", "number 1]", "number 2]"]


def test_a_score_may_be_named_as_anything(tokens, offer):
    offer(transforms=[dataclass(frozen=True)(type("Row", (Number,), {"name": "row", "__doc__": "The number."}))])
    assert preview(tokens, "row", rows=2)[1][1].endswith(" [row 1]")


@dataclass(frozen=True)
class Beyond(Number):
    """Beyond float32, or infinite."""

    name: ClassVar[str] = "beyond"

    def score(self, block, context):
        return np.resize([1e300, -np.inf, 2.0, np.nan], len(block))


def test_scores_that_are_not_finite_count_as_none(tokens, offer):
    offer(transforms=[Beyond])
    figures = corpora.transform(tokens, "beyond").manifest.statistics["scores"]["beyond"]
    assert figures["least"] == figures["greatest"] == 2 and figures["rows_without"] >= tokens.rows * 0.7


def test_imported_scores_that_are_not_finite_count_as_none(tmp_path):
    rows = {"text": ["One.", "Two.", "Three."], "q": [np.inf, None, 1e300]}
    pq.write_table(pa.table(rows), tmp_path / "rows.parquet")
    made = corpora.transform(f"parquet:{tmp_path},scores=q", "lowercase", name="made")
    assert made.manifest.statistics["scores"]["q"] == {"rows_without": 3}


def test_bounds_that_no_row_is_within_say_so(run, numbered):
    said = run("transform", "by-score", numbered.name, "--column", "number", "--min", 1e9, "--name", "none").out
    assert "empty: no sequences were taken" in said


@dataclass(frozen=True)
class Jumping(Score):
    """A number that jumps from row to row; none for every tenth."""

    name: ClassVar[str] = "jumping"
    of: ClassVar = "both"

    def score(self, block, context):
        numbers = np.arange(context.first_row, context.first_row + len(block))
        return np.where(numbers % 10 == 3, np.nan, mix_bits(numbers, salt=1) % np.uint64(1000))


@pytest.mark.parametrize("first", ["low", "high"])
def test_a_document_is_chosen_by_the_mean_of_its_rows_wherever_blocks_end(tokens, offer, first, reblocked):
    offer(transforms=[Jumping])
    scored = corpora.transform(tokens, "jumping")
    whole = pa.Table.from_batches(list(scored.batches()))
    means = {}
    for document, score in zip(whole["document"].to_pylist(), whole["jumping"].to_numpy(), strict=True):
        means.setdefault(document, []).append(score)
    ranked = sorted(means, key=lambda each: np.nanmean(means[each]), reverse=first == "high")
    half = len(ranked) // 2
    order = Order(ByScore(column="jumping", first=first), 1, "document")
    for dataset in (scored, reblocked(scored, 7), reblocked(scored, 1)):
        ranges = document_ranges(dataset, order, Amount(rate=0.5))
        taken = {whole["document"][int(start)].as_py() for start in ranges.starts}
        assert taken == set(ranked[: len(ranked) - half]) and 2 < len(taken) < len(ranked)


@pytest.mark.parametrize(
    ("amount", "short", "message"),
    [
        ({"rate": 0.1}, "by-score:nmber", "no column of numbers is named nmber; did you mean number?"),
        ({}, "by-score:number", "needs --rate, --rows or --tokens, or bounds"),
        ({"rate": 0.1}, "by-score:number,min=3", "has bounds and an amount"),
        ({"by": "document"}, "by-score:number,max=3", "has bounds and --by document"),
        ({}, "by-score:number,min=-inf", "by-score: min is -inf; it must be a number"),
        ({}, "by-score:number,min=5,max=4", "by-score: min is 5 and max 4; min must be at most max"),
        ({}, "number", "already has a column number"),
    ],
)
def test_what_makes_no_sense_is_refused(numbered, amount, short, message):
    with pytest.raises((OptionError, UnknownName), match=message):
        corpora.transform(numbered, short, **amount)
    assert not list((corpora.default_store().home / ".staging").glob("*"))


def test_datasets_with_other_columns_are_not_put_together(numbered, tokens):
    with pytest.raises(OptionError, match="has the columns input_ids, document, number and .* input_ids, document;"):
        corpora.concat([numbered, tokens], name="both")


def test_a_score_that_gives_no_number_for_each_row_is_named(tokens, offer):
    @dataclass(frozen=True)
    class Wrong(Number):
        """No array."""

        name: ClassVar[str] = "wrong"

        def score(self, block, context):
            return [1.0] * len(block)

    offer(transforms=[Wrong])
    with pytest.raises(PluginError, match="wrong, block 0: score returned list; it must return an array of numbers"):
        corpora.transform(tokens, "wrong")


@pytest.mark.parametrize("selection", ["by-length", "by-rarity"])
def test_what_orders_single_rows_cannot_take_whole_documents(tokens, selection):
    with pytest.raises(corpora.OptionError, match=f"{selection} orders single rows"):
        corpora.transform(tokens, selection, rate=0.5, by="document")
