"""Run fine-tunings, one after another or several at once, reusing stored results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.errors import TaskError
from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.results import Cell, CellResult, cell_of, find_cell, read_cell, share_cell, write_cell
from trainer.plugin import Splits, Task
from trainer.runtime import Workers

Progress = Callable[[str, int, int], None]
"""Called with the name of the task, the updates done and the total."""


@dataclass(frozen=True)
class FineTuning:
    """One fine-tuning to do; small enough to send to another process."""

    task: Task
    model: Path
    data: Path
    settings: Settings
    seed: int
    out: Path
    identity: Mapping[str, str]
    """The model's fingerprint, computed once for all its jobs."""
    device: str = "cpu"

    def cell(self, splits: Splits) -> Cell:
        """The cell for its result.

        Args:
            splits: the data of the task.
        """
        return cell_of(self.task, splits, self.identity, self.settings, self.seed)


def run_jobs(
    jobs: Sequence[FineTuning], splits_of: Mapping[str, Splits], *, workers: Workers, progress: Progress | None = None
) -> list[CellResult]:
    """The result of each job, in order: reused if it is stored here or shared, else measured.

    Args:
        jobs: the fine-tunings, in the order of the results.
        splits_of: the data of each task, by its title.
        workers: used if there are several, and they are started or there are several fine-tunings to do.
        progress: called after each update, or with several workers after each fine-tuning.

    Raises:
        TaskError: a task's data or model changed during the evaluation.
        WorkerError: a worker died.
    """
    found = [find_cell(job.out / "cells", job.cell(splits_of[job.task.title])) for job in jobs]
    due = [job for job, result in zip(jobs, found, strict=True) if result is None]
    if workers.number <= 1 or (len(due) <= 1 and not workers.started):
        for number, job in enumerate(due, start=1):
            run_job(job, splits_of[job.task.title], _numbered(progress, number, len(due)))
    else:
        longest_first = sorted(due, key=lambda job: -_size(job, splits_of[job.task.title]))
        if progress:
            progress(f"{len(due)} fine-tunings, {workers.number} at once", 0, len(due))
        for done, what in enumerate(workers.map(_fill_alone, longest_first), start=1):
            if progress:
                progress(f"{what} done", done, len(due))
    return [result or _stored(job, splits_of[job.task.title]) for job, result in zip(jobs, found, strict=True)]


def _numbered(progress: Progress | None, number: int, total: int) -> Progress | None:
    """The same progress, with the number of the fine-tuning and their total in the name."""
    if progress is None:
        return None
    return lambda what, done, updates: progress(f"{what}, {number} of {total}", done, updates)


def run_job(job: FineTuning, splits: Splits, progress: Progress | None = None) -> None:
    """Do one job and store its result.

    Args:
        job: the fine-tuning.
        splits: the data of its task.
        progress: called after each update.
    """
    from trainer.evaluation.finetuning.training import finetune

    made = finetune(
        job.task,
        splits,
        job.model,
        settings=job.settings,
        seed=job.seed,
        device=job.device,
        progress=progress,
    )
    result = CellResult(
        metrics=made.metrics, collapsed=made.collapsed, updates=made.updates, final_loss=made.final_loss,
        elapsed_seconds=round(made.elapsed_seconds, 3), counts=made.counts, notes=list(made.notes),
        parameters=made.encoder.model.num_parameters(), preset=job.settings.preset, device=job.device,
    )  # fmt: skip
    cell = job.cell(splits)
    write_cell(job.out / "cells", cell, result, made.evidence)
    share_cell(job.out / "cells", cell)


def _size(job: FineTuning, splits: Splits) -> float:
    """A rough measure of the time that a fine-tuning takes."""
    rows = min(len(splits.train), job.settings.train_rows or len(splits.train))
    return rows * job.settings.epochs * job.settings.length


def _fill_alone(job: FineTuning) -> str:
    """Do a job in a worker, and return its name."""
    run_job(job, job.task.read(job.data))
    return f"{job.task.title} seed {job.seed}"


def _stored(job: FineTuning, splits: Splits) -> CellResult:
    result = read_cell(job.out / "cells", job.cell(splits))
    if result is None:
        raise TaskError(f"{job.task.title}: the data or the model changed during the evaluation; run it again")
    return result
