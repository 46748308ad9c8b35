"""Students handed on: what goes out, and what keeps it back. The upload itself is tested with the datasets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpora import DatasetError
from trainer import NoCheckpoint
from trainer.distillation.runs.publication import push


def a_run(folder: Path, licences: dict[str, int]) -> Path:
    (folder / "student").mkdir(parents=True)
    (folder / "student" / "model.safetensors").write_bytes(b"weights")
    (folder / "student" / "README.md").write_text("distilled from `/home/me/teacher`", encoding="utf-8")
    (folder / "student" / "secret.pem").write_text("mine", encoding="utf-8")
    card = {
        "kind": "distill", "preset": "study", "recipe": {}, "teacher": {"model": "/home/me/teacher"},
        "dataset": {"name": "made", "fingerprint": "f0", "lineage": {"licences": licences}},
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


@pytest.fixture
def sent(hub: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, str]]:
    """Gives the files that came to a hub on loopback."""
    monkeypatch.setenv("HF_TOKEN", "hf_none")
    return lambda: {path: content.decode() for path, content in hub.files("models/me/student").items()}


def test_a_student_of_free_texts_goes_out_with_its_cards_only(
    tmp_path: Path, sent: Callable[[], dict[str, str]]
) -> None:
    assert "/models/me/student/commit/" in push(a_run(tmp_path / "run", {"CC0-1.0": 2}), "me/student")
    assert set(sent()) == {"model.safetensors", "README.md", "run.json"}


def test_the_command_says_where_it_went(tmp_path: Path, hub: Any, run: Any) -> None:
    done = run("push", a_run(tmp_path / "run", {}), "me/student", "--i-may-redistribute", program="trainer")
    assert done.out.startswith(f"{hub.url}/models/me/student/commit/")
    assert set(hub.files("models/me/student")) == {"model.safetensors", "README.md", "run.json"}


def test_a_private_one_says_nothing_of_this_machine(tmp_path: Path, sent: Callable[[], dict[str, str]]) -> None:
    push(a_run(tmp_path / "run", {"CC0-1.0": 2}), "me/student", private=True)
    assert "/home/me" not in "".join(sent().values()) and sent()["README.md"] == "distilled from `teacher`"


@pytest.mark.parametrize("licences", [{}, {"All rights reserved": 1}])
def test_a_student_of_texts_that_may_not_be_handed_on_stays(tmp_path: Path, licences: dict[str, int]) -> None:
    with pytest.raises(DatasetError, match="the student of .* may not be handed on"):
        push(a_run(tmp_path / "run", licences), "me/student")


def test_a_run_that_is_not_finished_is_refused(tmp_path: Path) -> None:
    run = a_run(tmp_path / "run", {"CC0-1.0": 2})
    (run / "student" / "model.safetensors").unlink()
    with pytest.raises(NoCheckpoint, match="holds no finished student"):
        push(run, "me/student")
