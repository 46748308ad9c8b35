"""Run fine-tunings, one after another or several at once, reusing stored results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from trainer.errors import TaskError
from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.results import Cell, CellResult, cell_of, find_cell, read_cell, share_cell, write_cell
from trainer.plugin import Splits, Task
from trainer.runtime import without_cudnn_attention

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
    jobs: Sequence[FineTuning], splits_of: Mapping[str, Splits], *, workers: int = 1, progress: Progress | None = None
) -> list[CellResult]:
    """The result of each job, in order: reused if it is stored here or shared, else measured.

    Args:
        jobs: the fine-tunings, in the order of the results.
        splits_of: the data of each task, by its title.
        workers: how many models to fine-tune at once, each in its own process.
        progress: called after each update, or with several workers after each fine-tuning.

    Raises:
        TaskError: a task's data or model changed during the evaluation.
    """
    found = [find_cell(job.out / "cells", job.cell(splits_of[job.task.title])) for job in jobs]
    due = [job for job, result in zip(jobs, found, strict=True) if result is None]
    if workers <= 1 or len(due) <= 1:
        for number, job in enumerate(due, start=1):
            run_job(job, splits_of[job.task.title], _numbered(progress, number, len(due)))
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_set_torch) as pool:
            for done, what in enumerate(pool.map(_fill_alone, due), start=1):
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


def _fill_alone(job: FineTuning) -> str:
    run_job(job, job.task.read(job.data))
    return f"{job.task.title} seed {job.seed}"


def _set_torch() -> None:
    import torch

    torch.set_num_threads(1)
    without_cudnn_attention()


def _stored(job: FineTuning, splits: Splits) -> CellResult:
    result = read_cell(job.out / "cells", job.cell(splits))
    if result is None:
        raise TaskError(f"{job.task.title}: the data or the model changed during the evaluation; run it again")
    return result
