"""Evaluate a model on labelled tasks: fine-tune it once per seed, store every result, and summarise the scores."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from corpora.errors import counted, unknown_name
from trainer.errors import ModelError, TaskError, TaskNotFound
from trainer.evaluation.finetuning.jobs import FineTuning, Progress, run_jobs
from trainer.evaluation.finetuning.settings import SEEDS, Settings, SettingValue, settings_for, shape_of
from trainer.evaluation.problems.lookup import problem_of
from trainer.evaluation.results import CellResult, Column, write_sealed
from trainer.evaluation.scoring import GLUE_PRESETS, glue_score
from trainer.models import model_fingerprint, model_folder
from trainer.plugin import Splits, Task
from trainer.runtime import Workers, check_writable, chosen

JobResult = tuple[FineTuning, CellResult]
"""A fine-tuning and its stored result."""


@dataclass(frozen=True)
class Evaluation:
    """The scores of one model on one benchmark."""

    benchmark: str
    model: dict[str, object]
    columns: dict[str, Column]
    missing: dict[str, str]
    """Tasks that could not be read, with the reason; the scores leave them out."""
    scores: dict[str, dict[str, object]]
    """For GLUE, each score preset with its value, its tasks, and its missing tasks."""

    def as_json(self) -> dict[str, object]:
        """The evaluation as JSON values, medians included."""
        columns = {
            name: {**asdict(column), "score": column.score, "scores": column.scores, "warning": column.warning}
            for name, column in self.columns.items()
        }
        return {**asdict(self), "columns": columns}


def tasks_of(benchmark: str, names: Sequence[str] = ()) -> list[Task]:
    """The tasks of a benchmark, one task by name, or the task described by a TOML file.

    Args:
        benchmark: `glue`, `squad`, a task's name, or the path of a TOML file.
        names: only these tasks of the benchmark, in any case (`CoLA`, `sst-2`); empty for all.

    Raises:
        UnknownName: no benchmark or task has this name.
        TaskError: the TOML file does not describe a task.
    """
    from trainer.plugin import registry

    if benchmark.endswith(".toml"):
        from trainer.evaluation.tasks.task_file import read_task

        return [read_task(Path(benchmark))]
    offered = registry.offered("tasks")
    classes = {name: cls for name, cls in offered.items() if cls.benchmark == benchmark}  # type: ignore[attr-defined]
    if not classes:
        if benchmark.lower() not in offered:
            known = {cls.benchmark for cls in offered.values() if cls.benchmark} | set(offered)  # type: ignore[attr-defined]
            raise unknown_name("benchmark or task", benchmark.lower(), known)
        classes = {benchmark.lower(): offered[benchmark.lower()]}
    for name in names:
        if name.lower() not in classes:
            raise unknown_name(f"task of {benchmark}", name.lower(), classes)
    wanted = {name.lower() for name in names} or set(classes)
    return [cls() for name, cls in classes.items() if name in wanted]  # type: ignore[misc]


def evaluate(
    benchmark: str,
    *,
    model: Path | str,
    data: Path | str,
    tasks: Sequence[str] = (),
    preset: str = "study",
    seeds: int | None = None,
    out: Path | str | None = None,
    changes: Mapping[str, SettingValue] | None = None,
    learning_rates: Sequence[float] = (),
    device: str = "auto",
    workers: int = 1,
    progress: Progress | None = None,
) -> Evaluation:
    """Fine-tune a model on every task of a benchmark, once per seed, and score it on the dev sets.

    Stored results are reused: they are found by the content of model, tokenizer, data and settings, in `out` and in
    the folder that studies share.

    Args:
        benchmark: `glue`, `squad`, a task's name, or the path of a TOML file that describes a task.
        model: a folder that transformers can open, a run folder, or a hub id.
        data: the folder with the benchmark's files.
        tasks: only these tasks of the benchmark; empty for all.
        preset: `study` or `robust`.
        seeds: how many; None is the preset's number.
        out: the folder of results; None is `evaluation` next to the model (in RUN, for RUN/student).
        changes: fine-tuning settings to replace, by name (`learning-rate`).
        learning_rates: try each, and keep each task's best by the median on the dev set; a note says so.
        device: `cpu`, `cuda`, or `auto`.
        workers: how many models to fine-tune at once, each in its own process.
        progress: called with the task's name, the updates done and the total.

    Raises:
        TaskError: no task could be read, or a task's files are damaged.
        ModelError: the model cannot be fine-tuned.
        ResultDamaged: a stored result was edited.
        StorageError: results cannot be written to `out`.
        WorkerError: a worker died.
    """
    planned = _planned(benchmark, model, data, tasks, preset, seeds, out, changes or {}, learning_rates, device)
    with Workers(workers) as pool:
        results = run_jobs(planned.jobs, planned.splits_of, workers=pool, progress=progress)
    return planned.summarised(results)


def evaluate_together(
    benchmarks: Mapping[str, Mapping[str, SettingValue]],
    *,
    model: Path | str,
    data: Path | str,
    tasks: Sequence[str] = (),
    preset: str = "study",
    seeds: int | None = None,
    device: str = "auto",
    workers: Workers,
    progress: Progress | None = None,
) -> list[Evaluation]:
    """Evaluate a model on several benchmarks, whose fine-tunings share the workers.

    Args:
        benchmarks: the settings to replace on each, as for `evaluate`.
        model: as for `evaluate`.
        data: the folder with all benchmarks' files.
        tasks: only these tasks of GLUE; empty for all.
        preset: `study` or `robust`.
        seeds: how many; None is the preset's number.
        device: `cpu`, `cuda`, or `auto`.
        workers: stay as they are at the end.
        progress: called with the task's name, the updates done and the total.

    Raises:
        CorporaError: as for `evaluate`.
    """
    planned = [
        _planned(name, model, data, tasks if name == "glue" else (), preset, seeds, None, changes, (), device)
        for name, changes in benchmarks.items()
    ]
    jobs = [job for one in planned for job in one.jobs]
    splits_of = {title: splits for one in planned for title, splits in one.splits_of.items()}
    found = iter(run_jobs(jobs, splits_of, workers=workers, progress=progress))
    return [one.summarised([next(found) for _ in one.jobs]) for one in planned]


@dataclass(frozen=True)
class _Planned:
    """The fine-tunings of one evaluation, and what its summary needs."""

    benchmark: str
    jobs: list[FineTuning]
    splits_of: dict[str, Splits]
    missing: dict[str, str]
    model: Path
    place: Path

    def summarised(self, results: Sequence[CellResult]) -> Evaluation:
        """The evaluation, which is also stored.

        Args:
            results: of the jobs, in their order.
        """
        columns = _columns(self.jobs, results, self.splits_of, self.place)
        about = _model_card(self.model, self.jobs[0].identity, results[0].parameters)
        evaluation = Evaluation(self.benchmark, about, columns, self.missing, _scores(self.benchmark, columns))
        name = Path(self.benchmark).stem if self.benchmark.endswith(".toml") else self.benchmark
        write_sealed(self.place / f"{name}.json", evaluation.as_json())
        return evaluation


def _planned(
    benchmark: str, model: Path | str, data: Path | str, tasks: Sequence[str], preset: str, seeds: int | None,
    out: Path | str | None, changes: Mapping[str, SettingValue], rates: Sequence[float], device: str,
) -> _Planned:  # fmt: skip
    """Read the data, and list the fine-tunings of an evaluation."""
    wanted, folder = tasks_of(benchmark, tasks), model_folder(model)
    if out is None and not Path(model).exists():
        raise ModelError(f"{model} comes from the hub; choose a folder for its results: --out DIR")
    place = Path(out) if out else default_out(folder)
    check_writable(place / "cells" / "result")
    read, missing = read_tasks(wanted, Path(data))
    given = {name.replace("-", "_"): value for name, value in changes.items()}
    jobs, identity, where = [], model_fingerprint(folder), chosen(device)
    for task, _ in read:
        settings = _settings(task.head().problem, preset, given, rates, seeds)
        jobs += [FineTuning(task, folder, Path(data), each, seed, place, identity, where) for each, seed in settings]
    return _Planned(benchmark, jobs, {task.title: splits for task, splits in read}, missing, folder, place)


def _settings(
    problem: str, preset: str, changes: Mapping[str, SettingValue], rates: Sequence[float], seeds: int | None
) -> list[tuple[Settings, int]]:
    """The settings and the seed of each fine-tuning on a task."""
    count = seeds or SEEDS[preset][shape_of(problem)]
    every = [
        settings_for(preset, problem, {**changes, **({"learning_rate": rate} if rate else {})})
        for rate in rates or (0.0,)
    ]
    return [(settings, seed) for settings in every for seed in range(count)]


def read_tasks(tasks: Sequence[Task], data: Path) -> tuple[list[tuple[Task, Splits]], dict[str, str]]:
    """Read all tasks that the folder has.

    Args:
        tasks: of one benchmark.
        data: the folder with the benchmark's files.

    Returns:
        Each task with its examples, and why each of the others is missing, by title.

    Raises:
        TaskError: the folder has none of them, or a task's files are damaged.
    """
    read: list[tuple[Task, Splits]] = []
    missing: dict[str, str] = {}
    for task in tasks:
        try:
            read.append((task, task.read(data)))
        except TaskNotFound as error:
            missing[task.title] = str(error)
    if not read:
        raise TaskError("nothing to evaluate on: " + "; ".join(missing.values()))
    return read, missing


def _columns(
    jobs: Sequence[FineTuning], results: Sequence[CellResult], splits_of: Mapping[str, Splits], place: Path
) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for title, splits in splits_of.items():
        tried = [(job, result) for job, result in zip(jobs, results, strict=True) if job.task.title == title]
        done = _best(tried)
        task, settings = done[0][0].task, done[0][0].settings
        for name, dev in splits.dev.items():
            scored = dev.take(range(min(len(dev), settings.dev_rows or len(dev))))
            scores = [result.metrics[name] for _, result in done]
            columns[name] = Column(
                title=name,
                task=task.name,
                metrics={metric: [score[metric] for score in scores] for metric in scores[0]},
                majority=problem_of(task.head()).majority(scored),
                seeds=[job.seed for job, _ in done],
                collapsed=[job.seed for job, result in done if result.collapsed[name]],
                dev_rows=len(scored),
                train_rows=done[0][1].counts["train"],
                cells=[job.cell(splits).path(place / "cells").relative_to(place).as_posix() for job, _ in done],
                preset=settings.preset,
                notes=_notes(task, name, splits, done[0][1], settings) + _chosen_among(tried, settings),
            )
    return columns


def _best(tried: list[JobResult]) -> list[JobResult]:
    """The runs with the learning rate that has the highest median score over the task's dev sets."""

    def score(rate: float) -> float:
        runs = [result.metrics.values() for job, result in tried if job.settings.learning_rate == rate]
        return float(statistics.median(statistics.mean(statistics.mean(one.values()) for one in run) for run in runs))

    best = max(dict.fromkeys(job.settings.learning_rate for job, _ in tried), key=score)
    return [(job, result) for job, result in tried if job.settings.learning_rate == best]


