"""Run a study: datasets, teacher, students, scores, report; finished steps are never repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpora import Progress, build_datasets, plan_datasets, sha256_of, tokenize
from corpora import open as open_dataset
from corpora.errors import counted
from trainer.distillation import CARD, Outcome, RunFolder
from trainer.errors import RunError
from trainer.evaluation import Measurements, evaluate_together, measure, read_record, write_sealed
from trainer.evaluation import Progress as ScoringProgress
from trainer.experiments.study.grid import Student, Study, read_study
from trainer.experiments.study.held_out import is_current, measure_held_out, read_held_out, write_held_out
from trainer.experiments.study.inputs import check_contents, check_inputs
from trainer.experiments.study.run_results import read_run_results
from trainer.experiments.study.study_run import StudyRun
from trainer.models import load_teacher, load_tokenizer, model_fingerprint, model_folder
from trainer.plugin import Callback
from trainer.runtime import chosen


@contextmanager
def _silent() -> Iterator[Callable[..., None]]:
    yield lambda *told: None


@dataclass(frozen=True)
class StudyCallbacks:
    """Callbacks that follow a study; by default none."""

    tell: Callable[[str], None] = lambda line: None
    """Called with a line whenever a step begins, is reused, or ends."""
    building: Callable[[], AbstractContextManager[Progress]] = _silent
    """Wraps the building of datasets."""
    training: Sequence[Callback] = ()
    scoring: Callable[[], AbstractContextManager[ScoringProgress]] = _silent
    """Wraps each evaluation."""


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
        RunError: the user asked to stop; the same command resumes.
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
    study = run.study
    run.teacher = make_teacher(run, shown)
    score_model(run, run.teacher, "teacher", shown)
    _probed(run, run.teacher, "teacher", shown)
    for student in study.students:
        if run.done(student):
            shown.tell(f"{student.name}: found")
        else:
            train_student(run, student, shown)
        _compared(run, student, shown)
        if study.is_scored(student):
            score_model(run, run.folder(student) / "student", student.name, shown)
        _probed(run, run.folder(student) / "student", student.name, shown)
    if study.table.measure:
        _measured(run, shown)


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
    planned = plan_datasets(study.recipe)
    missing = [step.name for step in planned if step.state != "there"]
    if missing:
        raise RunError(f"{study.path}: {', '.join(missing)} not built yet; run trainer study run {study.path}")
    run = StudyRun(study, {step.name: open_dataset(step.name) for step in planned}, Path())
    run.teacher = teacher_folder(run)
    if not (run.teacher / "config.json").is_file():
        raise RunError(f"{study.path}: the teacher is not trained yet; run trainer study run {study.path}")
    return run


def teacher_folder(run: StudyRun) -> Path:
    """The folder of the teacher, trained or not."""
    teacher = run.study.teacher
    if teacher.model is not None:
        return model_folder(teacher.model)
    identity = {
        "dataset": run.dataset(str(teacher.pretrain)).fingerprint,
        "shape": run.study.shape().options(),
        "options": run.study.pretraining(),
        "preset": run.study.teacher_options.get("preset", "pretrain"),
    }
    return run.out / f"teacher-{sha256_of(identity)[:8]}"


def make_teacher(run: StudyRun, shown: StudyCallbacks) -> Path:
    """The folder of the teacher, which is pre-trained now if the study asks for it and it does not exist yet.

    Args:
        run: the study.
        shown: callbacks that follow the steps.

    Raises:
        RunError: the user asked to stop, or another process is training there; the same command resumes.
    """
    from trainer.distillation import pretrain, repeated_by

    folder, study = teacher_folder(run), run.study
    if study.teacher.model is not None:
        return folder
    if _status(folder) == "finished":
        shown.tell("teacher: found")
        return folder
    shown.tell(f"teacher: pre-training on {study.teacher.pretrain}")
    with repeated_by(study.repeat):
        outcome = pretrain(
            run.dataset(str(study.teacher.pretrain)).reference, folder, shape=study.shape(),
            preset=str(study.teacher_options.get("preset", "pretrain")), options=study.pretraining(),
            watch=shown.training, resume=_begun(folder), overwrite=not _begun(folder),
        )  # fmt: skip
    _see_finished(outcome, study)
    return folder


def train_student(run: StudyRun, student: Student, shown: StudyCallbacks) -> None:
    """Train a student in its run folder, or resume it, and seal the result.

    Args:
        run: the study.
        student: which student of the grid.
        shown: callbacks that follow the steps.

    Raises:
        RunError: the user asked to stop, or another process is training there; the same command resumes.
    """
    from trainer.distillation import distill, repeated_by

    folder = run.folder(student)
    if student.role == "start":
        shown.tell("initial student")
        _write_start(run, student, folder)
    else:
        shown.tell(f"{student.name}: training on {student.transfer}")
        begun = _begun(folder, run.teacher)
        with repeated_by(run.study.repeat):
            outcome = distill(
                run.dataset(student.transfer).reference, run.teacher, folder, preset=run.study.distill_preset,
                options=run.study.options(student), watch=shown.training, resume=begun, overwrite=not begun,
            )  # fmt: skip
        _see_finished(outcome, run.study)
    write_sealed(
        folder / "student.json", {"identity": run.identity(student), "model": model_fingerprint(folder / "student")}
    )


def _write_start(run: StudyRun, student: Student, folder: Path) -> None:
    """Save the initial student of every distillation as a run without updates."""
    from trainer.distillation import starting_student
    from trainer.models import ModelFacts, write_model

    recipe = run.study.distillation(student)
    model = starting_student(recipe, load_teacher(run.teacher))
    folder.mkdir(parents=True, exist_ok=True)
    card = {
        "kind": "start", "preset": run.study.distill_preset, "recipe": recipe.options(), "status": "finished",
        "updates": 0, "plan": {"updates": 0}, "dataset": {"name": "none", "fingerprint": "", "rows": 0, "tokens": 0},
        "teacher": {"model": str(run.teacher)},
        "student": {"class": type(model).__name__, "parameters": sum(p.numel() for p in model.parameters())},
    }  # fmt: skip
    facts = ModelFacts(
        made="initialised from", kind="start", student=type(model).__name__,
        sources=(Path(run.teacher).name,), parameters=sum(p.numel() for p in model.parameters()),
        preset=Path(run.study.distill_preset).name,
    )  # fmt: skip
    write_model(model, load_tokenizer(model_folder(run.teacher)), folder / "student", facts=facts)
    RunFolder(folder).write_card({key: value for key, value in card.items() if key != "dataset"})


def _compared(run: StudyRun, student: Student, shown: StudyCallbacks) -> None:
    """Compare a student with its teacher on the held-out dataset of [distill], if there is one."""
    recipe, folder = run.study.distillation(student), run.folder(student)
    if recipe.held_out is None:
        return
    dataset, model = run.dataset(recipe.held_out), folder / "student"
    if dataset.kind == "sentences":
        dataset = tokenize(dataset, tokenizer=str(run.teacher))
    known = read_held_out(folder)
    if known is None or not is_current(known, model, run.teacher, dataset, limit=recipe.held_out_rows):
        shown.tell(f"{student.name}: fidelity on {dataset.name}")
        device = run.study.evaluate.device
        write_held_out(folder, measure_held_out(model, run.teacher, dataset, limit=recipe.held_out_rows, device=device))


def score_model(run: StudyRun, model: Path, name: str, shown: StudyCallbacks) -> None:
    """Evaluate a model on all the study's benchmarks; finished cells are reused.

    Args:
        run: the study.
        model: the model's folder.
        name: of the model, for progress.
        shown: callbacks that follow the steps.
    """
    study, table = run.study, run.study.evaluate
    if not study.benchmarks:
        return
    shown.tell(f"{name}: {', '.join(study.benchmarks)}")
    with shown.scoring() as progress:
        evaluate_together(
            {benchmark: study.tuning.get(benchmark, {}) for benchmark in study.benchmarks}, model=model,
            data=table.data, tasks=table.tasks, preset=table.preset, seeds=table.seeds, device=table.device,
            workers=run.workers, progress=progress,
        )  # fmt: skip
    if chosen(table.device) != "cpu":
        run.workers.close()  # what they hold of the GPU's memory is needed for training


def _probed(run: StudyRun, model: Path, name: str, shown: StudyCallbacks) -> None:
    """Run all the study's probes on a model; finished results are reused."""
    from trainer.evaluation.probes import probe

    table = run.study.probes
    if table is None:
        return
    shown.tell(f"{name}: probes")
    held_out = run.dataset(table.held_out).reference if table.held_out else None
    with shown.scoring() as progress:
        probe(
            [model], table.probes(held_out), teacher=run.teacher, device=run.study.evaluate.device,
            precision=table.precision, progress=progress,
        )  # fmt: skip


