"""Task distillation end to end: kept students, unlabelled rows, and what is refused before any work."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from corpora import CorporaError
from trainer.cli import main
from trainer.evaluation.finetuning.saving import keep_finetuned

QUICK = {"learning_rate": 3e-3, "epochs": 6, "batch_size": 8}


@pytest.fixture(scope="module")
def taught(student: Path, write_tasks: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `glue`, and a teacher of CoLA and one of RTE."""
    folder = tmp_path_factory.mktemp("taught")
    write_tasks(folder)
    keep_finetuned("cola", model=student, data=folder / "glue", out=folder / "cola", changes=QUICK)
    keep_finetuned("rte", model=student, data=folder / "glue", out=folder / "rte", changes={"epochs": 1})
    return folder


def distilled(taught: Path, student: Path, out: Path, task: str = "cola", **how: Any) -> dict[str, Any]:
    """Distil on a task and give the scores and the card."""
    scores = keep_finetuned(
        task, model=student, data=taught / "glue", out=out, teacher=taught / task,
        changes=how.pop("changes", QUICK), **how,
    ).metrics  # fmt: skip
    return {"scores": scores, "card": json.loads((out / "finetuned.json").read_text(encoding="utf-8"))}


SENTENCES = [f"the {noun} sat {mood}" for noun in ("cat", "dog", "mat") for mood in ("good", "bad")] * 15


@pytest.mark.slow
def test_unlabelled_rows_alone_teach_the_task(taught: Path, student: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text("\n".join(SENTENCES), encoding="utf-8")
    how = {**QUICK, "train_rows": 0}
    made = distilled(taught, student, tmp_path / "out", unlabelled=tmp_path / "rows.txt", changes=how)
    assert made["scores"]["CoLA"]["matthews"] == 100.0
    assert made["card"]["counts"]["unlabelled"] == 90 and made["card"]["counts"]["train"] == 0


def test_pairs_without_labels_are_read_from_text_with_a_tab(taught: Path, student: Path, tmp_path: Path) -> None:
    (tmp_path / "pairs.txt").write_text("the cat sat\tthe dog ran\none alone\n" * 8, encoding="utf-8")
    made = distilled(taught, student, tmp_path / "out", "rte", unlabelled=tmp_path / "pairs.txt", changes={"epochs": 1})
    assert made["card"]["counts"]["train"] == 120 and made["card"]["counts"]["unlabelled"] == 8
    assert "unlabelled: 8 lines without exactly one tab between two texts" in made["card"]["notes"]


@pytest.mark.slow
def test_tinyberts_two_stages_end_in_a_student_of_the_task(taught: Path, student: Path, tmp_path: Path) -> None:
    layers = ("hidden-state:layer=0,teacher-layer=0", "hidden-state:layer=1,teacher-layer=2", "attention:layer=1")
    first = distilled(taught, student, tmp_path / "1", losses=layers, label_weight=0.0, changes={"epochs": 1})
    assert any("no term trains the task's head" in note for note in first["card"]["notes"])
    second = distilled(taught, tmp_path / "1", tmp_path / "2", losses=["soft-target:temperature=1"], label_weight=0.0)
    assert second["scores"]["CoLA"]["matthews"] == 100.0


def test_another_loss_weight_or_rows_is_another_run(taught: Path, student: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("the cat\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("the dog\n", encoding="utf-8")
    short = {"epochs": 1, "train_rows": 8}
    ways: list[dict[str, Any]] = [
        {}, {"losses": ["soft-target:temperature=4"]}, {"label_weight": 0.25}, {"unlabelled": tmp_path / "a.txt"},
        {"unlabelled": tmp_path / "b.txt"},
    ]  # fmt: skip
    made = [distilled(taught, student, tmp_path / str(n), changes=short, **way) for n, way in enumerate(ways)]
    assert len({one["card"]["identity"] for one in made}) == len(ways)
    assert len({one["card"]["result"]["weights"] for one in made}) == len(ways)


def edited(teacher: Path, to: Path, labels: dict[str, str]) -> Path:
    """A copy of a teacher whose card is gone and whose config names other labels."""
    folder = shutil.copytree(teacher, to)
    (folder / "finetuned.json").unlink()
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"id2label": labels, "label2id": {name: int(number) for number, name in labels.items()}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ({"0": "acceptable", "1": "unacceptable"}, "has the labels acceptable, unacceptable; CoLA has unacceptable"),
        ({"0": "LABEL_0", "1": "LABEL_1"}, "if only the names differ, correct id2label"),
        ({"0": "a", "1": "b", "2": "c"}, "has a head with 3 labels; CoLA has 2"),
        ({"0": "LABEL_0"}, "has a head with 1 label; CoLA has 2"),
    ],
)
def test_a_teacher_with_other_labels_is_refused(
    taught: Path, student: Path, tmp_path: Path, labels: dict[str, str], why: str
) -> None:
    teacher = edited(taught / "cola", tmp_path / "teacher", labels)
    with pytest.raises(CorporaError, match=why):
        keep_finetuned("cola", model=student, data=taught / "glue", out=tmp_path / "out", teacher=teacher)


def test_labels_that_differ_in_case_alone_are_the_same(taught: Path, student: Path, tmp_path: Path) -> None:
    teacher = edited(taught / "cola", tmp_path / "teacher", {"0": "UNACCEPTABLE", "1": "ACCEPTABLE"})
    how = {"epochs": 1, "train_rows": 8}
    made = keep_finetuned("cola", model=student, data=taught / "glue", out=tmp_path / "o", teacher=teacher, changes=how)
    assert list(made.metrics) == ["CoLA"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--unlabelled", "rows.txt"), "no teacher for --unlabelled; add --teacher DIR"),
        (("--loss", "mse", "--label-weight", "0.5"), "no teacher for --loss and --label-weight"),
        (("--teacher", "rte"), "was fine-tuned on RTE, not CoLA"),
        (("--teacher", "cola", "--loss", "masked-lm"), "masked-lm is averaged over masked words"),
        (("--teacher", "cola", "--loss", "soft-traget"), "did you mean soft-target"),
        (("--teacher", "cola", "--loss", "soft-target:weight=0", "--label-weight", "0"), "every loss has weight 0"),
        (("--teacher", "cola", "--label-weight", "-1"), "label-weight is -1; it must be at least 0"),
        (("--teacher", "cola", "--unlabelled", "empty.txt"), "no unlabelled row could be read (no rows)"),
        (("--teacher", "cola", "--unlabelled", "other.csv"), "has no column sentence; it has said"),
        (("--teacher", "cola", "--unlabelled", "nowhere.txt"), "cannot be read: No such file"),
        (("--teacher", "cola", "--train-rows", "0"), "train-rows is 0, and there are no unlabelled rows"),
        (("--teacher", "nowhere"), "is neither a model folder nor a readable hub id"),
    ],
)
def test_what_does_not_go_together_is_one_line_before_any_work(
    taught: Path, student: Path, tmp_path: Path, words: tuple[str, ...], why: str,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    (tmp_path / "rows.txt").write_text("the cat\n", encoding="utf-8")
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    (tmp_path / "other.csv").write_text("said\nthe cat\n", encoding="utf-8")
    for name in ("cola", "rte"):
        (tmp_path / name).symlink_to(taught / name)
    monkeypatch.chdir(tmp_path)
    given = ["finetune", "cola", "--model", str(student), "--data", str(taught / "glue"), "--out", "kept", *words]
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert ended.value.code in (1, 2) and not Path("kept").exists()
    assert why in " ".join(capsys.readouterr().err.split())
