"""Train and score the students of a study side by side, each in a process of its own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corpora import open as open_dataset
from trainer.distillation import Stopper
from trainer.errors import RunStopped
from trainer.evaluation import Progress
from trainer.experiments.study.grid import Student, Study
from trainer.experiments.study.steps import (
    StudyCallbacks,
    compare_student,
    is_finished,
    probe_model,
    score_model,
    train_student,
)
from trainer.experiments.study.study_run import StudyRun
from trainer.runtime import chosen

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Sent:
    """A study as it is sent to a worker."""

    study: Study
    datasets: dict[str, str]
    """The reference of each dataset, by its name in the recipe."""
    teacher: Path
    threads: int
    """How many threads a training uses."""

    def opened(self) -> StudyRun:
        """The study in the worker."""
        datasets = {name: open_dataset(reference) for name, reference in self.datasets.items()}
        return StudyRun(self.study, datasets, self.teacher)


def is_side_by_side(study: Study) -> bool:
    """Whether the students of a study are trained side by side: several workers, and no GPU, which they would share."""
    devices = {chosen("auto"), chosen(study.evaluate.device)}
    return study.table.workers > 1 and devices == {"cpu"}


def run_side_by_side(run: StudyRun, shown: StudyCallbacks) -> None:
    """Score the teacher, and train, compare, score and probe every student; finished steps are not repeated.

    Args:
        run: the study, whose teacher is trained.
        shown: callbacks that follow the steps, except those of training.

    Raises:
        RunStopped: the user asked to stop; the same command resumes.
        CorporaError: an error of a step; the others are stopped first.
    """
    sent, quiet = _sent(run), StudyCallbacks(shown.tell)
    students = [partial(_finish_student, run, sent, student, quiet) for student in run.study.students]
    _side_by_side(run, [partial(_finish_teacher, run, sent, quiet), *students], shown)


def train_side_by_side(run: StudyRun, students: Sequence[Student], shown: StudyCallbacks) -> None:
    """Train students, and compare them with the teacher if the study does so; finished ones are not trained again.

    Args:
        run: the study, whose teacher is trained.
        students: whose datasets are built.
        shown: as for `run_side_by_side`.

    Raises:
        CorporaError: as for `run_side_by_side`.
    """
    sent, quiet = _sent(run), StudyCallbacks(shown.tell)
    _side_by_side(run, [partial(_train_student, run, sent, student, quiet) for student in students], shown)


def _side_by_side(run: StudyRun, models: Sequence[Callable[[], None]], shown: StudyCallbacks) -> None:
    """Do the steps of several models, each in a thread that does nothing but wait for the workers.

    There is one more thread than workers, so that a worker need not wait while the steps of a model change.
    """
    threads = ThreadPoolExecutor(run.workers.number + 1)
    with Stopper() as stopper, shown.scoring() as progress:
        begun = [threads.submit(model) for model in models]
        try:
            _wait_for(begun, stopper, run.study, progress)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            while not all(model.done() for model in begun):  # `wait` would wait for cancelled ones
                run.workers.interrupt()
                time.sleep(POLL_SECONDS)


def _sent(run: StudyRun) -> Sent:
    import torch

    references = {name: dataset.reference for name, dataset in run.datasets.items()}
    return Sent(run.study, references, run.teacher, max(1, torch.get_num_threads() // run.workers.number))


def _wait_for(models: Sequence[Future[None]], stopper: Stopper, study: Study, progress: Progress) -> None:
    """Wait until all models are finished, one fails, or the user asks to stop."""
    waiting = set(models)
    while waiting:
        progress(f"{study.workers} models at once", len(models) - len(waiting), len(models))
        done, waiting = wait(waiting, timeout=POLL_SECONDS, return_when=FIRST_EXCEPTION)
        if stopper.asked:
            raise RunStopped(f"stopped ({stopper.reason}); resume with {study.repeat}", stopper.signal)
        for model in done:
            model.result()


def _finish_teacher(run: StudyRun, sent: Sent, shown: StudyCallbacks) -> None:
    """The steps of the teacher, whose work is done by the workers."""
    score_model(run, run.teacher, "teacher", shown)
    _probe_model(run, sent, run.teacher, "teacher", shown)


def _finish_student(run: StudyRun, sent: Sent, student: Student, shown: StudyCallbacks) -> None:
    """The steps of a student, whose work is done by the workers."""
    _train_student(run, sent, student, shown)
    model = run.folder(student) / "student"
    if run.study.is_scored(student):
        score_model(run, model, student.name, shown)
    _probe_model(run, sent, model, student.name, shown)


def _train_student(run: StudyRun, sent: Sent, student: Student, shown: StudyCallbacks) -> None:
    """Have a worker train a student and compare it with the teacher, unless that is done."""
    if is_finished(run, student):
        shown.tell(f"{student.name}: found")
    else:
        shown.tell(f"{student.name}: training on {student.transfer}" if student.transfer else "initial student")
        run.workers.call(_train, sent, student)


def _probe_model(run: StudyRun, sent: Sent, model: Path, name: str, shown: StudyCallbacks) -> None:
    if run.study.probes is not None:
        shown.tell(f"{name}: probes")
        run.workers.call(_probe, sent, model, name)


def _train(sent: Sent, student: Student) -> None:
    """Train a student and compare it with the teacher; runs in a worker."""
    import torch

    run, before = sent.opened(), torch.get_num_threads()
    torch.set_num_threads(sent.threads)
    try:
        if not run.done(student):
            train_student(run, student, StudyCallbacks())
        compare_student(run, student, StudyCallbacks())
    except RunStopped as stopped:
        if stopped.signal == signal.SIGTERM:  # another worker died, and this one is to end too
            os._exit(1)
        raise
    finally:
        torch.set_num_threads(before)


def _probe(sent: Sent, model: Path, name: str) -> None:
    """Probe a model; runs in a worker."""
    probe_model(sent.opened(), model, name, StudyCallbacks())
