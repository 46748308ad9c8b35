"""A study as described in its recipe file: read and check the tables, and lay out the grid of students."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from corpora import Component, Recipe, RecipeError, option, read_recipe
from trainer.distillation import RunSettings as Distillation
from trainer.distillation import Shape, resolve
from trainer.evaluation import SettingValue, settings_for
from trainer.evaluation.probes import chosen_probes
from trainer.plugin import Probe

Role = Literal["distill", "masked-lm", "start"]


@dataclass(frozen=True)
class StudyTable(Component):
    """The `[study]` table: the students to compare."""

    name: ClassVar[str] = "study"
    transfer: tuple[str, ...] = option(..., "The names of the transfer datasets to compare.")
    fidelity_only: tuple[str, ...] = option(
        (), "More transfer datasets, whose students are compared but not fine-tuned."
    )
    budgets: tuple[str, ...] = option(
        (), "Budgets for each dataset (epochs=3, updates=1000); default: that of [distill]."
    )
    seeds: tuple[int, ...] = option((42,), "Seeds of the distillation.", min=0)
    baselines: tuple[str, ...] = option(
        ("start", "masked-lm"), "Baselines to include: start, masked-lm, both, or none."
    )
    out: Path = option(Path("study"), "The folder of the study.", decides=False)
    title: str = option("Distilling BERT: what the transfer dataset does", "The report's title.", decides=False)
    score: Literal["sanh9", "glue8", "leaderboard"] = option("sanh9", "Which GLUE score the report shows.")
    measure: bool = option(True, "Whether to measure size and inference time of teacher and student.")
    workers: int = option(
        1, "How many students to train, and models to fine-tune, side by side; on a GPU, only to fine-tune.", min=1,
        decides=False,
    )  # fmt: skip


@dataclass(frozen=True)
class TeacherTable(Component):
    """The `[teacher]` table: a model to use, or a dataset to pre-train one on."""

    name: ClassVar[str] = "teacher"
    model: str | None = option(None, "A model folder, or a hub id with its revision, ID@REVISION.")
    pretrain: str | None = option(None, "The dataset to pre-train a small teacher on.")


@dataclass(frozen=True)
class EvaluateTable(Component):
    """The `[evaluate]` table: the tasks to score students on."""

    name: ClassVar[str] = "evaluate"
    data: Path = option(..., "The folder with the tasks, or with folders glue and squad.")
    tasks: tuple[str, ...] = option((), "GLUE tasks, such as CoLA; default: all that are in the folder.")
    glue: bool = option(True, "Whether to evaluate on GLUE.")
    squad: bool = option(True, "Whether to evaluate on SQuAD.")
    preset: Literal["study", "robust"] = option("study", "How to fine-tune.")
    seeds: int | None = option(None, "Number of fine-tuning seeds; default: the preset's.", min=1)
    workers: int | None = option(None, "How many models to fine-tune at once; default: workers of [study].", min=1)
    device: str = option("auto", "cpu, cuda, or auto.")


@dataclass(frozen=True)
class ProbesTable(Component):
    """The `[probes]` table: measurements of teacher and students without fine-tuning."""

    name: ClassVar[str] = "probes"
    pairs: Path | None = option(None, "Minimal pairs: a JSONL file (may be gzipped), or a folder of them.")
    pairs_per_paradigm: int | None = option(None, "Use only this many pairs of each paradigm.", min=1)
    held_out: str | None = option(None, "Fidelity: a dataset that no model is trained on.")
    rows: int | None = option(None, "Fidelity: how many rows to use; default: 2,000.", min=1)
    probe: tuple[str, ...] = option((), "Other probes, NAME:key=value,….")
    precision: Literal["auto", "bf16", "fp16", "fp32"] = option("fp32", "Precision of matrix products.")

    def probes(self, held_out: str | None = None) -> list[Probe]:
        """The probes of the table.

        Args:
            held_out: the held-out dataset with its fingerprint, once it is built.

        Raises:
            OptionError: the table has no probe.
            UnknownName: no plugin has a probe with this name.
        """
        return chosen_probes(
            pairs=self.pairs, pairs_per_paradigm=self.pairs_per_paradigm, held_out=held_out or self.held_out,
            rows=self.rows, others=self.probe,
        )  # fmt: skip


@dataclass(frozen=True)
class Student:
    """One student of the grid."""

    role: Role
    transfer: str
    """The transfer dataset; empty for the initial student."""
    budget: str
    seed: int

    @property
    def name(self) -> str:
        """The beginning of the run folder's name."""
        parts = [self.role if self.role != "distill" else "", self.transfer, self.budget.replace("=", "-")]
        return "-".join([*filter(None, parts), f"seed-{self.seed}"])


