"""The steps of a study: which are done, and about how long the others will take on this machine."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corpora import DatasetError, plan_datasets
from corpora import open as open_dataset
from trainer.distillation import CARD, RunFolder, RunSettings, read_log, resolve
from trainer.errors import RunError
from trainer.evaluation import default_out
from trainer.evaluation.probes import read_results, results_place
from trainer.experiments.study.grid import Student, Study, read_study
from trainer.experiments.study.inputs import check_inputs
from trainer.experiments.study.runner import opened, with_datasets
from trainer.experiments.study.study_run import StudyRun
from trainer.runtime import parse_json

State = Literal["done", "begun", "missing"]


@dataclass(frozen=True)
class Step:
    """One step of a study and its state."""

    kind: Literal["dataset", "teacher", "student", "scores", "probes"]
    name: str
    state: State
    tokens: int | None = None
    """Tokens left to train on, over all epochs, special tokens included; for datasets, their size."""
    seconds: float | None = None
    """The estimated time on this machine, from finished runs of this study; None if there are none."""


@dataclass(frozen=True)
class Size:
    """The known or expected size of a dataset."""

    rows: int
    tokens: int


def plan_study(path: Path | str) -> list[Step]:
    """Every step of a study in order, with its state and cost; nothing is written.

    Args:
        path: the recipe file.

    Raises:
        RecipeError: the file has an unknown table or key, or a wrong value.
        ResultDamaged: a finished student was changed.
    """
    study = read_study(path)
    check_inputs(study)
    steps, sizes = dataset_steps(study)
    run = _opened(study)
    speeds = speeds_of(study.table.out)
    steps.append(teacher_step(study, run, sizes, speeds.get("pretrain")))
    teacher = run.teacher if run is not None else Path("missing")
    steps += [_scores(teacher, "teacher", benchmark) for benchmark in study.benchmarks]
    steps += _probes(study, teacher, "teacher")
    for student in study.students:
        step = _student(study, run, student, sizes, speeds.get("distill"))
        steps.append(step)
        folder = run.folder(student) / "student" if run is not None else Path("missing")
        if study.is_scored(student):
            steps += [_scores(folder, student.name, benchmark) for benchmark in study.benchmarks]
        steps += _probes(study, folder, student.name)
    return steps


def dataset_steps(study: Study) -> tuple[list[Step], dict[str, Size]]:
    """A step for each dataset of the recipe or the grid, and the known or expected sizes by name."""
    steps, sizes = [], {}
    for planned in plan_datasets(study.recipe):
        state: State = "done" if planned.state == "there" else "missing"
        steps.append(Step("dataset", planned.name, state, planned.tokens))
        if planned.rows is not None and planned.tokens is not None:
            sizes[planned.name] = Size(planned.rows, planned.tokens)
    for name in (
        {*study.table.transfer, *study.table.fidelity_only, study.teacher.pretrain}
        - set(study.recipe.datasets)
        - {None}
    ):
        try:
            known = open_dataset(str(name))
            sizes[str(name)] = Size(known.rows, known.tokens or 0)
            steps.append(Step("dataset", str(name), "done", known.tokens))
        except DatasetError:
            steps.append(Step("dataset", str(name), "missing"))
    return steps, sizes


def _opened(study: Study) -> StudyRun | None:
    try:
        return opened(study)
    except (DatasetError, RunError):
        return None


def teacher_step(study: Study, run: StudyRun | None, sizes: Mapping[str, Size], speed: float | None) -> Step:
    """The teacher's step.

    Args:
        study: the study.
        run: None if the teacher is not available yet.
        sizes: of datasets, by name.
        speed: tokens per second of pre-training; None if unknown.
    """
    if study.teacher.model is not None:
        there = run is not None or Path(study.teacher.model).exists()
        return Step("teacher", study.teacher.model, "done" if there else "missing", 0)
    recipe = resolve(str(study.teacher_options.get("preset", "pretrain")), study.pretraining())
    name, tokens = str(study.teacher.pretrain), cost(recipe, sizes.get(str(study.teacher.pretrain)))
    if run is not None:
        return Step("teacher", name, "done", 0)
    try:
        return _training("teacher", name, with_datasets(study).teacher, tokens, speed)
    except (DatasetError, RunError):
        return _training("teacher", name, None, tokens, speed)


def _student(
    study: Study, run: StudyRun | None, student: Student, sizes: Mapping[str, Size], speed: float | None
) -> Step:
    if run is not None and run.done(student):
        return Step("student", student.name, "done", 0)
    tokens = cost(study.distillation(student), sizes.get(student.transfer)) if student.transfer else 0
    return _training("student", student.name, run.folder(student) if run is not None else None, tokens, speed)


def _training(
    kind: Literal["teacher", "student"], name: str, folder: Path | None, tokens: int | None, speed: float | None
) -> Step:
    """The step of a model that is not trained yet, with what is left of it.

    Args:
        kind: of the step.
        name: of the step.
        folder: the run folder; None if it is not known yet.
        tokens: of the whole training; None if unknown.
        speed: tokens per second; None if unknown.
    """
    begun = folder is not None and (folder / CARD).is_file()
    if folder is not None and begun and tokens is not None:
        tokens = round(tokens * (1 - _share_done(folder)))
    return Step(kind, name, "begun" if begun else "missing", tokens, tokens / speed if tokens and speed else None)


def _share_done(folder: Path) -> float:
    """The share of a run's updates that its log has; 0 if its card or log cannot be read."""
    try:
        plan, lines = RunFolder(folder).card().plan, read_log(folder / "log.jsonl")
    except RunError:
        return 0.0
    return min(1.0, lines[-1]["update"] / plan.updates) if plan and plan.updates and lines else 0.0


def _scores(model: Path, name: str, benchmark: str) -> Step:
    done = (default_out(model) / f"{benchmark}.json").is_file()
    return Step("scores", f"{name}: {benchmark}", "done" if done else "missing")


def _probes(study: Study, model: Path, name: str) -> list[Step]:
    probes = [] if study.probes is None else study.probes.probes()
    stored = read_results(results_place(model))
    done = {name: result.options for name, result in stored.items()}
    return [
        Step(
            "probes",
            f"{name}: {probe.name}",
            "done" if done.get(probe.name) == probe.options(deciding=True) else "missing",
        )
        for probe in probes
    ]


def cost(recipe: RunSettings, size: Size | None) -> int | None:
    """The tokens to train on with a recipe's budget, special ones included.

    Args:
        recipe: its budget and sequences per update are used.
        size: of the dataset; None if unknown.

    Returns:
        None if the budget depends on an unknown size.
    """
    unit, amount = recipe.budget_parts
    if unit == "tokens":
        return int(amount)
    if size is None or not size.rows:
        return None
    whole = size.tokens + 2 * size.rows
    return round(amount * (whole if unit == "epochs" else recipe.sequences * whole / size.rows))


def speeds_of(out: Path) -> dict[str, float]:
    """Tokens per second by kind of run: the median over the finished runs of a study.

    Args:
        out: the folder of the study.
    """
    found: dict[str, list[float]] = {}
    for path in [*out.glob(f"runs/*/{CARD}"), *out.glob(f"teacher-*/{CARD}")]:
        try:
            card = parse_json(path.read_bytes())
            speed = float(card["speed"]["tokens_per_second"])
            found.setdefault(card["kind"], []).append(speed)
        except (OSError, ValueError, LookupError, TypeError, OverflowError):
            continue
    return {kind: statistics.median(speeds) for kind, speeds in found.items()}
