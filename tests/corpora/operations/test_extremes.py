"""Datasets at the edge of what can be: without a row, with endless rows, with huge vocabularies, side by side."""

import subprocess
import sys
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import corpora
from corpora import TextTransform


@dataclass(frozen=True)
class Silence(TextTransform):
    """Say nothing."""

    name: ClassVar[str] = "silence"

    def rewrite(self, text: str, rng: np.random.Generator) -> str:
        """Nothing."""
        return ""


@pytest.fixture
def empty(tokens):
    """A token dataset without a row: no sentence is as long as it asks for."""
    return corpora.tokenize("corpus", train=120, min_tokens=500, name="empty")


@pytest.fixture
def silent(corpus, offer):
    """A sentence dataset without a row."""
    offer(transforms=[Silence])
    return corpora.transform(corpus, "silence", name="silent")


def ids_of(dataset) -> list[list[int]]:
    """Every row's ids."""
    return [row for batch in dataset.batches() for row in batch["input_ids"].to_pylist()]


@pytest.mark.parametrize(
    "component",
    [
        "shuffle",
        "shuffle:within=document",
        "generate",
        "generate:draw=bigram",
        "generate:draw=zipf",
        "merge",
        "replace:rate=0.5",
        "drop:rate=0.5",
        "lowercase",
    ],
)
def test_a_dataset_without_rows_stays_without_rows(empty, component):
    made = corpora.transform(empty, component)
    assert (made.rows, made.tokens, ids_of(made)) == (0, 0, [])
    made.verify()


@pytest.mark.parametrize("by", ["row", "document"])
def test_a_share_of_no_rows_is_no_rows(empty, silent, by):
    assert corpora.transform(empty, "sample", rate=0.5, by=by).rows == 0
    assert corpora.transform(silent, "sample", rate=1.0, by=by).rows == 0
    with pytest.raises(corpora.OptionError, match="--rows 1 is more than the 0 of empty"):
        corpora.transform(empty, "sample", rows=1, by=by)


def test_sentences_without_rows_pass_through_every_action(silent, corpus):
    assert corpora.transform(silent, "lowercase").rows == corpora.tokenize(silent, train=120).rows == 0
    assert corpora.concat([silent, corpus], name="both").rows == corpus.rows
    with pytest.raises(corpora.OptionError, match="has 0 documents; --held-out 0.5 would take all"):
        corpora.split(silent, held_out=0.5)
    with pytest.raises(corpora.OptionError, match="it must be at least 1 and at most 0"):
        corpora.mix({"silent": 0.5, "corpus": 0.5}, name="mixed")


@pytest.mark.parametrize("ending", ["txt", "jsonl", "parquet"])
def test_no_rows_are_exported_as_none(empty, tmp_path, ending):
    assert corpora.export(empty, tmp_path / f"out.{ending}") == 0
    assert (tmp_path / f"out.{ending}").exists()


def test_a_dataset_without_rows_is_shown(run, empty, tokens):
    for arguments in (
        ["show", "empty"],
        ["head", "empty"],
        ["verify", "empty"],
        ["diff", "empty", tokens.name],
    ):
        run(*arguments)
    assert "empty" in run("list").out


@pytest.mark.slow
def test_a_dataset_without_rows_is_reported(run, empty, tokens, tmp_path):
    run("report", "empty", tokens.name, "--out", tmp_path / "report.html", "--figures", tmp_path / "figures")
    assert "empty" in (tmp_path / "report.html").read_text()


