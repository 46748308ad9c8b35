"""Distinct rows and documents: the first copy stays, whatever the order of the work, and what went is said."""

import json

import numpy as np
import pytest

import corpora
from corpora.execution import make_executor
from corpora.operations.choice.copies import Copies, CopiesTask, most_common, partition_bits, spill, spilled
from corpora.operations.choice.digests import digests
from corpora.operations.choice.documents import spill_documents
from corpora.store.description import summaries
from corpora.store.store import default_store


def repeats(dataset):
    """How many rows are copies, as the statistic counts them."""
    figures = summaries(default_store(), dataset, ["repeats"], make_executor("serial"))
    return dataset.rows - figures["repeats"]["distinct_rows"]


def test_the_first_copy_of_each_row_stays_in_its_place(make, rows):
    made = corpora.distinct(make(["One is here.", "Two.", "One is here."], ["Two.", "Three.", "two."]))
    assert rows(made) == ["One is here.", "Two.", "Three.", "two."]
    assert made.manifest.accounting == {"rows": 6, "copies": 2, "repeated": 2}


def test_afterwards_the_statistic_repeats_is_0(tokens):
    twice = corpora.concat([tokens, corpora.transform(tokens, "shuffle"), tokens], name="thrice")
    made = corpora.distinct(twice)
    assert repeats(twice) > tokens.rows and repeats(made) == 0
    assert made.rows + made.manifest.accounting["copies"] == twice.rows


@pytest.mark.slow
@pytest.mark.parametrize("by", ["row", "document"])
def test_pieces_and_workers_change_nothing(tokens, by):
    twice = corpora.concat([tokens, corpora.transform(tokens, "shuffle"), tokens], name="thrice")
    made = corpora.distinct(twice, by=by)
    default_store().remove(made.reference)
    again = corpora.distinct(twice, by=by, executor="processes:workers=2")
    files = [{k: v for k, v in d.manifest.files.items() if not k.endswith((".md", ".html"))} for d in (made, again)]
    assert files[0] == files[1] and made.rows < twice.rows


@pytest.mark.parametrize("bits", [0, 1, 5])
def test_the_first_of_equal_digests_stays_in_any_number_of_partitions(tmp_path, bits):
    draw = np.random.default_rng(1)
    found = draw.integers(0, 2**64, (40, 2), np.uint64)[draw.integers(0, 40, 90)]
    files = (tmp_path / "a", tmp_path / "b")
    spill(files[0], found[:50], 0)
    spill(files[1], found[50:], 50)
    parts = [CopiesTask(tmp_path, bits, files)(partition) for partition in range(1 << bits)]
    gone = np.sort(Copies(tuple(path for path, *_ in parts)).among(0, 90))
    kept = np.unique(found, axis=0, return_index=True)[1]
    assert gone.tolist() == sorted(set(range(90)) - set(kept.tolist()))
    assert sum(number for number, _ in most_common(often for *_, often in parts)) == len(gone)


def test_a_partition_holds_about_a_million_rows():
    assert [partition_bits(rows) for rows in (0, 1 << 20, (1 << 20) + 1, 1 << 22, 10**9)] == [0, 0, 1, 2, 10]


def test_documents_are_the_same_in_any_number_of_files(make, tmp_path):
    corpus = make(*([f"Sentence {number % 4}.", "Two."] for number in range(9)))
    (tmp_path / "rows").write_bytes(b"".join(digests(batch, ()).tobytes() for batch in corpus.batches()))
    one, several = tmp_path / "one", tmp_path / "several"
    for folder in (one, several):
        folder.mkdir()
    whole, starts = spill_documents(one, corpus, [tmp_path / "rows"])
    files, others = spill_documents(several, corpus, [tmp_path / "rows"], documents_a_file=2)
    assert len(whole) == 1 and len(files) == 5 and starts.rows.tolist() == others.rows.tolist() == list(range(0, 18, 2))
    assert sorted(spilled(whole[0]).tolist()) == sorted(entry for path in files for entry in spilled(path).tolist())


