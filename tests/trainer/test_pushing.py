"""Students handed on: what goes out, and what keeps it back. The upload itself is tested with the datasets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpora import DatasetError
from trainer import NoCheckpoint
from trainer.pushing import local_paths, push


def a_run(folder: Path, licences: dict[str, int]) -> Path:
    (folder / "student").mkdir(parents=True)
    (folder / "student" / "model.safetensors").write_bytes(b"weights")
    (folder / "student" / "README.md").write_text("distilled from `/home/me/teacher`", encoding="utf-8")
    (folder / "student" / "secret.pem").write_text("mine", encoding="utf-8")
    card = {"dataset": {"lineage": {"licences": licences}}, "teacher": {"model": "/home/me/teacher"}}
    (folder / "run.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


@pytest.fixture
def sent(httpserver: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A hub on loopback; gives the small files that were uploaded."""
    import base64

    import huggingface_hub
    from werkzeug import Response

    files: dict[str, str] = {}
    at = httpserver.url_for("").rstrip("/")

    def commit(request: Any) -> Response:
        for line in request.get_data(as_text=True).splitlines():
            entry = json.loads(line)
            if entry["key"] == "file":
                files[entry["value"]["path"]] = base64.b64decode(entry["value"]["content"]).decode()
        return Response(
            json.dumps({"commitUrl": f"{at}/me/student/commit/1", "commitOid": "1"}), mimetype="application/json"
        )

    def preupload(request: Any) -> Response:
        asked = [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in request.json["files"]]
        return Response(json.dumps({"files": asked}), mimetype="application/json")

    httpserver.expect_request("/api/repos/create").respond_with_json({"url": f"{at}/me/student", "name": "me/student"})
    httpserver.expect_request("/api/validate-yaml").respond_with_json({"errors": [], "warnings": []})
    httpserver.expect_request("/api/agent-harnesses").respond_with_json({})
    httpserver.expect_request("/api/models/me/student/preupload/main").respond_with_handler(preupload)
    httpserver.expect_request("/api/models/me/student/commit/main").respond_with_handler(commit)
    info = {"id": "me/student", "sha": "0", "siblings": [], "private": False, "tags": []}
    httpserver.expect_request("/api/models/me/student/revision/main").respond_with_json(info)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", at)
    monkeypatch.setenv("HF_TOKEN", "hf_none")
    return files


def test_a_student_of_free_texts_goes_out_with_its_cards_only(tmp_path: Path, sent: dict[str, str]) -> None:
    assert push(a_run(tmp_path / "run", {"CC0-1.0": 2}), "me/student").endswith("/commit/1")
    assert set(sent) == {"model.safetensors", "README.md", "run.json"}


def test_a_private_one_says_nothing_of_this_machine(tmp_path: Path, sent: dict[str, str]) -> None:
    push(a_run(tmp_path / "run", {"CC0-1.0": 2}), "me/student", private=True)
    assert "/home/me" not in "".join(sent.values()) and sent["README.md"] == "distilled from `teacher`"


@pytest.mark.parametrize("licences", [{}, {"All rights reserved": 1}])
def test_a_student_of_texts_that_may_not_be_handed_on_stays(tmp_path: Path, licences: dict[str, int]) -> None:
    with pytest.raises(DatasetError, match="the student of .* may not be handed on"):
        push(a_run(tmp_path / "run", licences), "me/student")


def test_a_run_that_is_not_finished_is_refused(tmp_path: Path) -> None:
    run = a_run(tmp_path / "run", {"CC0-1.0": 2})
    (run / "student" / "model.safetensors").unlink()
    with pytest.raises(NoCheckpoint, match="holds no finished student"):
        push(run, "me/student")


def test_paths_are_found_wherever_they_stand() -> None:
    assert local_paths({"a": ["/x/y", "plain"], "b": {"c": "~/z"}}) == {"/x/y", "~/z"}
