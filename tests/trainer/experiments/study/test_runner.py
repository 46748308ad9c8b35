"""A whole study in small: planned, run, found again, interrupted, tampered with, reported."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from corpora import RecipeError
from trainer.distillation import RunFolder
from trainer.distillation.runs.lock import locked
from trainer.errors import NoLanguageModelHead, ResultDamaged, RunError, RunInUse, TaskError
from trainer.experiments.study.grid import read_study
from trainer.experiments.study.held_out import read_held_out, write_held_out
from trainer.experiments.study.plan import plan_study
from trainer.experiments.study.runner import StudyCallbacks, report_study, run_study
from trainer.experiments.study.stored_answers import study_answers
from trainer.testing import tiny_model_folder

RECIPE = """
[datasets.tiny]
build = "texts"
folder = "{root}/texts"
duplicates = "keep"

[datasets.tiny-tokens]
tokenize = "tiny"
train = 60

[datasets.tiny-train]
split = "tiny-tokens"
held-out = 0.3

[datasets.tiny-apart]
split = "tiny-tokens"
held-out = 0.3
side = "held-out"

[datasets.tiny-half]
transform = "sample"
from = "tiny-train"
rate = 0.5

[datasets.tiny-shuffle]
transform = "shuffle"
from = "tiny-half"

[study]
transfer = ["tiny-train", "tiny-half", "tiny-shuffle"]
seeds = [1, 2]
out = "{root}/study"
measure = false

[teacher]
pretrain = "tiny-train"
layers = 2
hidden = 16
heads = 2
positions = 64
budget = "updates=2"

[distill]
student = "distilbert:1"
budget = "updates=2"
sequences = 16
held-out = "tiny-apart"

[evaluate]
data = "{root}/glue"
tasks = ["CoLA"]
squad = false

[evaluate.glue]
epochs = 1
train-rows = 20
"""


def prepare(root: Path) -> Path:
    """Texts and recipe of a study under `root`; gives the recipe."""
    (root / "texts").mkdir(exist_ok=True)
    for name in ("cat", "dog", "hen", "cow", "pig", "fox"):
        lines = "\n".join(f"The {name} sat on the {thing}. It ran to the {thing}." for thing in ("mat", "bed") * 3)
        (root / "texts" / f"{name}.txt").write_text(lines + "\n", encoding="utf-8")
    path = root / "study.toml"
    path.write_text(RECIPE.format(root=root), encoding="utf-8")
    return path


@pytest.fixture
def recipe(tmp_path: Path, glue: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of which nothing is done."""
    monkeypatch.setenv("CORPORA_HOME", str(tmp_path / "store"))
    return prepare(tmp_path)


@pytest.fixture(scope="module")
def once(write_tasks: Callable[[Path], object], run_once: Callable[[Callable[[Path], object]], Path]) -> Path:
    """The folder of a study that was run to its end."""

    def whole(root: Path) -> None:
        write_tasks(root)
        run_study(prepare(root))

    return run_once(whole)


@pytest.fixture
def finished(copy: Path) -> Path:
    """The recipe of a copy of it, for one test."""
    return prepare(copy)


def states(path: Path) -> set[tuple[str, str]]:
    return {(step.kind, step.state) for step in plan_study(path)}


@pytest.mark.slow
def test_everything_is_done_after_a_study_ran(finished: Path) -> None:
    assert {state for _, state in states(finished)} == {"done"}


def test_nothing_is_done_before_a_study_runs(recipe: Path) -> None:
    assert {state for _, state in states(recipe)} == {"missing"}


@pytest.mark.slow
def test_a_finished_cell_is_never_done_again(finished: Path, tmp_path: Path) -> None:
    weights = {path: path.stat().st_mtime_ns for path in (tmp_path / "study").rglob("model.safetensors")}
    cells = {path: path.stat().st_mtime_ns for path in (tmp_path / "study").rglob("cells/*.json")}
    told: list[str] = []
    run_study(finished, callbacks=StudyCallbacks(told.append))
    assert weights == {path: path.stat().st_mtime_ns for path in (tmp_path / "study").rglob("model.safetensors")}
    assert cells == {path: path.stat().st_mtime_ns for path in (tmp_path / "study").rglob("cells/*.json")}
    assert not any("training" in line for line in told) and len(weights) == 1 + 1 + 2 + 6


@pytest.mark.slow
def test_the_report_answers_both_questions_in_every_format(finished: Path) -> None:
    page = report_study(finished)
    text = page.read_text(encoding="utf-8")
    assert "RQ1" in text and "RQ2" in text and "initial student" in text and "masked-LM only" in text
    assert "2 seeds" in text and "95 % interval" in text and (page.parent / "report.md").is_file()
    written = {path.name for path in [*page.parent.glob("tables/*"), *page.parent.glob("figures/*")]}
    assert {"scores.tex", "differences.csv", "size.pdf", "composition.svg", "training-curves.csv"} <= written