@pytest.mark.slow
def test_sequences_of_a_hundred_thousand_tokens_go_through_everything(home, tmp_path):
    (tmp_path / "long").mkdir()
    (tmp_path / "long" / "one.txt").write_text("word " * 100_000 + "\n\nA short one.\n")
    made = corpora.build(f"texts:folder={tmp_path / 'long'}", name="long", duplicates="keep")
    tokens = corpora.tokenize(made, train=60, max_tokens=200_000)
    before = ids_of(tokens)
    assert len(before[0]) == 100_000
    for component in ("shuffle", "shuffle:unit=word", "merge", "replace:rate=0.5", "generate:lengths=kept"):
        after = corpora.transform(tokens, component)
        assert after.rows == tokens.rows and len(ids_of(after)[0]) == 100_000
    assert corpora.transform(tokens, "sample", rate=1.0).tokens == tokens.tokens
    assert [len(row) for row in ids_of(corpora.tokenize(made, tokenizer=tokens.path, name="cut"))][:2] == [510, 510]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "width"),
    [(65_536, "uint16"), (65_537, "uint32"), (70_000, "uint32")],
)
def test_the_last_word_of_a_huge_vocabulary_comes_through(corpus, tmp_path, size, width):
    made_up = [f"w{number}" for number in range(size - 7)]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "document", *made_up, "says"]
    (tmp_path / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    tokens = corpora.tokenize(corpus, tokenizer=tmp_path / "vocab.txt")
    assert str(tokens.schema.field("input_ids").type.value_type) == width
    says = sum(row.count(size - 1) for row in ids_of(tokens))
    shuffled = corpora.transform(tokens, "shuffle")
    assert says == tokens.rows / 2 == sum(row.count(size - 1) for row in ids_of(shuffled))
    generated, half = corpora.transform(tokens, "generate"), corpora.transform(tokens, "sample", rate=0.5)
    assert max(map(max, ids_of(generated))) == size - 1 and half.rows == tokens.rows / 2


@pytest.mark.slow
def test_two_transforms_at_once_make_one_version(tokens, home):
    command = [sys.executable, "-c", "from corpora.cli import main; main()", "transform", "shuffle", tokens.name]
    both = [subprocess.Popen([*command, "--executor", "processes:workers=1"], stdout=subprocess.DEVNULL) for _ in "ab"]
    assert [one.wait(120) for one in both] == [0, 0]
    [made] = [version for version in corpora.Store(home).all() if version.name.endswith("shuffle")]
    made.verify()
    assert not list(home.glob(".staging/*"))


@pytest.fixture
def read_only(tokens, home):
    """A token dataset in a store that cannot be written."""
    bound = subprocess.run(["mount", "--bind", home, home], capture_output=True)
    if bound.returncode:
        pytest.skip("needs the right to mount a folder")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", home], check=True)
        yield tokens
    finally:
        subprocess.run(["umount", home], check=True)


def test_reading_commands_work_on_a_store_that_cannot_be_written(run, read_only, tmp_path):
    for command in ("list", "show", "head", "path", "verify", "recipe"):
        assert run(command, *([] if command == "list" else [read_only.name])).out
    run("export", read_only.name, tmp_path / "out.jsonl")
    run("diff", "corpus", "corpus")
    assert "read-only; set CORPORA_HOME" in run("transform", "shuffle", read_only.name, code=1).err


@pytest.mark.slow
def test_datasets_of_a_store_that_cannot_be_written_are_reported(run, read_only, tmp_path):
    run("report", "corpus", read_only.name, "--out", tmp_path / "report.html")
    assert read_only.name in (tmp_path / "report.html").read_text()


def test_the_smallest_share_of_any_rows_is_one_row_and_of_documents_one_document(corpus):
    assert corpora.transform(corpus, "sample", rate=1e-12).rows == 1
    assert corpora.transform(corpus, "sample", rate=1e-300, by="document").documents == 1


def test_n_grams_longer_than_any_number_are_longer_than_any_row(corpus, tmp_path, run):
    evaluation = tmp_path / "evaluation.txt"
    evaluation.write_text("Four words and more.", encoding="utf-8")
    for n in (2**31, 2**63, 10**30):
        with pytest.raises(corpora.OptionError, match="the longest text of evaluation.txt has 4; give at most 4"):
            corpora.without(corpus, of=[str(evaluation)], ngram=n)
    corpora.transform(corpus, "lowercase", name="low")
    run("diff", "corpus", "low", "--ngram", str(10**30))
