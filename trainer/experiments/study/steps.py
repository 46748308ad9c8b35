"""The steps of a study: the teacher, each student, their comparison, scores and probes, and the measurement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpora import Dataset, Progress, sha256_of, tokenize
from corpora.errors import counted
from trainer.distillation import CARD, Outcome, RunFolder
from trainer.errors import RunStopped
from trainer.evaluation import Measurements, evaluate_together, measure, read_record, write_sealed
from trainer.evaluation import Progress as ScoringProgress
from trainer.experiments.study.grid import Student, Study
from trainer.experiments.study.held_out import is_current, measure_held_out, read_held_out, write_held_out
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


def finish_teacher(run: StudyRun, shown: StudyCallbacks) -> None:
    """Score and probe the teacher.

    Args:
        run: the study, whose teacher is trained.
        shown: callbacks that follow the steps.
    """
    score_model(run, run.teacher, "teacher", shown)
    probe_model(run, run.teacher, "teacher", shown)


def finish_student(run: StudyRun, student: Student, shown: StudyCallbacks) -> None:
    """Train, compare, score and probe a student; finished steps are not repeated.

    Args:
        run: the study.
        student: which student of the grid.
        shown: callbacks that follow the steps.
    """
    if run.done(student):
        shown.tell(f"{student.name}: found")
    else:
        train_student(run, student, shown)
    compare_student(run, student, shown)
    if run.study.is_scored(student):
        score_model(run, run.folder(student) / "student", student.name, shown)
    probe_model(run, run.folder(student) / "student", student.name, shown)


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


def is_trained(run: StudyRun) -> bool:
    """Whether the teacher is there: trained, or given by the recipe."""
    if run.study.teacher.model is not None:
        return True
    folder = teacher_folder(run)
    return (folder / CARD).is_file() and RunFolder(folder).card().status == "finished"


def make_teacher(run: StudyRun, shown: StudyCallbacks) -> Path:
    """The folder of the teacher, which is pre-trained now if the study asks for it and it does not exist yet.

    Args:
        run: the study.
        shown: callbacks that follow the steps.

    Raises:
        RunStopped: the user asked to stop; the same command resumes.
        RunInUse: another process is training there; the same command resumes.
    """
    from trainer.distillation import pretrain, repeated_by

    folder, study = teacher_folder(run), run.study
    if study.teacher.model is not None:
        return folder
    if is_trained(run):
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
        RunStopped: the user asked to stop; the same command resumes.
        RunInUse: another process is training there; the same command resumes.
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


def compare_student(run: StudyRun, student: Student, shown: StudyCallbacks) -> None:
    """Compare a student with its teacher on the held-out dataset of [distill], if there is one and it is not done yet.

    Args:
        run: the study.
        student: a trained student.
        shown: callbacks that follow the steps.
    """
    dataset = _held_out(run, student)
    if dataset is None or _is_compared(run, student, dataset):
        return
    shown.tell(f"{student.name}: fidelity on {dataset.name}")
    folder, limit = run.folder(student), run.study.distillation(student).held_out_rows
    device = run.study.evaluate.device
    write_held_out(folder, measure_held_out(folder / "student", run.teacher, dataset, limit=limit, device=device))


def is_finished(run: StudyRun, student: Student) -> bool:
    """Whether a student is trained and, if the study does so, compared with its teacher.

    Args:
        run: the study.
        student: which student of the grid.

    Raises:
        ResultDamaged: its card or its weights were changed afterwards.
    """
    if not run.done(student):
        return False
    dataset = _held_out(run, student)
    return dataset is None or _is_compared(run, student, dataset)


def _held_out(run: StudyRun, student: Student) -> Dataset | None:
    """The dataset on which a student is compared with its teacher, tokenized."""
    name = run.study.distillation(student).held_out
    if name is None:
        return None
    dataset = run.dataset(name)
    return tokenize(dataset, tokenizer=str(run.teacher)) if dataset.kind == "sentences" else dataset


def _is_compared(run: StudyRun, student: Student, dataset: Dataset) -> bool:
    folder, limit = run.folder(student), run.study.distillation(student).held_out_rows
    known = read_held_out(folder)
    return known is not None and is_current(known, folder / "student", run.teacher, dataset, limit=limit)


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


def probe_model(run: StudyRun, model: Path, name: str, shown: StudyCallbacks) -> None:
    """Run all the study's probes on a model; finished results are reused.

    Args:
        run: the study.
        model: the model's folder.
        name: of the model, for progress.
        shown: callbacks that follow the steps.
    """
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


def measure_models(run: StudyRun, shown: StudyCallbacks) -> None:
    """Measure the size and speed of the teacher and the first student, once (Table 3).

    Args:
        run: the study, whose students are trained.
        shown: callbacks that follow the steps.
    """
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


def _see_finished(outcome: Outcome, study: Study) -> None:
    if outcome.status != "finished":
        raise RunStopped(
            f"stopped in {outcome.folder} after {outcome.updates:,} of {counted(outcome.total, 'update')}"
            f"{f' ({outcome.reason})' if outcome.reason else ''}; resume with {study.repeat}",
            outcome.signal,
        )
