"""Datasets handed on: the hub's layout, the licences, and uploads to a server on this machine."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpora
from corpora import DatasetError, OptionError
from corpora.operations.publishing.publication import check_licences, export_hub


def test_the_datasets_library_opens_an_export(tokens, tmp_path, monkeypatch):
    import datasets

    export_hub(tokens, tmp_path / "out")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))["train"]
    assert loaded.num_rows == tokens.rows and loaded["input_ids"][:3] == tokens.to_datasets()["input_ids"][:3]
    assert (tmp_path / "out" / "tokenizer.json").exists()


def test_a_private_card_holds_no_command_and_no_path(corpus, tmp_path):
    for private in (False, True):
        export_hub(corpus, tmp_path / str(private), private=private)
    open_card, card = ((tmp_path / name / "README.md").read_text() for name in ("False", "True"))
    assert "- command `" in open_card and "command `" not in card and str(tmp_path) not in card
    assert "path: data/*.parquet" in card


def test_a_folder_that_holds_something_is_left_alone(corpus, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine")
    with pytest.raises(OptionError, match="is not an empty folder"):
        export_hub(corpus, tmp_path / "out")


@given(
    st.sampled_from(
        [
            "CC-BY-4.0",
            "CC BY-SA 3.0",
            "public domain",
            "Public domain in the USA.",
            "CC0-1.0",
            "MIT",
            "Apache-2.0",
            "cc-by-sa-4.0",
            "cc-by-3.0-us",
            "CC BY 4.0 International",
            "cc-by-4.0, apache-2.0",
            "public domain in the USA (Project Gutenberg)",
            "bsd-3-clause",
            "odc-by",
            "gfdl",
            "pddl",
        ]
    )
)
def test_free_licences_may_be_handed_on(licence):
    check_licences("toy@1", {licence: 3})


@pytest.mark.parametrize(
    "licence",
    [
        "",
        "unknown",
        "All rights reserved",
        "CC-BY-NC-4.0",
        "CC BY-ND 4.0",
        "mitten",
        "apache-2.0, cc-by-nc-4.0",
        "cc-by-4.0, other",
        "apache-2.0 with Commons Clause",
        "cc-by-4.0-nc",
        "cc-by 4.0 ND",
        "public domain in part",
        "bsd-style",
        "odc-unknown",
    ],
)
def test_licences_that_forbid_or_say_nothing_are_refused(licence):
    with pytest.raises(
        DatasetError, match="3 documents with licence .* give --i-may-redistribute if you have the right"
    ):
        check_licences("toy@1", {"MIT": 5, licence: 3})


def test_push_is_refused_where_no_licence_is_recorded(run, corpus, hub):
    assert "may not be redistributed" in run("push", "corpus", "me/toy", code=1).err
    assert not hub.asked


def test_push_uploads_rows_and_card_where_the_user_may(run, corpus, hub):
    told = run("push", "corpus", "me/toy", "--i-may-redistribute").out
    files = hub.files("datasets/me/toy")
    assert f"{hub.url}/datasets/me/toy/commit/" in told
    assert set(files) == {"README.md", "data/train-00000-of-00001.parquet", "documents.parquet"}
    rows = pq.read_table(pa.BufferReader(files["data/train-00000-of-00001.parquet"]))
    assert rows["text"].to_pylist() == [text for batch in corpus.batches() for text in batch["text"].to_pylist()]


def test_private_makes_the_repository_private_and_names_no_document(corpus, hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_none")
    corpora.push(corpus, "me/toy", private=True, may_redistribute=True)
    assert hub.private == {"datasets/me/toy"}
    assert set(hub.files("datasets/me/toy")) == {"README.md", "data/train-00000-of-00001.parquet"}


def test_a_free_dataset_goes_out_and_comes_back_the_same(home, hub):
    toy = corpora.build("toy:books=1,articles=5", name="toy")
    tokens = corpora.tokenize(toy, train=200)
    corpora.push(tokens, "me/toy-tokens")
    back = corpora.transform("hub:me/toy-tokens", "shuffle", name="shuffled", store=corpora.Store(home / "other"))
    assert back.tokens == tokens.tokens and back.tokenizer_file.read_bytes() == tokens.tokenizer_file.read_bytes()
    check_licences("it", back.manifest.licences)


def test_a_second_push_is_a_second_commit(home, hub):
    for seed in (1, 2):
        corpora.push(corpora.build(f"toy:books=0,articles=2,seed={seed}", name="toy"), "me/toy")
    assert len(hub.commits["datasets/me/toy"]) == 3  # the first is empty, made with the repository


def test_a_hub_that_refuses_is_one_clear_line(run, corpus, httpserver, monkeypatch):
    httpserver.expect_request("/api/repos/create").respond_with_data("no", status=401)
    monkeypatch.setenv("HF_ENDPOINT", httpserver.url_for("").rstrip("/"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    done = run("push", "corpus", "me/toy", "--i-may-redistribute", code=1)
    assert "me/toy was not uploaded" in done.err and "hf auth login" in done.err and "Traceback" not in done.err


@pytest.mark.slow
def test_a_hub_that_nobody_reaches_is_one_clear_line(run, corpus, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    done = run("push", "corpus", "me/toy", "--i-may-redistribute", code=1)
    assert "me/toy was not uploaded: " in done.err and "Traceback" not in done.err


def test_push_without_a_network_asks_nobody(run, corpus):
    assert "me/toy was not uploaded" in run("push", "corpus", "me/toy", "--i-may-redistribute", code=1).err
