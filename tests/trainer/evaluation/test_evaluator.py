"""Real fine-tuning of tiny models: what is learnt, found again, refused and noticed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from corpora import OptionError, StorageError, UnknownName
from trainer.errors import (
    CasingMismatch,
    DamagedWeights,
    Diverged,
    ModelError,
    PickledWeights,
    ResultDamaged,
    TaskError,
    VocabularyMismatch,
)
from trainer.evaluation.evaluator import evaluate, tasks_of
from trainer.evaluation.finetuning.saving import keep_finetuned
from trainer.evaluation.finetuning.settings import settings_for
from trainer.evaluation.measurement import measure
from trainer.runtime.devices import chosen

QUICK = {"learning_rate": 3e-3, "epochs": 6, "batch_size": 8}


def test_a_tiny_model_learns_a_rule_and_every_seed_is_kept(student: Path, glue: Path, tmp_path: Path) -> None:
    made = evaluate("glue", model=student, data=glue, tasks=["CoLA"], seeds=2, out=tmp_path, changes=QUICK)
    column = made.columns["CoLA"]
    assert column.score == 100.0 and len(column.scores) == 2 and column.majority == {"matthews": 0.0}
    assert made.scores["sanh9"]["name"] == "sanh9, 1 of 9 tasks"


def test_a_run_that_gives_one_answer_is_flagged(student: Path, glue: Path, tmp_path: Path) -> None:
    made = evaluate("rte", model=student, data=glue, out=tmp_path, changes={"learning_rate": 1e-9, "epochs": 1})
    assert made.columns["RTE"].collapsed == [0]
    assert str(made.columns["RTE"].warning).startswith("the model gives every dev example the same answer")


def test_missing_tasks_are_named_and_left_out(student: Path, glue: Path, tmp_path: Path) -> None:
    made = evaluate("glue", model=student, data=glue, tasks=["RTE", "WNLI"], out=tmp_path, changes={"epochs": 1})
    assert "WNLI is not in" in made.missing["WNLI"] and list(made.columns) == ["RTE"]


def test_nothing_to_evaluate_on_is_an_error(student: Path, glue: Path, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="WNLI is not in"):
        evaluate("wnli", model=student, data=glue, out=tmp_path)


def test_results_that_could_not_be_written_are_refused_before_training(
    student: Path, glue: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    updates: list[int] = []
    for out in (tmp_path / "file", tmp_path / "file" / "deep"):
        with pytest.raises(StorageError, match="file is not a folder; choose another --out"):
            evaluate("cola", model=student, data=glue, out=out, progress=lambda _, done, __: updates.append(done))
    with pytest.raises(StorageError, match="file is not a folder"):
        keep_finetuned("cola", model=student, data=glue, out=tmp_path / "file" / "deep")
    assert not updates


def test_a_finished_cell_is_found_and_not_run_again(student: Path, glue: Path, tmp_path: Path) -> None:
    first = evaluate("cola", model=student, data=glue, out=tmp_path, changes={"epochs": 1})
    copy = shutil.copytree(student, tmp_path / "elsewhere" / "student")
    ran: list[str] = []
    again = evaluate(
        "cola", model=copy, data=glue, out=tmp_path, changes={"epochs": 1}, progress=lambda what, *_: ran.append(what)
    )
    assert again.columns == first.columns and not ran


@pytest.mark.slow
def test_precision_changes_the_training_and_not_how_it_is_scored(student: Path, glue: Path, tmp_path: Path) -> None:
    made = {
        precision: evaluate("cola", model=student, data=glue, out=tmp_path, changes={**QUICK, "precision": precision})
        for precision in ("bf16", "fp32", None)
    }
    losses = {
        precision: {json.loads((tmp_path / cell).read_text())["final_loss"] for cell in one.columns["CoLA"].cells}
        for precision, one in made.items()
    }
    assert losses["fp32"] == losses[None] and losses["bf16"] != losses["fp32"]
    assert {one.columns["CoLA"].score for one in made.values()} == {100.0}
    assert made["bf16"].columns["CoLA"].preset.endswith("precision=bf16")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("epochs", float("nan"), "above 0"),
        ("epochs", float("inf"), "above 0"),
        ("learning-rate", float("nan"), "above 0"),
        ("batch-size", 2.5, "a whole number"),
        ("min-updates", -1, "at least 0"),
        ("warmup", 1.5, "below 1"),
        ("clip", float("nan"), "at least 0"),
    ],
)
def test_a_setting_out_of_range_is_refused_by_name(name: str, value: float, said: str) -> None:
    with pytest.raises(OptionError, match=f"^{name} is .*; it must be {said}"):
        settings_for("study", "classification", {name: value})


@pytest.mark.parametrize(
    "wrong", [{"precision": "half"}, {"precision": 16}, {"epochs": "many"}, {"epochs": True}, {"length": [128]}]
)
def test_a_setting_of_the_wrong_kind_is_refused_by_name(student: Path, glue: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(OptionError, match=f"^{next(iter(wrong))} is .*; it must be (bf16 or fp32|a number)"):
        evaluate("cola", model=student, data=glue, changes=wrong)  # type: ignore[arg-type]


def test_two_studies_share_the_results_of_the_same_model(
    student: Path, glue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINER_RESULTS", str(tmp_path / "shared"))
    first = evaluate("cola", model=student, data=glue, out=tmp_path / "1", changes={"epochs": 1})
    copy, ran = shutil.copytree(student, tmp_path / "second" / "student"), []
    again = evaluate(
        "cola",
        model=copy,
        data=glue,
        out=tmp_path / "2",
        changes={"epochs": 1},
        progress=lambda *told: ran.append(told),
    )
    assert again.columns == first.columns and not ran
    one, two = (sorted(path.read_bytes() for path in (tmp_path / name / "cells").iterdir()) for name in "12")
    assert one == two


def test_a_shared_result_that_was_edited_is_refused_by_name(
    student: Path, glue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINER_RESULTS", str(tmp_path / "shared"))
    made = evaluate("cola", model=student, data=glue, out=tmp_path / "1", changes={"epochs": 1})
    path = tmp_path / "shared" / Path(made.columns["CoLA"].cells[0]).name
    path.write_text(path.read_text(encoding="utf-8").replace('"seed": 0', '"seed": 1'), encoding="utf-8")
    with pytest.raises(ResultDamaged, match=r"shared.* was edited"):
        evaluate("cola", model=student, data=glue, out=tmp_path / "2", changes={"epochs": 1})


def test_a_result_whose_sharing_was_interrupted_is_shared_when_it_is_found(
    student: Path, glue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    monkeypatch.setenv("TRAINER_RESULTS", str(shared))
    made = evaluate("cola", model=student, data=glue, out=tmp_path / "1", changes={"epochs": 1})
    path = shared / Path(made.columns["CoLA"].cells[0]).name
    whole = path.read_bytes()
    path.unlink()
    assert evaluate("cola", model=student, data=glue, out=tmp_path / "1", changes={"epochs": 1}).columns == made.columns
    assert path.read_bytes() == whole


def test_a_home_that_cannot_be_written_costs_only_the_sharing(
    student: Path, glue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("TRAINER_RESULTS", str(tmp_path / "file" / "shared"))
    assert evaluate("cola", model=student, data=glue, out=tmp_path / "1", changes={"epochs": 1}).columns


@pytest.mark.slow
def test_the_same_seed_gives_the_same_answers_in_this_process_and_in_two_others(
    student: Path, glue: Path, tmp_path: Path
) -> None:
    one = evaluate("cola", model=student, data=glue, seeds=2, out=tmp_path / "1", changes={"epochs": 1})
    two = evaluate("cola", model=student, data=glue, seeds=2, out=tmp_path / "2", changes={"epochs": 1}, workers=2)
    assert one.columns["CoLA"].metrics == two.columns["CoLA"].metrics
    for cell in one.columns["CoLA"].cells:
        beside = cell.replace(".json", ".answers.json")
        assert (tmp_path / "1" / beside).read_bytes() == (tmp_path / "2" / beside).read_bytes()


@pytest.mark.parametrize("edit", ["metrics", "answers", "cut"])
def test_a_result_edited_by_hand_is_detected(student: Path, glue: Path, tmp_path: Path, edit: str) -> None:
    made = evaluate("cola", model=student, data=glue, out=tmp_path, changes={"epochs": 1})
    path = tmp_path / made.columns["CoLA"].cells[0]
    if edit == "metrics":
        content = json.loads(path.read_text(encoding="utf-8"))
        content["metrics"]["CoLA"]["matthews"] = 99.0
        path.write_text(json.dumps(content), encoding="utf-8")
    elif edit == "answers":
        path.with_suffix(".answers.json").write_text("{}", encoding="utf-8")
    else:
        path.write_text(path.read_text(encoding="utf-8")[:100], encoding="utf-8")
    with pytest.raises(ResultDamaged, match=r"delete .*to measure again"):
        evaluate("cola", model=student, data=glue, out=tmp_path, changes={"epochs": 1})


@pytest.mark.slow
@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert"])
def test_spans_are_learnt_from_windows_of_long_contexts(
    family: str, squad: Path, tmp_path: Path, save_model, save_tokenizer
) -> None:
    model = tmp_path / family
    save_model(model, family, vocabulary=save_tokenizer(model), positions=40)
    changes = {"learning_rate": 3e-3, "epochs": 12, "batch_size": 8, "stride": 10}
    column = evaluate("squad", model=model, data=squad, out=tmp_path / "out", changes=changes).columns["SQuAD"]
    assert column.metrics["f1"][0] > 60 and column.majority == {}
    assert any("split into windows" in note for note in column.notes)


def test_a_question_that_leaves_no_room_for_its_context_is_an_error(
    squad: Path, tmp_path: Path, save_model, save_tokenizer
) -> None:
    model = tmp_path / "m"
    save_model(model, vocabulary=save_tokenizer(model), positions=7)
    with pytest.raises(TaskError, match="question train0 leaves no room for its context in 7 tokens"):
        evaluate("squad", model=model, data=squad, out=tmp_path)


def test_a_tokenizer_of_the_wrong_casing_is_refused(student: Path, glue: Path, tmp_path: Path, save_tokenizer) -> None:
    wrong = shutil.copytree(student, tmp_path / "wrong")
    save_tokenizer(wrong, lower=False)
    with pytest.raises(CasingMismatch, match="keeps case, but the model has a vocabulary without upper case"):
        evaluate("cola", model=wrong, data=glue, out=tmp_path)


def test_a_tokenizer_of_another_vocabulary_is_refused(
    student: Path, glue: Path, tmp_path: Path, save_tokenizer
) -> None:
    wrong = shutil.copytree(student, tmp_path / "wrong")
    save_tokenizer(wrong, words=[f"w{i}" for i in range(100)])
    with pytest.raises(VocabularyMismatch, match="ids up to 104, but the model has 21 embeddings"):
        evaluate("cola", model=wrong, data=glue, out=tmp_path)


def test_a_model_without_a_tokenizer_or_without_weights_is_one_clear_error(
    student: Path, glue: Path, tmp_path: Path
) -> None:
    for missing, why in (("tokenizer.json", "has no tokenizer"), ("model.safetensors", "has no weights")):
        folder = shutil.copytree(student, tmp_path / missing)
        (folder / missing).unlink()
        with pytest.raises(ModelError, match=why):
            evaluate("cola", model=folder, data=glue, out=tmp_path)
    with pytest.raises(ModelError, match="neither a model folder nor a readable hub id"):
        evaluate("cola", model=tmp_path / "nowhere", data=glue, out=tmp_path)


def test_a_tokenizer_that_cannot_pad_is_refused_before_the_weights_are_read(
    student: Path, glue: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(student, tmp_path / "decoder")
    names = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    kept = {name: value for name, value in names.items() if name not in ("pad_token", "cls_token")}
    (folder / "tokenizer_config.json").write_text(json.dumps(kept), encoding="utf-8")
    (folder / "model.safetensors").unlink()
    why = r"decoder: the tokenizer has no padding token and no \[CLS\] token, as with GPT-2"
    with pytest.raises(ModelError, match=why):
        evaluate("cola", model=folder, data=glue, out=tmp_path)
    with pytest.raises(ModelError, match=why):
        keep_finetuned("cola", model=folder, data=glue, out=tmp_path / "kept")


def test_damaged_and_pickled_weights_are_named_by_every_command(student: Path, glue: Path, tmp_path: Path) -> None:
    cut, pickled = (shutil.copytree(student, tmp_path / name) for name in ("cut", "pickled"))
    weights = cut / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    for folder, error, why in ((cut, DamagedWeights, "cut short"), (pickled, PickledWeights, "convert it once")):
        with pytest.raises(error, match=why):
            evaluate("cola", model=folder, data=glue, out=tmp_path)
        with pytest.raises(error, match=why):
            keep_finetuned("cola", model=folder, data=glue, out=tmp_path / "kept")
        with pytest.raises(error, match=why):
            measure([folder])


def test_weights_of_the_body_that_are_missing_are_not_drawn_at_random(
    student: Path, glue: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(student, tmp_path / "m")
    weights = load_file(folder / "model.safetensors")
    del weights["distilbert.transformer.layer.1.ffn.lin1.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks weights of the body \(1 tensor,"):
        evaluate("cola", model=folder, data=glue, out=tmp_path)


def test_a_loss_that_is_no_number_stops_with_what_to_do(student: Path, glue: Path, tmp_path: Path) -> None:
    with pytest.raises(Diverged, match="lower the learning rate"):
        evaluate("cola", model=student, data=glue, out=tmp_path, changes={"learning_rate": 1e30, "clip": 1e30})


def test_a_model_of_another_language_is_noticed(student: Path, glue: Path, tmp_path: Path) -> None:
    for split in ("train", "dev"):
        path = glue / "CoLA" / f"{split}.tsv"
        path.write_text(
            path.read_text(encoding="utf-8").replace("cat", "кошка").replace("dog", "hund"), encoding="utf-8"
        )
    made = evaluate("cola", model=student, data=glue, out=tmp_path, changes={"epochs": 1})
    assert any("for the benchmark's language?" in note for note in made.columns["CoLA"].notes)


def test_names_of_benchmarks_tasks_and_settings_have_near_matches(student: Path, glue: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean glue"):
        tasks_of("gleu")
    with pytest.raises(UnknownName, match="did you mean cola"):
        tasks_of("glue", ["colla"])
    with pytest.raises(UnknownName, match="did you mean learning-rate"):
        evaluate("cola", model=student, data=glue, changes={"lerning-rate": 1})


def test_a_device_that_is_not_there_is_said_before_any_work(student: Path, glue: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="device is tpu; it must be auto, cpu, cuda, or cuda:N"):
        evaluate("cola", model=student, data=glue, out=tmp_path, device="tpu")
    if not torch.cuda.is_available():
        with pytest.raises(OptionError, match="device is cuda:3, but torch sees no GPU here; use cpu or auto"):
            evaluate("cola", model=student, data=glue, out=tmp_path, device="cuda:3")


@pytest.mark.parametrize("device", ["cuda:banana", "cpu:banana", "cuda:-1", "cpu:1", ""])
def test_a_device_of_no_sense_is_an_error_that_names_it(device: str) -> None:
    with pytest.raises(OptionError, match=f"device is {device}; it must be auto, cpu, cuda, or cuda:N"):
        chosen(device)


def test_a_gpu_beyond_the_last_is_an_error_that_names_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(OptionError, match="device is cuda:9, but torch sees only 2 here; the last is cuda:1"):
        chosen("cuda:9")
    assert chosen("cuda:1") == "cuda:1"


def test_attention_is_not_left_to_cudnn_which_plans_for_every_shape() -> None:
    chosen("auto")
    assert not torch.backends.cuda.cudnn_sdp_enabled()


def test_a_changed_setting_is_named_wherever_the_preset_is(student: Path, glue: Path, tmp_path: Path) -> None:
    made = evaluate("cola", model=student, data=glue, out=tmp_path, changes={"epochs": 1, "train-rows": 40})
    assert made.columns["CoLA"].preset == "study with epochs=1, train-rows=40"
    assert made.columns["CoLA"].train_rows == 40


@pytest.mark.slow
def test_of_several_learning_rates_the_best_is_kept_and_a_note_says_so(
    student: Path, glue: Path, tmp_path: Path
) -> None:
    rates = (1e-9, 3e-3)
    made = evaluate("cola", model=student, data=glue, out=tmp_path, changes=QUICK, learning_rates=rates, seeds=2)
    column = made.columns["CoLA"]
    assert column.score == 100.0 and len(column.cells) == 2
    assert "learning rate 0.003 is the best of 1e-09, 0.003 on these same dev examples" in column.notes