def _chosen_among(tried: list[JobResult], settings: Settings) -> list[str]:
    rates = sorted({job.settings.learning_rate for job, _ in tried})
    if len(rates) < 2:
        return []
    others = ", ".join(f"{rate:g}" for rate in rates)
    return [f"learning rate {settings.learning_rate:g} is the best of {others} on these same dev examples"]


def _notes(task: Task, column: str, splits: Splits, result: CellResult, settings: Settings) -> list[str]:
    notes = list(result.notes)
    for split, examples in (("train", splits.train), ("dev", splits.dev[column])):
        notes += [f"{split}: {count} {reason}" for reason, count in examples.unreadable.items()]
    if truncated := result.counts["truncated"]:
        what = "contexts split into windows" if task.head().problem == "spans" else "train examples truncated"
        notes.append(f"{truncated} {what}")
    official = getattr(task, "dev_rows", {}).get(column)
    if official and len(splits.dev[column]) != official:
        notes.append(
            f"dev has {counted(len(splits.dev[column]), 'example')} instead of the official {official}: "
            "scores are not comparable"
        )
    if settings.dev_rows and settings.dev_rows < len(splits.dev[column]):
        notes.append(f"scored on the first {settings.dev_rows} of {len(splits.dev[column])} dev examples")
    return notes


def _scores(benchmark: str, columns: Mapping[str, Column]) -> dict[str, dict[str, object]]:
    if benchmark != "glue":
        return {}
    made = {
        preset: glue_score({name: column.score for name, column in columns.items()}, preset) for preset in GLUE_PRESETS
    }
    return {preset: {**asdict(score), "name": score.name} for preset, score in made.items()}


def _model_card(folder: Path, identity: Mapping[str, str], parameters: int) -> dict[str, object]:
    return {"name": model_name(folder), "path": str(folder), **identity, "parameters": parameters}


def model_name(folder: Path) -> str:
    """A model's name in tables: its folder's name, or the run's for RUN/student."""
    folder = folder.resolve()
    return folder.parent.name if folder.name == "student" else folder.name


def default_out(folder: Path) -> Path:
    """The default folder for a model's results: `evaluation` in the run of a student, or in the model's own folder."""
    return folder.parent / "evaluation" if folder.name == "student" else folder / "evaluation"
