"""Tests of a dataset written into one file."""

import json

import pytest

import corpora
from corpora import OptionError
from corpora.builtin.sources.packed import open_packed


@pytest.mark.parametrize("packing", ["", ".gz", ".bz2", ".xz", ".zst"])
def test_rows_are_written_compressed_as_the_name_says(corpus, tmp_path, packing):
    assert corpora.export(corpus, tmp_path / f"rows.jsonl{packing}") == corpus.rows
    with open_packed(tmp_path / f"rows.jsonl{packing}") as file:
        rows = [json.loads(line) for line in file]
    assert [row["text"] for row in rows] == [row["text"] for row in corpus.to_datasets()]


def test_a_compressed_export_builds_again(corpus, tmp_path):
    (tmp_path / "in").mkdir()
    corpora.export(corpus, tmp_path / "in" / "rows.txt.zst")
    again = corpora.build(f"texts:folder={tmp_path / 'in'}", name="again")
    assert again.manifest.documents == 1 and again.rows > 0.9 * corpus.rows


@pytest.mark.parametrize("name", ["rows", "rows.gz", "rows.parquet.gz", "rows.txt.zip", "rows.csv.xz"])
def test_another_ending_is_refused(corpus, tmp_path, name):
    with pytest.raises(OptionError, match=r"use .txt, .jsonl, .parquet, or .txt or .jsonl followed by .gz"):
        corpora.export(corpus, tmp_path / name)
    assert not [*tmp_path.glob("*rows*")]