def test_every_student_is_compared_with_its_teacher_on_the_same_held_out_sequences(finished: Path) -> None:
    runs = sorted((finished.parent / "study" / "runs").iterdir())
    measured = [found for run in runs if (found := read_held_out(run))]
    assert len(measured) == len(runs) == 9 and all(measured[0].same_text(other) for other in measured)
    for run, found in zip(runs, measured, strict=True):
        if (run / "log.jsonl").exists():
            logged = json.loads((run / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])["held_out"]
            assert found.mean("kl") == pytest.approx(logged["kl"], abs=1e-3)


@pytest.mark.slow
def test_a_fidelity_of_other_weights_is_measured_again_and_an_edited_one_is_refused(finished: Path) -> None:
    run = next((finished.parent / "study" / "runs").glob("tiny-half-*"))
    found = read_held_out(run)
    assert found is not None
    write_held_out(run, replace(found, student="other", kl=(9.0,) * len(found.kl)))
    report_study(finished)
    run_study(finished)
    assert read_held_out(run) == found
    (run / "held-out.json").write_text((run / "held-out.json").read_text().replace('"teacher": "', '"teacher": "0'))
    with pytest.raises(ResultDamaged, match="was edited"):
        report_study(finished)


def test_the_answers_are_kept_for_programs_with_every_difference(finished: Path) -> None:
    answers = study_answers(finished)
    assert [answer.question[:3] for answer in answers] == ["RQ1", "RQ2", "Wha"]
    assert all(1 <= len(answer.sentences) <= 3 for answer in answers)
    assert {row["second"] for row in answers[0].differences} == {"tiny-half", "masked-LM only", "initial student"}


def test_answers_before_anything_ran_say_what_to_do(recipe: Path) -> None:
    with pytest.raises(RunError, match="no report has been written yet; run trainer study run"):
        study_answers(recipe)


@pytest.mark.parametrize("content", [b'["\xff"]', b"[" * 9000, b'[{"question": 3}]'])
def test_damaged_answers_say_how_to_write_them_again(recipe: Path, content: bytes) -> None:
    out = read_study(recipe).table.out
    out.mkdir(parents=True)
    (out / "answers.json").write_bytes(content)
    with pytest.raises(ResultDamaged, match=r"answers.json cannot be read .* write it again with trainer study report"):
        study_answers(recipe)


@pytest.mark.slow
def test_a_killed_student_is_trained_again_and_the_others_are_found(finished: Path, tmp_path: Path) -> None:
    (killed,) = (tmp_path / "study" / "runs").glob("tiny-half-*-seed-1-*")
    (killed / "student.json").unlink()
    told: list[str] = []
    run_study(finished, callbacks=StudyCallbacks(told.append))
    assert [line for line in told if "training on" in line] == ["tiny-half-updates-2-seed-1: training on tiny-half"]


@pytest.mark.slow
def test_a_second_process_is_told_to_wait_and_repeat_the_command(finished: Path, tmp_path: Path) -> None:
    (folder,) = (path for path in (tmp_path / "study" / "runs").glob("tiny-shuffle-*") if "seed-2" in path.name)
    (folder / "student.json").unlink()
    with (
        locked(folder),
        pytest.raises(RunInUse, match=rf"in use by process {os.getpid()} on \S+; wait until it ends, then"),
    ):
        run_study(finished)
    (folder / ".lock").write_text('{"host": "elsewhere", "pid": 7, "started": "then"}', encoding="utf-8")
    with pytest.raises(RunInUse, match=r"no longer runs, delete \S+\.lock\), then repeat trainer study run"):
        run_study(finished)


@pytest.mark.slow
def test_a_training_that_has_begun_costs_what_is_left_of_it(finished: Path, tmp_path: Path) -> None:
    (folder,) = (path for path in (tmp_path / "study" / "runs").glob("tiny-train-*") if "seed-2" in path.name)
    (folder / "student.json").unlink()
    whole = [step.tokens for step in plan_study(finished) if step.state == "begun"]
    RunFolder(folder).cut_log(1)
    half = [(step.name, step.tokens) for step in plan_study(finished) if step.state == "begun"]
    (folder / "log.jsonl").unlink()
    full = [step.tokens for step in plan_study(finished) if step.state == "begun"]
    assert whole == [0] and full[0] and half == [("tiny-train-updates-2-seed-2", round(full[0] / 2))]
    (teacher,) = (tmp_path / "study").glob("teacher-*")
    (teacher / "config.json").unlink()
    RunFolder(teacher).cut_log(1)
    assert [step.state for step in plan_study(finished) if step.kind == "teacher"] == ["begun"]