@dataclass(frozen=True)
class Study:
    """A study: its datasets, teacher, grid of students, and evaluation."""

    path: Path
    recipe: Recipe
    table: StudyTable
    teacher: TeacherTable
    teacher_options: Mapping[str, object]
    distill_preset: str
    distill_options: Mapping[str, object]
    evaluate: EvaluateTable
    tuning: Mapping[str, Mapping[str, SettingValue]]
    """Fine-tuning settings to replace, by benchmark."""
    probes: ProbesTable | None = None
    """None if nothing is probed."""
    command: str = "trainer study run"
    """The command that runs the file."""

    @property
    def repeat(self) -> str:
        """The command with its file, for messages on how to continue."""
        return f"{self.command} {self.path}"

    @property
    def workers(self) -> int:
        """The number of processes that train and fine-tune models side by side."""
        return self.evaluate.workers or self.table.workers

    @property
    def benchmarks(self) -> list[str]:
        """The benchmarks to evaluate on: `glue`, `squad`, both or none."""
        return [name for name in ("glue", "squad") if getattr(self.evaluate, name)]

    @property
    def students(self) -> list[Student]:
        """The grid, baselines first."""
        budgets = self.table.budgets or (self.distillation().budget,)
        first, seeds = self.table.transfer[0], self.table.seeds
        made = [Student("start", "", "", seeds[0])] if "start" in self.table.baselines else []
        if "masked-lm" in self.table.baselines:
            made += [Student("masked-lm", first, budgets[0], seed) for seed in seeds]
        return made + [
            Student("distill", transfer, budget, seed)
            for budget in budgets
            for transfer in (*self.table.transfer, *self.table.fidelity_only)
            for seed in seeds
        ]

    def is_scored(self, student: Student) -> bool:
        """Whether a student is fine-tuned on the tasks, in addition to being compared with the teacher."""
        return student.transfer not in self.table.fidelity_only

    def distillation(self, student: Student | None = None) -> Distillation:
        """The distillation recipe.

        Args:
            student: whose seed, budget and loss to use; None for the recipe of the file.

        Raises:
            UnknownName, RecipeError, OptionError: see `resolve`.
        """
        return resolve(self.distill_preset, self.options(student))

    def options(self, student: Student | None) -> dict[str, object]:
        """The settings that replace the preset's in a student's distillation.

        Args:
            student: None for the settings of the file.
        """
        options = dict(self.distill_options)
        if student is not None:
            options |= {"seed": student.seed} | ({"budget": student.budget} if student.budget else {})
            if student.role == "masked-lm":
                options["loss"] = ["masked-lm"]
        return options

    def shape(self) -> Shape:
        """The shape of a teacher that the study pre-trains."""
        known = {"layers", "hidden", "heads", "feed-forward", "positions", "dropout"}
        return Shape.from_options({key: value for key, value in self.teacher_options.items() if key in known})

    def pretraining(self) -> dict[str, object]:
        """The settings that replace the preset's when the teacher is pre-trained."""
        shape = self.shape().options()
        return {key: value for key, value in self.teacher_options.items() if key not in shape and key != "preset"}


def read_study(path: Path | str) -> Study:
    """Read and check a study's recipe file before any work is done.

    Args:
        path: the file; paths in it are relative to its folder.

    Raises:
        RecipeError: a table is missing, or has an unknown key or a wrong value.
    """
    recipe = read_recipe(Path(path))
    return study_of(Path(path), recipe, dict(recipe.rest))