def test_documents_go_only_where_every_row_is_a_copy(make, rows):
    same, longer = ["One is here.", "Two.", "One is here."], ["One is here.", "Two."]
    made = corpora.distinct(make(same, longer, same, longer), by="document")
    assert rows(made) == same + longer and made.documents == 2
    assert made.manifest.accounting == {"rows": 10, "documents": 4, "copies": 2, "repeated": 2}


def test_a_document_in_two_blocks_is_one_document(make, reblocked, rows):
    long = [f"Sentence {i}." for i in range(8)]
    corpus = reblocked(make(long, ["Another one."], long), 3)
    assert rows(corpora.distinct(corpus, by="document")) == [*long, "Another one."]


@pytest.mark.parametrize(
    ("normalise", "kept"),
    [
        ("case", ["A cat sat.", "A cat, sat", "…", "—"]),
        ("case,punctuation", ["A cat sat.", "…", "—"]),
        ("punctuation", ["A cat sat.", "a Cat sat.", "…", "—"]),
    ],
)
def test_differences_can_be_ignored_and_rows_stay_unchanged(make, normalise, kept, rows):
    made = corpora.distinct(make(["A cat sat.", "a Cat sat.", "A cat, sat", "…", "—"]), normalise=normalise)
    assert rows(made) == kept


def test_white_space_of_any_kind_and_number_can_be_ignored():
    import pyarrow as pa

    from corpora.operations.choice.digests import normalised

    found = normalised(pa.array(["a\u00a0 b", " a\tb ", "a\u2003b", "   "], pa.large_string()), ("space",))
    assert found.to_pylist() == ["a b"] * 3 + ["   "] and found.type == pa.large_string()


def test_case_is_folded_and_accents_are_composed_as_unicode_defines():
    import pyarrow as pa

    from corpora.operations.choice.digests import normalised

    rows = pa.array(["Straße", "STRASSE", "ΟΔΟΣ", "οδος", "Café", "CAFE\u0301", "Plain", "PLAIN"], pa.large_string())
    folded = normalised(rows, ("case",)).to_pylist()
    assert folded == ["strasse"] * 2 + ["οδοσ"] * 2 + ["café"] * 2 + ["plain"] * 2
    assert normalised(rows, ("space",)).to_pylist()[5] == "CAFÉ"


def test_what_went_is_said_and_recorded(make, run):
    make(["One is here.", "Two."], ["One is here.", "Two.", "One is here."])
    said = run("transform", "distinct", "corpus").out
    assert "3 of 5 rows removed as copies of earlier ones (60.0%); most often: 2 copies of 'One is here.'" in said
    assert "d0.txt, row 0: 2 copies of it removed: One is here." in run("show", "corpus-distinct", "--removed").out


def test_an_action_written_as_a_transform_or_a_short_form_is_explained(make, run, tmp_path):
    make(["One is here."])
    (tmp_path / "r.toml").write_text('[datasets.once]\ntransform = "distinct"\nfrom = "corpus"\n')
    assert 'write distinct = "DATASET"' in run("build", "--recipe", tmp_path / "r.toml", code=1).err
    assert "distinct" in run("transform", "distinct:by=document", "corpus", code=2).err


def test_a_recipe_makes_the_same_version(make, run, tmp_path):
    made = corpora.distinct(make(["One is here.", "one is here."]), normalise=["case"], name="once")
    (tmp_path / "r.toml").write_text(
        '[datasets.once]\ndistinct = "corpus"\nnormalise = ["case"]\n[datasets.two]\ndistinct = "once"\nby = "document"'
    )
    planned = json.loads(run("build", "--recipe", tmp_path / "r.toml", "--dry-run", "--json").out)
    assert [step["state"] for step in planned] == ["there", "to build"] and made.rows == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"normalise": "casing"}, "--normalise is 'casing'; it takes case, punctuation, space"),
        ({"normalise": "case"}, "contains token ids; apply it to the sentences that they were tokenized from"),
    ],
)
def test_what_cannot_be_compared_is_refused(tokens, options, message):
    with pytest.raises(corpora.OptionError, match=message):
        corpora.distinct(tokens, **options)