@pytest.mark.slow
def test_side_by_side_the_error_of_one_student_stops_the_others(finished: Path, tmp_path: Path) -> None:
    finished.write_text(
        finished.read_text(encoding="utf-8").replace("[study]", "[study]\nworkers = 2").replace("[1, 2]", "[1, 2, 3]"),
        encoding="utf-8",
    )
    (folder,) = (path for path in (tmp_path / "study" / "runs").glob("tiny-train-*") if "seed-2" in path.name)
    (folder / "student.json").unlink()
    with locked(folder), pytest.raises(RunInUse, match="then repeat trainer study run"):
        run_study(finished)
    run_study(finished)
    assert {state for _, state in states(finished)} == {"done"}


def test_workers_are_set_once(recipe: Path) -> None:
    text = recipe.read_text(encoding="utf-8").replace("[evaluate]", "[evaluate]\nworkers = 3")
    recipe.write_text(text, encoding="utf-8")
    assert read_study(recipe).workers == 3
    recipe.write_text(text.replace("[study]", "[study]\nworkers = 2"), encoding="utf-8")
    with pytest.raises(RecipeError, match="set one"):
        read_study(recipe)


@pytest.mark.slow
def test_a_changed_recipe_makes_new_students_beside_the_old(finished: Path) -> None:
    finished.write_text(finished.read_text(encoding="utf-8").replace("[1, 2]", "[1, 3]"), encoding="utf-8")
    assert {state for kind, state in states(finished) if kind == "student"} == {"done", "missing"}


