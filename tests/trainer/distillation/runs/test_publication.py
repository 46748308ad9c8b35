"""Students handed on: what goes out, and what keeps it back. The upload itself is tested with the datasets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from corpora import DatasetError, OptionError
from trainer import NoCheckpoint
from trainer.distillation.runs.publication import CardOverrides, push
from trainer.models import Score


def a_run(folder: Path, licences: dict[str, int]) -> Path:
    (folder / "student").mkdir(parents=True)
    (folder / "student" / "model.safetensors").write_bytes(b"weights")
    (folder / "student" / "README.md").write_text("distilled from `/home/me/teacher`", encoding="utf-8")
    (folder / "student" / "secret.pem").write_text("mine", encoding="utf-8")
    card = {
        "kind": "distill", "preset": "study", "recipe": {}, "teacher": {"model": "/home/me/teacher", "licence": "mit"},
        "student": {"class": "BertForMaskedLM", "parameters": 10}, "plan": {"updates": 9}, "updates": 7,
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


@pytest.mark.slow
def test_the_command_says_where_it_went(tmp_path: Path, hub: Any, run: Any) -> None:
    done = run("push", a_run(tmp_path / "run", {}), "me/student", "--i-may-redistribute", program="trainer")
    assert done.out.startswith(f"{hub.url}/models/me/student/commit/")
    assert set(hub.files("models/me/student")) == {"model.safetensors", "README.md", "run.json"}


def test_a_private_one_says_nothing_of_this_machine(tmp_path: Path, sent: Callable[[], dict[str, str]]) -> None:
    push(a_run(tmp_path / "run", {"CC0-1.0": 2}), "me/student", private=True)
    assert "/home/me" not in "".join(sent().values()) and "distilled from `teacher`" in sent()["README.md"]


def test_the_model_card_is_written_again_with_scores_and_what_the_user_states(tmp_path: Path, sent: Any) -> None:
    score = Score("RTE", "accuracy", 61.24, 58.0, 64.0, 277, "fine-tuned, mean of 5 seeds")
    run, stated = a_run(tmp_path / "run", {"CC0-1.0": 2}), CardOverrides(base_models=("me/bert",), languages=("en",))
    push(run, "me/student", scores=[score], stated=stated)
    data = ModelCard(sent()["README.md"]).data
    assert (data.base_model, data.license, data.language, data.datasets) == ("me/bert", "mit", "en", ["made"])
    assert data.eval_results[0].metric_value == 61.24 and "| 61.2 | 58.0 to 64.0 |" in sent()["README.md"]
    assert "7 updates" in sent()["README.md"] and "/home/me" not in sent()["README.md"]


def test_what_is_stated_in_another_form_than_the_hubs_is_one_line() -> None:
    with pytest.raises(OptionError, match="invalid base model '/models/bert'; use the hub's name"):
        CardOverrides(base_models=("/models/bert",))
    with pytest.raises(OptionError, match="invalid language 'English'.* such as en"):
        CardOverrides(languages=("English",))


@pytest.mark.parametrize("licences", [{}, {"All rights reserved": 1}])
def test_a_student_of_texts_that_may_not_be_handed_on_stays(tmp_path: Path, licences: dict[str, int]) -> None:
    with pytest.raises(DatasetError, match="the student of .* may not be redistributed"):
        push(a_run(tmp_path / "run", licences), "me/student")


def test_a_run_that_is_not_finished_is_refused(tmp_path: Path) -> None:
    run = a_run(tmp_path / "run", {"CC0-1.0": 2})
    (run / "student" / "model.safetensors").unlink()
    with pytest.raises(NoCheckpoint, match="has no finished student"):
        push(run, "me/student")
