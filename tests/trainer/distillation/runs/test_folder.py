"""A run on disk: what a new one may not replace, and its log as reports and plans read it."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from trainer import distill
from trainer.distillation import read_log
from trainer.distillation.runs.folder import RunFolder
from trainer.errors import OtherRecipe, RunError

LINES = [json.dumps({"update": n, "losses": {"soft-target": 1.5}, "held_out": {"kl": 2.0}}) + "\n" for n in (1, 2, 3)]


@pytest.mark.parametrize("cut", range(1, len(LINES[-1]) + 1))
def test_a_log_cut_anywhere_in_its_last_line_gives_the_lines_before_it(tmp_path: Path, cut: int) -> None:
    (tmp_path / "log.jsonl").write_text("".join(LINES)[:-cut], encoding="utf-8")
    whole = 3 if cut == 1 else 2  # only the line feed is missing
    assert [line["update"] for line in read_log(tmp_path / "log.jsonl")] == [1, 2, 3][:whole]


@pytest.mark.parametrize("line", ["", "{", "[]", '{"update": "x"}', '{"update": 1, "held_out": {"kl": "low"}}', "\0\0"])
def test_a_damaged_line_before_others_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "log.jsonl").write_text(LINES[0] + line + "\n" + LINES[2], encoding="utf-8")
    with pytest.raises(RunError, match=r"log.jsonl, line 2 is damaged"):
        read_log(tmp_path / "log.jsonl")


def test_a_run_without_a_log_has_no_lines(tmp_path: Path) -> None:
    assert read_log(tmp_path / "log.jsonl") == []


@pytest.mark.parametrize("model", ["", ".", "student", "checkpoints/update-00000001"])
def test_a_run_does_not_replace_a_model_that_it_reads(tmp_path: Path, model: str) -> None:
    with pytest.raises(OtherRecipe, match=r"would replace the model .* because --out is .*; choose another --out"):
        RunFolder(tmp_path).check_apart(["some/hub-id", tmp_path / "elsewhere" / ".." / model])


def test_a_model_beside_the_files_of_a_run_may_be_read(tmp_path: Path) -> None:
    RunFolder(tmp_path).check_apart(["some/hub-id", tmp_path / "teacher", tmp_path.parent])


def test_overwriting_the_teacher_itself_is_refused_and_deletes_nothing(tmp_path: Path, make: ModuleType) -> None:
    teacher: Path = make.teacher_folder(tmp_path / "teacher")
    files = {path.name for path in teacher.iterdir()}
    (tmp_path / "link").symlink_to(teacher)
    for out in (teacher, tmp_path / "link"):
        with pytest.raises(OtherRecipe, match="would replace the model"):
            distill(make.rows(20), teacher, out, options={"student": "layers:1"}, overwrite=True)
    assert {path.name for path in teacher.iterdir()} == files