def test_weights_or_cards_changed_afterwards_are_detected(finished: Path, tmp_path: Path) -> None:
    (student,) = (tmp_path / "study" / "runs").glob("tiny-half-*-seed-1-*")
    with (student / "student" / "model.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ResultDamaged, match="was changed after it was trained"):
        report_study(finished)


def test_a_report_before_anything_ran_says_what_to_do(recipe: Path) -> None:
    with pytest.raises(RunError, match="not built yet; run trainer study run"):
        report_study(recipe)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[study]", "[studdy]", "did you mean study"),
        ("seeds = [1, 2]", "sedes = [1, 2]", "did you mean seeds"),
        (
            'budget = "updates=2"\nsequences',
            'budget = "2 updates"\nsequences',
            "must be epochs=N, updates=N or tokens=N",
        ),
        ("epochs = 1", "epoch = 1", "did you mean epochs"),
        ('pretrain = "tiny-train"\n', "", r"\[teacher\] needs either model or pretrain"),
        ("layers = 2", "layers = 0", "layers is 0"),
        ("squad = false", "squad = 3", "squad is 3"),
        ('"tiny-half"', '"tiny-hafl"', "no dataset is named tiny-hafl; did you mean tiny-half"),
        (
            'pretrain = "tiny-train"',
            'pretrain = "tiny-trian"',
            "no dataset is named tiny-trian; did you mean tiny-train",
        ),
        ('"tiny-half",', '"tiny-train",', r"\[study\] transfer lists tiny-train twice"),
        ("seeds = [1, 2]", "seeds = [1, 1]", r"\[study\] seeds lists 1 twice"),
        ("train-rows = 20", "train-row = 20", "no fine-tuning setting is named train-row; did you mean train-rows"),
        ('tasks = ["CoLA"]', 'tasks = ["CoLLA"]', r"\[evaluate\] tasks: .* colla; did you mean cola"),
        ("/glue", "/glu", r"\[evaluate\] data: there is no folder .*; download the tasks with trainer data glue --to"),
        ("[evaluate.glue]", '[probes]\npairs = "p.jsonl"\n[evaluate.glue]', r"\[probes\] pairs: .*p\.jsonl does not"),
        ("distilbert:1", "distilbert:3", r"\[distill\] does not fit \[teacher\]: a student with 3 layers cannot start"),
        ("distilbert:1", "layers:2,hidden=32", r"\[distill\] does not fit \[teacher\]: the student is 32 wide and the"),
        ("hidden = 16", "hidden = 17", r"\[teacher\]: 2 heads do not divide a width of 17"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_said_before_any_work(recipe: Path, old: str, new: str, why: str) -> None:
    recipe.write_text(recipe.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(RecipeError, match=why):
        plan_study(recipe)


def test_a_folder_without_tasks_is_refused_before_any_work(recipe: Path, tmp_path: Path) -> None:
    recipe.write_text(recipe.read_text(encoding="utf-8").replace("/glue", "/texts"), encoding="utf-8")
    with pytest.raises(TaskError, match="nothing to evaluate on: "):
        run_study(recipe)
    assert not (tmp_path / "study").exists() and not (tmp_path / "store").exists()


def test_a_teacher_without_a_head_is_refused_before_any_work(recipe: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification

    folder = tiny_model_folder(tmp_path / "sorter")
    AutoModelForSequenceClassification.from_pretrained(folder).save_pretrained(folder)
    before, after = recipe.read_text(encoding="utf-8").split("[teacher]")
    recipe.write_text(f'{before}[teacher]\nmodel = "sorter"\n\n[distill]{after.split("[distill]")[1]}', "utf-8")
    with pytest.raises(NoLanguageModelHead, match="a fine-tuned classifier cannot be a teacher"):
        run_study(recipe)
    assert not (tmp_path / "store").exists()


def test_a_student_deeper_than_a_given_teacher_is_refused_before_any_work(recipe: Path, tmp_path: Path) -> None:
    tiny_model_folder(tmp_path / "shallow", layers=1)
    before, after = recipe.read_text(encoding="utf-8").replace("distilbert:1", "distilbert:2").split("[teacher]")
    recipe.write_text(f'{before}[teacher]\nmodel = "shallow"\n\n[distill]{after.split("[distill]")[1]}', "utf-8")
    with pytest.raises(RecipeError, match="cannot start from a teacher with 1; add start=random"):
        run_study(recipe)
    assert not (tmp_path / "store").exists()


def test_the_plan_counts_what_each_student_costs(recipe: Path) -> None:
    text = recipe.read_text(encoding="utf-8").replace('budget = "updates=2"\nseq', 'budget = "tokens=1000"\nseq')
    recipe.write_text(text, encoding="utf-8")
    students = [step for step in plan_study(recipe) if step.kind == "student"]
    assert [step.tokens for step in students] == [0, *[1000] * 8]


def test_the_plan_has_the_teachers_steps_before_there_is_a_teacher(recipe: Path) -> None:
    assert ("scores", "teacher: glue", "missing") in {(step.kind, step.name, step.state) for step in plan_study(recipe)}


@pytest.mark.parametrize("name", ["study", "study-mini", "demo"])
def test_every_recipe_that_comes_along_is_one(name: str) -> None:
    study = read_study(Path(__file__).parents[4] / "recipes" / f"{name}.toml")
    assert len(study.students) > 4 and json.dumps(study.options(study.students[-1]))


PAIRS = """
[datasets.tiny-pairs]
transform = "shuffle"
from = "tiny-half"
unit = "ngram"
n = 2
"""


def with_pairs(path: Path) -> Path:
    """The study with shuffled pairs besides, whose students are not fine-tuned."""
    text = path.read_text(encoding="utf-8").replace("[study]", f'{PAIRS}\n[study]\nfidelity-only = ["tiny-pairs"]')
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_fidelity_only_dataset_is_compared_by_dose_and_never_fine_tuned(finished: Path) -> None:
    page = run_study(with_pairs(finished))
    folders = list(page.parent.glob("runs/tiny-pairs-*"))
    assert len(folders) == 2 and all((folder / "held-out.json").is_file() for folder in folders)
    assert not any((folder / "student" / "evaluation").exists() for folder in folders)
    with (page.parent / "figures" / "dose-response.csv").open(encoding="utf-8") as lines:
        assert [row["dose"] for row in csv.DictReader(lines)] == ["n=1", "n=2"]
    assert {state for _, state in states(finished)} == {"done"}
    (claim,) = [row for row in _agreement(page) if "natural text beats shuffled" in row["the study finds that"]]
    assert "tiny-shuffle" in claim["our pair"]


def _agreement(page: Path) -> list[dict[str, str]]:
    with (page.parent / "tables" / "agreement.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_a_dataset_is_either_scored_or_fidelity_only(recipe: Path) -> None:
    text = recipe.read_text(encoding="utf-8")
    recipe.write_text(text.replace("[study]", '[study]\nfidelity-only = ["tiny-half"]'), encoding="utf-8")
    with pytest.raises(RecipeError, match="transfer and fidelity-only both list tiny-half"):
        read_study(recipe)


def test_fidelity_only_needs_something_to_measure_with(recipe: Path) -> None:
    text = with_pairs(recipe).read_text(encoding="utf-8")
    recipe.write_text(text.replace('held-out = "tiny-apart"', ""), encoding="utf-8")
    with pytest.raises(RecipeError, match=r"fidelity-only needs held-out in \[distill\], or \[probes\]"):
        read_study(recipe)
