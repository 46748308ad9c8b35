"""Runs on private datasets: cards without places, and no text kept."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from trainer import Diverged, OtherRecipe, distill

OPTIONS = {"sequences": 16, "student": "distilbert:1", "log-every": 1, "micro-batch-tokens": "512"}


def private(rows: Any) -> Any:
    rows.private = True
    return rows


def test_the_batch_that_a_run_blew_up_on_is_kept_by_its_row_numbers_only(tmp_path: Path, make: ModuleType) -> None:
    from safetensors.torch import load_file

    teacher = make.teacher_folder(tmp_path / "teacher")
    options = {**OPTIONS, "loss": ["masked-lm"], "learning-rate": 10.0, "budget": "updates=200", "warmup": 0.1}
    with pytest.raises(Diverged):
        distill(private(make.rows(60)), teacher, tmp_path / "run", options=options)
    (batch,) = (tmp_path / "run").glob("bad-update-*.safetensors")
    assert set(load_file(batch)) == {"rows"}


def test_a_run_is_resumed_by_giving_the_teacher_again_since_its_card_has_the_name_only(
    tmp_path: Path, make: ModuleType
) -> None:
    teacher, rows, run = make.teacher_folder(tmp_path / "teacher"), private(make.rows(60)), tmp_path / "run"
    options = {**OPTIONS, "budget": "updates=4"}
    distill(rows, teacher, run, options=options, stop_after="0s")
    assert str(tmp_path) not in (run / "run.json").read_text(encoding="utf-8")
    with pytest.raises(
        OtherRecipe, match="the card of a private run does not record the teacher's path; give --teacher"
    ):
        distill(rows, out=run, resume=True)
    assert distill(rows, teacher, run, resume=True).status == "finished"
    assert str(tmp_path) not in (run / "student" / "README.md").read_text(encoding="utf-8")
