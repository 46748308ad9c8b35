"""The [probes] table of a study: planned, run, found again, and handed to the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpora import RecipeError
from trainer.evaluation.probes import probe_rows
from trainer.experiments.study.grid import read_study
from trainer.experiments.study.plan import plan_study
from trainer.experiments.study.reports.probes import probe_values
from trainer.experiments.study.run_results import merged, read_run_results
from trainer.experiments.study.runner import run_study
from trainer.testing import tiny_model_folder

RECIPE = """
[datasets.tiny]
build = "texts"
folder = "texts"
duplicates = "keep"

[datasets.tiny-tokens]
tokenize = "tiny"
tokenizer = "teacher"

[study]
transfer = ["tiny-tokens"]
seeds = [1, 2]
baselines = ["start"]
measure = false

[teacher]
model = "teacher"

[distill]
student = "layers:1"
budget = "updates=1"
sequences = 4

[evaluate]
data = "."
glue = false
squad = false

[probes]
pairs = "pairs.jsonl"
held-out = "tiny-tokens"
rows = 20
"""


@pytest.fixture
def recipe(tmp_path: Path, home: Path, texts: Path) -> Path:
    tiny_model_folder(tmp_path / "teacher")
    pair = {"good": "the cats sleep", "bad": "the cats sleeps", "field": "morphology", "paradigm": "agreement"}
    (tmp_path / "pairs.jsonl").write_text(json.dumps(pair), encoding="utf-8")
    path = tmp_path / "study.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_every_model_is_probed_once(recipe: Path, workers: int) -> None:
    text = RECIPE.replace("measure = false", f"measure = false\nworkers = {workers}")
    recipe.write_text(text, encoding="utf-8")
    run_study(recipe)
    steps = [step for step in plan_study(recipe) if step.kind == "probes"]
    assert len(steps) == 2 * 4
    assert {step.state for step in steps} == {"done"}
    cells = sorted(recipe.parent.glob("study/runs/*/probes/cells/*.json"))
    before = [cell.stat().st_mtime_ns for cell in cells]
    run_study(recipe)
    assert [cell.stat().st_mtime_ns for cell in cells] == before
    runs = sorted(path.parent for path in recipe.parent.glob("study/runs/*/run.json"))
    outcomes = merged(read_run_results([recipe.parent / "teacher", *runs]))
    assert sorted(len(run.probes) for run in outcomes) == [1, 1, 2]
    rows = list(probe_rows([results["fidelity"] for run in outcomes for results in run.probes]))
    whole = {row.model: row.value for row in rows if row.split == "all" and row.metric == "kl"}
    assert whole["teacher"] == pytest.approx(0, abs=1e-6)
    assert len(whole) == 4
    shown = {(value.model, value.probe.partition(":")[0]) for value in probe_values(outcomes)}
    assert ("teacher", "minimal-pairs") in shown and ("initial student", "fidelity") in shown
    assert ("teacher", "fidelity") not in shown


def test_a_wrong_probes_table_is_found_before_any_work(recipe: Path) -> None:
    recipe.write_text(RECIPE.replace('pairs = "pairs.jsonl"', 'probe = ["minimal-pears"]'), encoding="utf-8")
    with pytest.raises(RecipeError, match="no probe is named minimal-pears; did you mean minimal-pairs"):
        read_study(recipe)
    recipe.write_text(RECIPE.split("[probes]")[0] + "[probes]\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="nothing to measure"):
        read_study(recipe)


def test_a_study_without_the_table_probes_nothing(recipe: Path) -> None:
    recipe.write_text(RECIPE.split("[probes]")[0], encoding="utf-8")
    assert not [step for step in plan_study(recipe) if step.kind == "probes"]
