"""Check everything that a study's recipe names, before hours of work: datasets, tasks, files and the teacher."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpora import RecipeError
from corpora.errors import UnknownName
from trainer.distillation import RunSettings, check_student
from trainer.errors import ModelError
from trainer.evaluation import read_tasks, tasks_of
from trainer.experiments.study.dataset_names import check_study_names
from trainer.experiments.study.grid import Study
from trainer.models import load_body, load_teacher, model_folder
from trainer.plugin import LogitsLoss, registry

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def check_inputs(study: Study) -> None:
    """Check the names and paths in a recipe, and its students if it pre-trains the teacher; no large file is read.

    Args:
        study: the study to plan or run.

    Raises:
        RecipeError: a dataset or a task has no such name, a file or folder does not exist, or a student does not fit
            the teacher.
    """
    check_study_names(study)
    table, path = study.evaluate, study.path
    for benchmark in study.benchmarks:
        try:
            tasks_of(benchmark, table.tasks if benchmark == "glue" else ())
        except UnknownName as error:
            raise RecipeError(f"{path}: [evaluate] tasks: {error}") from error
    if study.benchmarks and not table.data.is_dir():
        raise RecipeError(
            f"{path}: [evaluate] data: there is no folder {table.data}; download the tasks with trainer data "
            f"{' '.join(study.benchmarks)} --to {table.data}, or set glue = false and squad = false"
        )
    if study.probes is not None and study.probes.pairs is not None and not study.probes.pairs.exists():
        raise RecipeError(f"{path}: [probes] pairs: {study.probes.pairs} does not exist")
    if study.teacher.model is None:
        try:
            outline = study.shape().outline()
        except ModelError as error:
            raise RecipeError(f"{path}: [teacher]: {error}") from error
        _check_students(study, outline)


def check_contents(study: Study) -> None:
    """Read the tasks, and load a teacher that the study does not pre-train; a teacher on the hub is downloaded.

    Args:
        study: the study to run.

    Raises:
        TaskError: no task of a benchmark can be read.
        ModelError: the teacher cannot be read, or has no masked-LM head and a loss needs one.
        RecipeError: a student does not fit it.
    """
    for benchmark in study.benchmarks:
        read_tasks(tasks_of(benchmark, study.evaluate.tasks if benchmark == "glue" else ()), study.evaluate.data)
    if study.teacher.model is None:
        return
    losses = [registry.make("losses", text) for recipe in _recipes(study) for text in recipe.loss]
    folder = model_folder(study.teacher.model)
    heads = any(isinstance(loss, LogitsLoss) for loss in losses)
    _check_students(study, load_teacher(folder) if heads else load_body(folder).model)


def _check_students(study: Study, teacher: PreTrainedModel) -> None:
    """Check that every student can be built from the teacher, and its losses from both."""
    for recipe in _recipes(study):
        try:
            check_student(recipe, teacher)
        except ModelError as error:
            raise RecipeError(f"{study.path}: [distill] does not fit [teacher]: {error}") from error


def _recipes(study: Study) -> list[RunSettings]:
    """The recipes of the study's students that differ in student or loss, one of each."""
    recipes = (study.distillation(student) for student in study.students)
    return list({(recipe.student, tuple(recipe.loss)): recipe for recipe in recipes}.values())
