"""Check everything that a study's recipe names, before hours of work: datasets, tasks, files and the teacher."""

from __future__ import annotations

from corpora import RecipeError
from corpora.errors import UnknownName
from trainer.evaluation import read_tasks, tasks_of
from trainer.experiments.study.dataset_names import check_study_names
from trainer.experiments.study.grid import Study
from trainer.models import load_body, load_teacher, model_folder
from trainer.plugin import LogitsLoss, registry


def check_inputs(study: Study) -> None:
    """Check the names and places in a recipe; no large file is read and nothing is downloaded.

    Args:
        study: the study to plan or run.

    Raises:
        RecipeError: a dataset or a task has no such name, or a file or folder does not exist.
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


def check_contents(study: Study) -> None:
    """Read the tasks, and load a teacher that the study does not pre-train; a teacher on the hub is downloaded.

    Args:
        study: the study to run.

    Raises:
        TaskError: no task of a benchmark can be read.
        ModelError: the teacher cannot be read, or has no masked-LM head and a loss needs one.
    """
    for benchmark in study.benchmarks:
        read_tasks(tasks_of(benchmark, study.evaluate.tasks if benchmark == "glue" else ()), study.evaluate.data)
    if study.teacher.model is None:
        return
    losses = [registry.make("losses", text) for student in study.students for text in study.distillation(student).loss]
    load = load_teacher if any(isinstance(loss, LogitsLoss) for loss in losses) else load_body
    load(model_folder(study.teacher.model))