def study_of(path: Path, recipe: Recipe, rest: dict[str, Any]) -> Study:
    """A study from its tables.

    Args:
        path: the recipe file, to which other paths are relative.
        recipe: the datasets.
        rest: the other tables.

    Raises:
        RecipeError: a table is missing, or has an unknown key or a wrong value.
    """
    try:
        for needed in ("study", "teacher", "evaluate"):
            if needed not in rest:
                raise RecipeError(f"the table [{needed}] is missing; see docs/how-to/study.md")
        study = _study(path, recipe, rest)
        _check(study)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError, RecipeError) as error:
        raise RecipeError(f"{path}: {error}") from error
    return study


def _study(path: Path, recipe: Recipe, rest: dict[str, Any]) -> Study:
    evaluate, distill, teacher = dict(rest["evaluate"]), dict(rest.get("distill", {})), dict(rest["teacher"])
    tuning = {name: evaluate.pop(name) for name in ("glue", "squad") if isinstance(evaluate.get(name), dict)}
    chosen = {key: teacher.pop(key) for key in ("model", "pretrain") if key in teacher}
    table, scored = StudyTable.from_options(rest["study"]), EvaluateTable.from_options(evaluate)
    if "model" in chosen and (path.parent / str(chosen["model"])).exists():
        chosen["model"] = str(path.parent / str(chosen["model"]))
    return Study(
        path=path,
        recipe=recipe,
        table=replace(table, out=path.parent / table.out.expanduser()),
        teacher=TeacherTable.from_options(chosen),
        teacher_options=teacher,
        distill_preset=_preset(path, distill.pop("preset", "study")),
        distill_options=distill,
        evaluate=replace(scored, data=path.parent / scored.data.expanduser()),
        tuning=tuning,
        probes=_probes(path, rest),
    )


def _preset(path: Path, preset: Any) -> str:
    """A preset's name, or its file, looked up in the recipe's folder first."""
    there = path.parent / str(preset)
    return str(there) if str(preset).endswith(".toml") and there.exists() else str(preset)


def _probes(path: Path, rest: dict[str, Any]) -> ProbesTable | None:
    if "probes" not in rest:
        return None
    table = ProbesTable.from_options(rest["probes"])
    return table if table.pairs is None else replace(table, pairs=path.parent / table.pairs)


def _check(study: Study) -> None:
    if (study.teacher.model is None) == (study.teacher.pretrain is None):
        raise RecipeError("[teacher] needs either model or pretrain")
    for baseline in study.table.baselines:
        if baseline not in ("start", "masked-lm"):
            raise RecipeError(f"[study] baselines contains {baseline!r}; the choices are start and masked-lm")
    if not study.table.transfer or not study.table.seeds:
        raise RecipeError("[study] needs at least one transfer dataset and one seed")
    for key in ("transfer", "seeds", "budgets", "fidelity-only"):
        values = getattr(study.table, key.replace("-", "_"))
        if twice := [value for value in values if values.count(value) > 1]:
            raise RecipeError(f"[study] {key} lists {twice[0]} twice")
    both = set(study.table.transfer) & set(study.table.fidelity_only)
    if both:
        raise RecipeError(f"[study] transfer and fidelity-only both list {', '.join(sorted(both))}")
    if study.table.fidelity_only and not (study.probes or study.distillation().held_out):
        raise RecipeError("[study] fidelity-only needs held-out in [distill], or [probes]")
    if study.table.workers > 1 and study.workers != study.table.workers:
        raise RecipeError("[study] and [evaluate] have different workers; both use the same processes, so set one")
    for student in study.students:
        study.distillation(student)
    if study.probes is not None:
        study.probes.probes()
    if study.teacher.pretrain is not None:
        study.shape()
        resolve(str(study.teacher_options.get("preset", "pretrain")), study.pretraining())
    for benchmark, problem in (("glue", "classification"), ("squad", "spans")):
        settings_for(study.evaluate.preset, problem, dict(study.tuning.get(benchmark, {})))
