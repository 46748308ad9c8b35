"""Early stopping, and keeping the best student, by measurements on held-out text."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trainer import Callback, OtherRecipe, Run, distill
from trainer.distillation.training.selection import Selection

OPTIONS = {
    "sequences": 16, "budget": "updates=12", "student": "distilbert:1", "log-every": 1, "micro-batch-tokens": "64",
    "checkpoint-every": "3", "held-out-every": 1, "learning-rate": 0.05, "held-out": "apart",
}  # fmt: skip


@pytest.fixture
def teacher(tmp_path: Path, make: ModuleType, apart: str) -> Path:
    """A teacher, and the held-out dataset that the options name."""
    folder: Path = make.teacher_folder(tmp_path / "teacher")
    return folder


class Cut(Callback):
    """A power cut after an update."""

    name = "cut"

    def __init__(self, update: int) -> None:
        object.__setattr__(self, "update", update)

    def on_step(self, run: Run, record: Any) -> None:
        """Break."""
        if record["update"] == self.update:  # type: ignore[attr-defined]
            raise RuntimeError("power cut")


def card(run: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((run / "run.json").read_text(encoding="utf-8"))
    return content


def measured(run: Path) -> list[float]:
    lines = (run / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["held_out"]["kl"] for line in lines]


def test_the_lowest_measurement_is_the_best_and_nan_never_is() -> None:
    selection = Selection("kl", patience=2)
    assert [selection.see(n, value) for n, value in enumerate([math.nan, 3.0, 2.0, 2.0])] == [False, True, True, False]
    assert (selection.update, selection.value, selection.exhausted) == (2, 2.0, False)
    selection.see(4, math.nan)
    assert selection.exhausted


@given(st.lists(st.floats(0, 9), max_size=20), st.integers(0, 20))
def test_a_selection_that_was_saved_and_restored_chooses_what_one_in_one_go_does(values: list[float], cut: int) -> None:
    whole, one, two = Selection("kl"), Selection("kl"), Selection("kl")
    for update, value in enumerate(values):
        whole.see(update, value)
        if update == min(cut, len(values)):
            two.restore(json.loads(json.dumps(one.state())))
        (one if update < min(cut, len(values)) else two).see(update, value)
    if cut < len(values):
        assert two.state() == whole.state()


def test_the_student_is_that_of_the_best_update_and_the_card_says_which(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    from safetensors.torch import load_file

    distill(make.rows(60), teacher, tmp_path / "run", options={**OPTIONS, "keep-best": True})
    values = measured(tmp_path / "run")
    best = values.index(min(values)) + 1
    assert best < 12
    assert card(tmp_path / "run")["best"] == {"update": best, "metric": "kl", "value": min(values)}
    kept = load_file(tmp_path / "run" / "best" / f"update-{best:08d}" / "state.safetensors")
    student = load_file(tmp_path / "run" / "student" / "model.safetensors")
    assert all(torch.equal(tensor, kept[f"student.{name}"]) for name, tensor in student.items())
    said = f"{best} update{'' if best == 1 else 's'} of 16"
    assert said in (tmp_path / "run" / "student" / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_without_keep_best_the_student_is_that_of_the_last_update(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS)
    plain = {key: value for key, value in OPTIONS.items() if not key.startswith("held")}
    distill(make.rows(60), teacher, tmp_path / "plain", options=plain)
    assert make.weights_hash(tmp_path / "run" / "student") == make.weights_hash(tmp_path / "plain" / "student")
    assert "best" not in card(tmp_path / "run")


def test_a_run_stops_early_after_measurements_without_a_better_one(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    outcome = distill(make.rows(60), teacher, tmp_path / "run", options={**OPTIONS, "early-stop": 2})
    values = measured(tmp_path / "run")
    assert (outcome.status, outcome.updates, len(values)) == (
        "finished",
        values.index(min(values)) + 3,
        outcome.updates,
    )
    assert outcome.updates < outcome.total == 12
    assert outcome.reason == "no lower kl on held-out text in 2 measurements" == card(tmp_path / "run")["reason"]
    again = distill(make.rows(60), out=tmp_path / "run", resume=True)
    assert (again.status, again.updates) == ("finished", outcome.updates)


@pytest.mark.slow
@pytest.mark.parametrize("cut", [2, 4, 7])
def test_both_survive_a_power_cut_with_the_same_bytes(
    teacher: Path, tmp_path: Path, make: ModuleType, cut: int
) -> None:
    options = {**OPTIONS, "keep-best": True, "early-stop": 4}
    whole = distill(make.rows(60), teacher, tmp_path / "whole", options=options)
    cut = min(cut, whole.updates - 1)
    with pytest.raises(RuntimeError, match="power cut"):
        distill(make.rows(60), teacher, tmp_path / "run", options=options, watch=[Cut(cut)])
    resumed = distill(make.rows(60), out=tmp_path / "run", resume=True)
    assert (resumed.updates, card(tmp_path / "run")["best"]) == (whole.updates, card(tmp_path / "whole")["best"])
    assert make.weights_hash(tmp_path / "run" / "student") == make.weights_hash(tmp_path / "whole" / "student")


@pytest.mark.slow
def test_only_the_best_weights_that_a_checkpoint_names_are_kept(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    options = {**OPTIONS, "keep-best": True, "learning-rate": 0.001, "keep": 1}
    distill(make.rows(60), teacher, tmp_path / "run", options=options)
    assert [place.name for place in (tmp_path / "run" / "best").iterdir()] == ["update-00000012"]


@pytest.mark.slow
def test_what_selects_the_student_may_not_change_on_a_resume(teacher: Path, tmp_path: Path, make: ModuleType) -> None:
    distill(make.rows(60), teacher, tmp_path / "run", options={**OPTIONS, "early-stop": 2}, stop_after="0s")
    with pytest.raises(OtherRecipe, match="early-stop = 2, not 3"):
        distill(make.rows(60), out=tmp_path / "run", options={"early-stop": 3}, resume=True)
    with pytest.raises(OtherRecipe, match="held-out-every = 1, not 5"):
        distill(make.rows(60), out=tmp_path / "run", options={"held-out-every": 5}, resume=True)
    distill(make.rows(60), teacher, tmp_path / "free", options=OPTIONS, stop_after="0s")
    distill(make.rows(60), out=tmp_path / "free", options={"held-out-every": 5}, resume=True)
