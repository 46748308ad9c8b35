"""The commands of this part, called as a user calls them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from trainer.cli import main


def code(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


def test_score_squad_prints_every_digit(squad: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = {f"dev{i}": ("cat", "dog")[i % 2] for i in range(7)}
    (tmp_path / "p.json").write_text(json.dumps({**answers, "x": "y"}), encoding="utf-8")
    assert code("score", "squad", tmp_path / "p.json", squad / "dev-v1.1.json") == 0
    printed = capsys.readouterr().out
    assert "exact match 70.0\nF1 70.0" in printed and "3 without a prediction" in printed and "1 prediction " in printed


def test_evaluate_prints_json_and_names_what_is_left_out(
    student: Path, glue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("evaluate", "glue", "--tasks", "CoLA,WNLI", "--model", student, "--data", glue, "--out", tmp_path)
    assert code(*words, "--epochs", 1, "--json") == 0
    assert json.loads(capsys.readouterr().out)["missing"]["WNLI"].startswith("WNLI is not in")
    assert code(*words, "--epochs", 1) == 0
    shown = capsys.readouterr()
    assert "sanh9, 1 of 9 tasks" in shown.out and "the scores do not include WNLI" in shown.err


def test_finetune_measure_and_report_write_what_they_say(
    student: Path, glue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    assert code("finetune", "CoLA", "--model", student, "--data", glue, "--out", kept, "--epochs", 1) == 0
    assert code("finetune", "RTE", "--model", student, "--data", glue, "--out", tmp_path / "n", "--epochs", 0.1) == 0
    assert "warning: RTE: the model gives every dev example the same answer" in capsys.readouterr().err
    assert code("measure", student, "--rows", 5, "--passes", 1, "--out", tmp_path / "m.json") == 0
    assert code("evaluate", "cola", "--model", student, "--data", glue, "--out", tmp_path / "run" / "evaluation") == 0
    assert code("report", tmp_path / "run", "--measured", tmp_path / "m.json", "--out", tmp_path / "r.html") == 0
    assert f"wrote {tmp_path / 'r.html'}" in capsys.readouterr().out.replace("\n", "")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("evaluate", "gleu", "--model", "m", "--data", "d"), 2, "did you mean glue"),
        (("evaluate", "glue", "--model", "m", "--data", "d"), 1, "is neither a model folder nor a readable hub id"),
        (("evaluate", "sts-b", "--model", "m", "--cosine", "--epochs", 3, "--grid"), 2, "so --epochs and --grid would"),
        (("evaluate", "sts-b", "--model", "m", "--pooling", "cls"), 2, "--pooling has no effect without --cosine"),
        (("evaluate", "sts-b", "--model", "m", "--grid", "--learning-rate", 1), 2, "leave out --learning-rate"),
        (("evaluate", "glue", "--tasks", "CoLA", "--model", "m", "--cosine"), 1, "CoLA has classes"),
        (("evaluate", "glue"), 2, "--model"),
        (("evaluate", "glue", "--model", "m", "--preset", "best"), 2, "study"),
        (("score", "squad", "p.json", "d.json"), 1, "cannot be read"),
        (("report", "nowhere"), 1, "has neither a run"),
        (("study", "run", "nowhere.toml"), 1, "does not exist"),
    ],
)
def test_what_is_wrong_is_one_clear_line_and_the_right_exit_code(
    words: tuple[str, ...], status: int, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert code(*words) == status
    assert said in capsys.readouterr().err.replace("\n", " ")


def test_a_models_name_with_brackets_is_shown_whole(
    student: Path, glue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = shutil.copytree(student, tmp_path / "run[v2]")
    assert code("evaluate", "CoLA", "--model", model, "--data", glue, "--epochs", 1) == 0
    assert "run[v2] on CoLA" in capsys.readouterr().out