def _measured(run: StudyRun, shown: StudyCallbacks) -> None:
    """Measure the teacher and the first student, once (Table 3)."""
    path = run.out / "measure.json"
    students = [student for student in run.study.students if student.role == "distill"]
    models = [run.teacher, run.folder(students[0]) / "student"]
    wanted = [str(model) for model in models]
    if path.is_file() and [model.path for model in read_record(path, Measurements).models] == wanted:
        return
    shown.tell("measuring teacher and student")
    data = run.study.evaluate.data
    pairs = any((folder / "STS-B").is_dir() for folder in (data, data / "glue"))
    measure(models, data=data if pairs else None, out=path)


def _begun(folder: Path, teacher: Path | None = None) -> bool:
    """Whether to resume a run: it has a checkpoint, and its teacher is the same."""
    if not any((folder / "checkpoints").glob("update-*")):
        return False
    return teacher is None or _weights(folder) == model_fingerprint(teacher)["weights"]


def _weights(folder: Path) -> str | None:
    """The fingerprint of the weights of a run's teacher."""
    teacher = RunFolder(folder).card().teacher
    return teacher.weights if teacher else None


def _status(folder: Path) -> str:
    return RunFolder(folder).card().status if (folder / CARD).is_file() else "missing"


def _see_finished(outcome: Outcome, study: Study) -> None:
    if outcome.status != "finished":
        raise RunError(
            f"stopped in {outcome.folder} after {outcome.updates:,} of {counted(outcome.total, 'update')}"
            f"{f' ({outcome.reason})' if outcome.reason else ''}; resume with {study.repeat}"
        )
