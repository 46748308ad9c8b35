"""A whole plan in small: its runs, its page, found again, resumed after a kill, and bad input before any run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase
from types import ModuleType
from typing import Any

import pytest

import corpora
from corpora import OptionError
from trainer.errors import ResultDamaged, VocabularyMismatch
from trainer.experiments.planning.choice import EvaluatedForm
from trainer.experiments.planning.fitting import FittedForm
from trainer.experiments.planning.forms import FORMS
from trainer.experiments.planning.page import as_json, write_plan
from trainer.experiments.planning.planner import Plan, plan_distillation, prepare_plan
from trainer.experiments.planning.predictions import Estimate, Requirement, requirement
from trainer.experiments.planning.wording import sentences
from trainer.testing.tiny import tiny_model_folder

OPTIONS: dict[str, object] = {
    "student": "distilbert:1", "sequences": 4, "held-out": "text-held-out", "held-out-rows": 20, "budget": "epochs=2",
    "threads": 1,
}  # fmt: skip


def write_texts(folder: Path) -> None:
    folder.mkdir()
    for number in range(8):
        words = [
            f"the {ascii_lowercase[(number * 7 + place * place) % 26]} a {ascii_lowercase[place % 9]}"
            for place in range(12)
        ]
        (folder / f"{number}.txt").write_text("\n\n".join(f"{line} ." for line in words) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a teacher, and a store with a dataset and its held-out part."""
    root = tmp_path_factory.mktemp("plan")
    write_texts(root / "texts")
    tiny_model_folder(root / "teacher")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORPORA_HOME", str(root / "store"))
        whole = corpora.build(f"texts:folder={root / 'texts'}", name="text", duplicates="keep")
        train, _ = corpora.split(whole, held_out=0.2)
        corpora.tokenize(train, tokenizer=str(root / "teacher"))
    return root


def plan_of(root: Path, *, tell: Callable[[str], None] = lambda line: None, **changes: Any) -> Plan:
    given: dict[str, Any] = {"updates": 16, "options": OPTIONS, **changes}
    prepared = prepare_plan("text-train-tokens", root / "teacher", root / "plan", **given)
    return plan_distillation(prepared, tell=tell, resamples=20)


