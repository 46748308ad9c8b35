"""Datasets that live elsewhere: a folder of Parquet files, and a hub on this machine."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import corpora
from corpora import InputError
from corpora.publishing import export_hub
from corpora.recipe import recipe_text
from corpora.store import default_store


def test_an_exported_dataset_comes_back_with_the_same_rows(corpus, tmp_path):
    export_hub(corpus, tmp_path / "out")
    made = corpora.transform(f"parquet:{tmp_path / 'out'}", "lowercase", name="back")
    again = corpora.transform(corpus, "lowercase", name="here")
    assert made.to_datasets()[:] == again.to_datasets()[:] and made.documents == corpus.documents


def test_rows_without_text_are_left_out_and_the_column_can_be_named(home, tmp_path):
    pq.write_table(pa.table({"line": ["One.", None, "", "Two."]}), tmp_path / "a.parquet")
    made = corpora.transform(f"parquet:{tmp_path},text=line", "lowercase", name="lines")
    assert made.to_datasets()["text"][:] == ["one.", "two."] and made.documents == 1


def test_a_folder_is_taken_in_again_only_when_its_content_changed(home, tmp_path):
    pq.write_table(pa.table({"text": ["One."]}), tmp_path / "a.parquet")
    first = corpora.transform(f"parquet:{tmp_path}", "lowercase", name="x")
    assert corpora.transform(f"parquet:{tmp_path}", "lowercase", name="x") == first
    pq.write_table(pa.table({"text": ["Two."]}), tmp_path / "a.parquet")
    assert corpora.transform(f"parquet:{tmp_path}", "lowercase", name="x").fingerprint != first.fingerprint


def test_show_head_and_export_take_one_as_actions_do(run, home, tmp_path):
    pq.write_table(pa.table({"text": ["One.", "Two."]}), tmp_path / "a.parquet")
    assert "parquet-" in run("show", f"parquet:{tmp_path}").out
    assert run("head", f"parquet:{tmp_path}", "--rows", 1).out == "One.\n"
    run("export", f"parquet:{tmp_path}", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text() == "One.\nTwo.\n"


def test_a_recipe_names_it_by_its_reference_and_makes_the_same(home, tmp_path):
    pq.write_table(pa.table({"text": ["One.", "Two."]}), tmp_path / "a.parquet")
    made = corpora.transform(f"parquet:{tmp_path}", "lowercase", name="low")
    text = recipe_text(default_store(), made)
    assert text.count("[datasets.") == 1 and f'from = "parquet:{tmp_path}"' in text
    (tmp_path / "printed.toml").write_text(text)
    assert corpora.build_datasets(corpora.read_recipe(tmp_path / "printed.toml")) == [made]


def test_a_column_that_is_not_there_is_named_with_those_that_are(home, tmp_path):
    pq.write_table(pa.table({"line": ["One."]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="has no column text; it has line; name one with text=COLUMN"):
        corpora.transform(f"parquet:{tmp_path}", "lowercase")


def test_a_folder_without_parquet_is_refused(home, tmp_path):
    with pytest.raises(InputError, match="no .parquet file under"):
        corpora.transform(f"parquet:{tmp_path}", "lowercase")


def test_a_hub_dataset_that_is_gone_or_private_is_one_clear_line(run, httpserver, monkeypatch):
    httpserver.expect_request("/api/datasets/me/gone").respond_with_json({"error": "not found"}, status=404)
    monkeypatch.setenv("HF_ENDPOINT", httpserver.url_for("").rstrip("/"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    done = run("transform", "lowercase", "hub:me/gone", code=1)
    assert "hub:me/gone is not there, or is private (404)" in done.err


def test_without_a_network_the_hub_is_not_asked(run):
    assert "the hub cannot be reached" in run("transform", "lowercase", "hub:me/any", code=1).err
