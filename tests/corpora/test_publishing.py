"""Datasets handed on: the hub's layout, the licences, and uploads to a server on this machine."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import DatasetError, OptionError
from corpora.publishing import check_licences, export_hub


@pytest.fixture
def hub(httpserver, monkeypatch):
    """A hub on loopback that takes what is uploaded; gives the files of the commit."""
    files: dict[str, bytes] = {}

    def commit(request):
        from werkzeug import Response

        for line in request.get_data(as_text=True).splitlines():
            entry = json.loads(line)
            if entry["key"] == "file":
                files[entry["value"]["path"]] = base64.b64decode(entry["value"]["content"])
        address = f"{httpserver.url_for('')}/datasets/me/toy/commit/1"
        return Response(json.dumps({"commitUrl": address, "commitOid": "1"}), content_type="application/json")

    def preupload(request):
        from werkzeug import Response

        asked = [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in request.json["files"]]
        return Response(json.dumps({"files": asked}), content_type="application/json")

    url = {"url": f"{httpserver.url_for('')}/datasets/me/toy", "name": "me/toy", "id": "me/toy"}
    httpserver.expect_request("/api/repos/create", method="POST").respond_with_json(url)
    httpserver.expect_request("/api/validate-yaml").respond_with_json({"errors": [], "warnings": []})
    httpserver.expect_request("/api/agent-harnesses").respond_with_json({})
    httpserver.expect_request("/api/datasets/me/toy/preupload/main").respond_with_handler(preupload)
    httpserver.expect_request("/api/datasets/me/toy/commit/main").respond_with_handler(commit)
    info = {"id": "me/toy", "sha": "0", "siblings": [], "private": False, "downloads": 0, "likes": 0, "tags": []}
    httpserver.expect_request("/api/datasets/me/toy/revision/main").respond_with_json(info)
    httpserver.expect_request("/api/datasets/me/toy").respond_with_json(info)
    monkeypatch.setenv("HF_ENDPOINT", httpserver.url_for("").rstrip("/"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_TOKEN", "hf_none")
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    return files


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
    with pytest.raises(OptionError, match="holds something already"):
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
        ]
    )
)
def test_free_licences_may_be_handed_on(licence):
    check_licences("toy@1", {licence: 3})


@pytest.mark.parametrize("licence", ["", "unknown", "All rights reserved", "CC-BY-NC-4.0", "CC BY-ND 4.0", "mitten"])
def test_licences_that_forbid_or_say_nothing_are_refused(licence):
    with pytest.raises(DatasetError, match="3 documents of licence .* give --i-may-redistribute if you may"):
        check_licences("toy@1", {"MIT": 5, licence: 3})


def test_push_is_refused_where_no_licence_is_recorded(run, corpus, hub):
    assert "may not be handed on" in run("push", "corpus", "me/toy", code=1).err
    assert not hub


def test_push_uploads_rows_and_card_where_the_user_may(run, corpus, hub):
    assert "/commit/1" in run("push", "corpus", "me/toy", "--i-may-redistribute", "--private").out
    assert set(hub) >= {"README.md", "data/train-00000-of-00001.parquet"}
    assert hub["data/train-00000-of-00001.parquet"][:4] == b"PAR1"


def test_a_hub_that_refuses_is_one_clear_line(run, corpus, httpserver, monkeypatch):
    httpserver.expect_request("/api/repos/create").respond_with_data("no", status=401)
    monkeypatch.setenv("HF_ENDPOINT", httpserver.url_for("").rstrip("/"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    done = run("push", "corpus", "me/toy", "--i-may-redistribute", code=1)
    assert "me/toy was not uploaded" in done.err and "hf auth login" in done.err and "Traceback" not in done.err


def test_push_without_a_network_asks_nobody(run, corpus):
    assert "me/toy was not uploaded" in run("push", "corpus", "me/toy", "--i-may-redistribute", code=1).err
