"""Fine-tuned models that are kept, and the second distillation step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trainer.errors import ModelError, TaskError
from trainer.evaluation.evaluator import evaluate
from trainer.evaluation.finetuning.saving import keep_finetuned
from trainer.evaluation.tasks.download import fetch

QUICK = {"learning_rate": 3e-3, "epochs": 6, "batch_size": 8}


def test_a_kept_model_opens_with_transformers_and_answers_as_it_scored(
    student: Path, glue: Path, tmp_path: Path
) -> None:
    from transformers import pipeline

    scores = keep_finetuned("CoLA", model=student, data=glue, out=tmp_path / "kept", changes=QUICK).metrics
    answer = pipeline("text-classification", model=str(tmp_path / "kept"), device="cpu")("the cat sat good")
    assert scores["CoLA"]["matthews"] == 100.0 and answer[0]["label"] == "acceptable"


@pytest.mark.slow
@pytest.mark.parametrize("task", ["cola", "squad"])
def test_a_student_learns_from_a_finetuned_teacher(
    student: Path, glue: Path, squad: Path, tmp_path: Path, task: str
) -> None:
    data, how = (glue, QUICK) if task == "cola" else (squad, {**QUICK, "epochs": 12, "stride": 10, "length": 40})
    keep_finetuned(task, model=student, data=data, out=tmp_path / "teacher", changes=how)
    scores = keep_finetuned(
        task, model=student, data=data, out=tmp_path / "kept", teacher=tmp_path / "teacher", changes=how
    )
    assert max(next(iter(scores.metrics.values())).values()) > 60


def test_a_kept_model_that_collapsed_says_so_now_and_when_it_is_found_again(
    student: Path, glue: Path, tmp_path: Path
) -> None:
    stuck = {"learning_rate": 1e-9, "epochs": 1}
    first, again = (keep_finetuned("rte", model=student, data=glue, out=tmp_path / "o", changes=stuck) for _ in (1, 2))
    (warning,) = first.warnings
    assert warning.startswith("RTE: the model gives every dev example the same answer") and again == first


def test_rows_that_cannot_be_read_are_noted_with_the_kept_model(student: Path, tmp_path: Path) -> None:
    (tmp_path / "moods.toml").write_text(TASK, encoding="utf-8")
    rows = ["the cat sat,happy", "the dog sat,sad", "no label"] * 8
    (tmp_path / "train.csv").write_text("\n".join(["said,mood", *rows]) + "\n", encoding="utf-8")
    dev = '{"said": "the cat sat", "mood": "happy"}\n{"said": "the dog sat", "mood": "sad"}\n'
    (tmp_path / "dev.jsonl").write_text(dev, encoding="utf-8")
    kept = keep_finetuned(
        str(tmp_path / "moods.toml"), model=student, data=tmp_path, out=tmp_path / "kept", changes={"epochs": 1}
    )
    assert any(note.startswith("train: 8 ") for note in kept.notes), kept.notes


def test_a_teacher_without_the_tasks_head_is_refused(student: Path, glue: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has no head for this task; fine-tune it first"):
        keep_finetuned("CoLA", model=student, data=glue, out=tmp_path / "kept", teacher=student)


def test_a_teacher_of_another_vocabulary_is_refused(
    student: Path, glue: Path, tmp_path: Path, save_model, save_tokenizer
) -> None:
    other = tmp_path / "other"
    save_model(other, vocabulary=save_tokenizer(other, words=["the", "cat", "sat"]))
    keep_finetuned("CoLA", model=other, data=glue, out=tmp_path / "teacher", changes={"epochs": 1})
    with pytest.raises(ModelError, match="different vocabulary"):
        keep_finetuned("CoLA", model=student, data=glue, out=tmp_path / "kept", teacher=tmp_path / "teacher")


def test_the_same_command_finds_the_kept_model_and_another_is_refused(
    student: Path, glue: Path, tmp_path: Path
) -> None:
    first = keep_finetuned("CoLA", model=student, data=glue, out=tmp_path / "kept", changes={"epochs": 1})
    updates: list[int] = []
    again = keep_finetuned(
        "CoLA", model=student, data=glue, out=tmp_path / "kept", changes={"epochs": 1},
        progress=lambda _, done, __: updates.append(done),
    )  # fmt: skip
    assert again == first and not updates
    with pytest.raises(ModelError, match="already exists, made from other inputs or settings"):
        keep_finetuned("CoLA", model=student, data=glue, out=tmp_path / "kept", changes={"epochs": 2})


def test_a_folder_that_is_there_and_a_name_of_many_tasks_are_refused(student: Path, glue: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="already exists"):
        keep_finetuned("CoLA", model=student, data=glue, out=tmp_path)
    with pytest.raises(TaskError, match="glue has 9 tasks; choose one of CoLA"):
        keep_finetuned("glue", model=student, data=glue, out=tmp_path / "kept")


TASK = """
name = "moods"
problem = "classification"
train = "train.csv"
dev = "dev.jsonl"
text = "said"
label = "mood"
metrics = ["accuracy", "macro-f1"]
"""


def test_a_toml_file_makes_a_task_without_code(student: Path, tmp_path: Path) -> None:
    (tmp_path / "moods.toml").write_text(TASK, encoding="utf-8")
    rows = [("the cat, sat good", "happy"), ("the dog, sat bad", "sad")] * 40
    csv = "said,mood\n" + "".join(f'"{said}",{mood}\n' for said, mood in rows)
    (tmp_path / "train.csv").write_text(csv, encoding="utf-8")
    dev = "".join(f'{{"said": "{said}", "mood": "{mood}"}}\n' for said, mood in rows[:10])
    (tmp_path / "dev.jsonl").write_text(dev, encoding="utf-8")
    made = evaluate(str(tmp_path / "moods.toml"), model=student, data=tmp_path, out=tmp_path / "out", changes=QUICK)
    assert made.columns["moods"].metrics == {"accuracy": [100.0], "macro-f1": [100.0]}
    assert (tmp_path / "out" / "moods.json").is_file()


def test_tagging_and_spans_need_no_code_either(student: Path, tmp_path: Path) -> None:
    tagging = 'problem = "tagging"\ntrain = "t.jsonl"\ndev = "t.jsonl"\ntext = "words"\nlabel = "tags"\n'
    (tmp_path / "tags.toml").write_text(tagging, encoding="utf-8")
    row = '{"words": ["the", "cat", "sat"], "tags": ["D", "N", "V"]}\n{"words": ["a", "dog"], "tags": ["D", "N"]}\n'
    (tmp_path / "t.jsonl").write_text(row * 20, encoding="utf-8")
    spans = 'problem = "spans"\ntrain = "s.jsonl"\ndev = "s.jsonl"\ntext = "q"\ntext-pair = "c"\nlabel = "a"\n'
    (tmp_path / "spans.toml").write_text(spans, encoding="utf-8")
    asked = '{"q": "who ?", "c": "the red cat sat .", "a": "cat"}\n'
    asked += '{"q": "who ?", "c": "on a mat the dog ran", "a": "dog"}\n'
    (tmp_path / "s.jsonl").write_text(asked * 20, encoding="utf-8")
    for name, best in (("tags", "accuracy"), ("spans", "f1")):
        made = evaluate(
            str(tmp_path / f"{name}.toml"), model=student, data=tmp_path, out=tmp_path / name, changes=QUICK
        )
        assert made.columns[name].metrics[best][0] > 80


@pytest.mark.parametrize("odd", ["the mat", "", "\u200b"])
def test_a_word_with_a_space_or_without_tokens_moves_no_tag(student: Path, tmp_path: Path, odd: str) -> None:
    told = 'problem = "tagging"\ntrain = "t.jsonl"\ndev = "t.jsonl"\ntext = "words"\nlabel = "tags"\n'
    (tmp_path / "tags.toml").write_text(told, encoding="utf-8")
    rows = [{"words": ["the", odd, "cat", "sat"], "tags": [*"DXNV"]}, {"words": ["a", "dog"], "tags": [*"DN"]}]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows * 20), encoding="utf-8")
    made = evaluate(str(tmp_path / "tags.toml"), model=student, data=tmp_path, out=tmp_path / "out", changes=QUICK)
    tokens = 6 if odd == "the mat" else 5
    assert made.columns["tags"].metrics["accuracy"] == [pytest.approx(100 * tokens / 6)]
    assert not made.columns["tags"].notes


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('problem = "riddle"\ntrain="t"\ndev="d"\ntext="q"\nlabel="a"', "problem is 'riddle'"),
        ("[", "is not valid TOML"),
        ('problem = "spans"\ntrain="t"\ndev="d"\ntext="q"\nlabel="a"', "needs text-pair"),
        ('problm = "spans"', "did you mean problem"),
    ],
)
def test_a_toml_file_that_describes_no_task_is_one_clear_error(tmp_path: Path, text: str, why: str) -> None:
    from corpora import CorporaError
    from trainer.evaluation.evaluator import tasks_of

    (tmp_path / "t.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CorporaError, match=why):
        tasks_of(str(tmp_path / "t.toml"))


def test_without_network_fetching_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(TaskError, match="cannot be downloaded from the hub"):
        fetch("squad", tmp_path)
    assert not list(tmp_path.iterdir())
