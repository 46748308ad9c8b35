"""Run a study: datasets, teacher, students, scores, report; finished steps are never repeated."""

from __future__ import annotations

from pathlib import Path

from corpora import build_datasets, plan_datasets
from corpora import open as open_dataset
from corpora.errors import counted
from trainer.errors import RunError
from trainer.evaluation import Measurements, read_record
from trainer.experiments.study.grid import Study, read_study
from trainer.experiments.study.inputs import check_contents, check_inputs
from trainer.experiments.study.run_results import read_run_results
from trainer.experiments.study.side_by_side import is_side_by_side, run_side_by_side
from trainer.experiments.study.steps import (
    StudyCallbacks,
    finish_student,
    finish_teacher,
    is_trained,
    make_teacher,
    measure_models,
    teacher_folder,
)
from trainer.experiments.study.study_run import StudyRun


def run_study(path: Path | str, *, executor: str = "serial", callbacks: StudyCallbacks | None = None) -> Path:
    """Run every step of a study's recipe that is not done yet, and write its report.

    Args:
        path: the recipe file.
        executor: how to make datasets, such as `processes:workers=2`; it does not affect their bytes.
        callbacks: callbacks that follow the steps.

    Returns:
        The path of the report.

    Raises:
        RecipeError, TaskError, ModelError: the file has a wrong name or value, or names a task, file or teacher that
            cannot be read; raised before any work.
        RunStopped: the user asked to stop; the same command resumes.
        CorporaError: an error of a step.
    """
    study, shown = read_study(path), callbacks or StudyCallbacks()
    check_inputs(study)
    check_contents(study)
    shown.tell(f"{counted(len(study.recipe.datasets), 'dataset')}")
    with shown.building() as progress:
        datasets = {made.name: made for made in build_datasets(study.recipe, executor=executor, progress=progress)}
    run = StudyRun(study, datasets, Path())
    with run.workers:
        _run_steps(run, shown)
    return _reported(run)


def _run_steps(run: StudyRun, shown: StudyCallbacks) -> None:
    """Train, score and measure the teacher and every student."""
    study, together = run.study, is_side_by_side(run.study)
    if together and not is_trained(run):
        run.workers.start()  # they import what they need while the teacher is trained
    run.teacher = make_teacher(run, shown)
    if together:
        run_side_by_side(run, shown)
    else:
        finish_teacher(run, shown)
        for student in study.students:
            finish_student(run, student, shown)
    if study.table.measure:
        measure_models(run, shown)


def report_study(path: Path | str) -> Path:
    """Write the report of a study's finished students; see `write_report` for the formats.

    Args:
        path: the recipe file.

    Returns:
        The path of the report.

    Raises:
        RunError: nothing is finished yet.
        ResultDamaged: a stored result was edited.
    """
    return _reported(opened(read_study(path)))


def _reported(run: StudyRun) -> Path:
    from trainer.experiments.study.reports.page import report_content, write_report

    study = run.study
    folders = [run.folder(student) for student in study.students if run.done(student)]
    outcomes = read_run_results([run.teacher, *folders])
    networks = study.table.out / "measure.json"
    measured = read_record(networks, Measurements) if networks.is_file() else None
    made = report_content(outcomes, preset=study.table.score, networks=measured, title=study.table.title)
    return write_report(made, study.table.out)


def opened(study: Study) -> StudyRun:
    """A study whose datasets and teacher already exist.

    Raises:
        DatasetNotFound, RunError: they do not exist yet.
    """
    run = with_datasets(study)
    if not (run.teacher / "config.json").is_file():
        raise RunError(f"{study.path}: the teacher is not trained yet; run trainer study run {study.path}")
    return run


def with_datasets(study: Study) -> StudyRun:
    """A study whose datasets already exist, and the folder of its teacher, trained or not.

    Raises:
        DatasetNotFound, RunError: a dataset does not exist yet.
    """
    planned = plan_datasets(study.recipe)
    missing = [step.name for step in planned if step.state != "there"]
    if missing:
        raise RunError(f"{study.path}: {', '.join(missing)} not built yet; run trainer study run {study.path}")
    run = StudyRun(study, {step.name: open_dataset(step.name) for step in planned}, Path())
    run.teacher = teacher_folder(run)
    return run