@pytest.fixture(scope="module")
def planned(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a finished plan."""
    root = tmp_path_factory.mktemp("planned") / "root"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORPORA_HOME", str(copied(prepared, root) / "store"))
        plan_of(root)
    return root


def copied(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


@pytest.fixture
def root(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `prepared` for one test."""
    monkeypatch.setenv("CORPORA_HOME", str(tmp_path / "copy" / "store"))
    return copied(prepared, tmp_path / "copy")


@pytest.fixture
def finished(planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `planned` for one test."""
    monkeypatch.setenv("CORPORA_HOME", str(tmp_path / "copy" / "store"))
    return copied(planned, tmp_path / "copy")


@pytest.mark.slow
def test_finished_runs_are_found_and_the_answers_are_the_same(finished: Path) -> None:
    told: list[str] = []
    one, other = (plan_of(finished, target="kl=0.001", tell=told.append) for _ in range(2))
    assert len(told) == 12 and all(line.endswith("found") for line in told)
    assert as_json(one) == as_json(other) and len(one.runs) == 6


@pytest.mark.slow
def test_samples_are_nested_and_runs_read_all_of_theirs(finished: Path) -> None:
    runs = plan_of(finished).runs
    assert {run.updates for run in runs} == {1, 4, 16} and all(run.epochs >= 1 for run in runs)
    samples = [corpora.open(path.name) for path in (finished / "store").glob("text-train-tokens-*rows")]
    held = [set(map(str, (row for batch in each.batches() for row in batch.to_pylist()))) for each in samples]
    small, large = sorted(held, key=len)[:2]
    assert small <= large


@pytest.mark.slow
def test_the_page_stands_alone_and_the_json_holds_every_run(finished: Path) -> None:
    page = write_plan(plan_of(finished, target="kl=0.001"), finished / "plan").read_text(encoding="utf-8")
    assert "<svg" in page and "src=" not in page and "How much data" in page
    stored = json.loads((finished / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert len(stored["runs"]) == 6 and [each["multiple"] for each in stored["same_epochs"]] == [1, 2, 4, 10]
    assert all(run["fidelity"]["kl"] > 0 for run in stored["runs"])
    assert max(run["tokens_per_second"] or 0 for run in stored["runs"]) > 0


@pytest.mark.slow
def test_other_settings_make_other_runs(finished: Path) -> None:
    told: list[str] = []
    plan_of(finished, options={**OPTIONS, "learning-rate": 1e-3}, tell=told.append)
    assert all(line.endswith("training") for line in told)
    assert len(list((finished / "plan" / "runs").iterdir())) == 12


@pytest.mark.slow
def test_an_edited_result_is_refused(finished: Path) -> None:
    path = next((finished / "plan" / "runs").glob("*/short-run.json"))
    path.write_text(path.read_text(encoding="utf-8").replace('"kl": ', '"kl": 1'), encoding="utf-8")
    with pytest.raises(ResultDamaged, match="was edited"):
        plan_of(finished)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"options": {"student": "distilbert:1"}}, r"corpora split text-train-tokens --held-out 0.05"),
        ({"runs": 4}, r"--runs 4: must be between 6 and 28"),
        ({"target": "kl=900"}, r"already reached before training: the student starts at"),
        (
            {"options": {**OPTIONS, "sequences": 64}},
            r"text-train-tokens has \d+ rows; the smallest of its nested samples",
        ),
        ({"options": {**OPTIONS, "keep-best": True}}, r"--keep-best is decided by the plan"),
    ],
)
def test_bad_input_is_one_line_before_any_run(changes: dict[str, Any], message: str, root: Path) -> None:
    with pytest.raises(corpora.CorporaError, match=message):
        prepare_plan(
            "text-train-tokens", root / "teacher", root / "new", **{"updates": 16, "options": OPTIONS, **changes}
        )
    assert not (root / "new").exists()


def test_a_teacher_of_another_vocabulary_is_refused_before_any_run(root: Path, make: ModuleType) -> None:
    folder = make.teacher_folder(root / "other")
    with pytest.raises(VocabularyMismatch, match="the vocabulary of"):
        prepare_plan("text-train-tokens", folder, root / "new", updates=16, options=OPTIONS)
    assert not (root / "new").exists()


def test_losses_without_logits_are_refused(root: Path) -> None:
    with pytest.raises(OptionError, match="kl on held-out text cannot be measured"):
        prepare_plan("text-train-tokens", root / "teacher", updates=16, options={**OPTIONS, "loss": ["cosine"]})


@pytest.mark.slow
def test_a_killed_plan_goes_on_with_the_same_command(root: Path) -> None:
    options = [f"--{name}={value}" for name, value in OPTIONS.items()]
    line = [
        "plan",
        "--dataset=text-train-tokens",
        f"--teacher={root / 'teacher'}",
        f"--out={root / 'new'}",
        "--updates=16",
    ]
    command = [sys.executable, "-c", "from trainer.cli import main; main()", *line, *options]
    runs, deadline = root / "new" / "runs", time.monotonic() + 120
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list(runs.glob("*/short-run.json")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    finished = {path: path.stat().st_mtime_ns for path in runs.glob("*/short-run.json")}
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"COLUMNS": "200"})
    assert done.returncode == 0, done.stderr
    assert finished == {path: path.stat().st_mtime_ns for path in finished} and (root / "new" / "plan.html").is_file()
    assert done.stderr.count("found") == len(finished) and "The planned run" in done.stdout


@pytest.mark.slow
def test_a_target_that_only_the_best_case_reaches_is_open(finished: Path) -> None:
    plan = plan_of(finished, target="kl=0.001")
    never, floor = Estimate(None, None, None), Estimate(0.3, 0.1, 0.4)
    out_of_reach = replace(plan, need=Requirement(never, never, floor, floor))
    is_open = replace(plan, need=Requirement(never, Estimate(None, 250.0, None), floor, floor))
    assert "kl=0.001 is out of reach: with any amount of data" in " ".join(sentences(out_of_reach))
    told = " ".join(sentences(is_open))
    assert "do not tell whether kl=0.001 can be reached" in told and "in the best case 250 times the data" in told


@pytest.mark.slow
def test_the_json_says_which_forms_are_rivals_and_which_of_them_reach_an_open_target(finished: Path) -> None:
    plan = plan_of(finished, target="kl=0.001")
    level, falling, *rest = (
        EvaluatedForm(FittedForm(next(form for form in FORMS if form.name == name), logs, 100.0, 100.0, 1.0), (0.01,))
        for name, logs in (("level", (0.0,)), ("decline", (0.0, 0.0)), ("tokens", (0.0, 0.0, 0.0)))
    )
    made = replace(plan.bootstrap, chosen=level, rivals=(falling,), resampled=(level.fitted,) * 20)
    need = requirement(made, plan.prepared.scale, 0.001)
    plan = replace(plan, forms=[level, falling, *rest], bootstrap=made, need=need)
    told = json.loads(as_json(plan))
    assert [form["role"] for form in told["forms"]] == ["chosen", "rival", "other"]
    reached = [form["times_the_data"] for form in told["forms"]]
    assert reached[0] is None and reached[1] == told["target"]["times_the_data"]["low"]
    assert told["target"]["verdict"] == "open" and "reach it (by S/(1 + (u/u0)^b))." in " ".join(told["sentences"])
    runs = [replace(run, fidelity={**run.fidelity, "kl": 0.0009}) for run in plan.runs]
    assert json.loads(as_json(replace(plan, runs=runs)))["target"]["verdict"] == "reached"


@pytest.mark.slow
def test_a_gain_that_only_a_rival_form_promises_is_open(finished: Path) -> None:
    plan = plan_of(finished)
    level, falling = (
        EvaluatedForm(FittedForm(next(form for form in FORMS if form.name == name), logs, 100.0, 100.0, 1.0), (0.01,))
        for name, logs in (("level", (0.0,)), ("decline", (0.0, 0.0)))
    )
    flat = replace(plan, bootstrap=replace(plan.bootstrap, chosen=level, rivals=()))
    assert sentences(flat)[0].startswith("Neither more data nor more updates helps")
    either = replace(plan, bootstrap=replace(plan.bootstrap, chosen=level, rivals=(falling,)))
    assert sentences(either)[0].startswith("These runs do not tell whether more data and more updates help")
