"""Plan a distillation: do short runs, fit them, and predict the effect of more data and more updates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corpora import OptionError
from trainer.distillation import RunSettings, StartingPoint, resolve, starting_point
from trainer.experiments.planning.choice import EvaluatedForm, compare_forms, rivals
from trainer.experiments.planning.design import ShortRun, short_runs
from trainer.experiments.planning.fitting import Point
from trainer.experiments.planning.measures import Measure, Target, target_of
from trainer.experiments.planning.predictions import (
    RESAMPLES,
    Bootstrap,
    Estimate,
    Prediction,
    Requirement,
    Scale,
    bootstrap,
    crossover,
    predict_multiples,
    requirement,
)
from trainer.experiments.planning.short_runs import CHOSEN, ShortRunResult, ShortRunSettings, run_short_run
from trainer.plugin import Callback

SHARE = 16
"""The planned run has this many times as many updates as the longest short run."""
SHORTEST = 32
"""The minimum updates of the longest short run."""

Role = Literal["chosen", "rival", "other"]


@dataclass(frozen=True)
class PreparedPlan:
    """The short runs of a plan, before any is done."""

    start: StartingPoint
    runs: Sequence[ShortRun]
    measure: Measure
    target: Target | None
    sequences: int
    base: ShortRunSettings

    @property
    def scale(self) -> Scale:
        """The amount of data and the updates of the planned run."""
        per_epoch = -(-self.start.rows // self.sequences)
        return Scale(float(self.start.tokens), self.start.tokens / per_epoch, self.start.updates)

    @property
    def tokens(self) -> int:
        """The tokens that all short runs train on."""
        return round(sum(run.updates for run in self.runs) * self.scale.tokens_per_update)


@dataclass(frozen=True)
class Plan:
    """The predictions from short runs."""

    prepared: PreparedPlan
    runs: Sequence[ShortRunResult]
    forms: Sequence[EvaluatedForm]
    """The chosen form first."""
    same_updates: Sequence[Prediction]
    """With 1, 2, 4 and 10 times the data, and the planned number of updates."""
    same_epochs: Sequence[Prediction]
    """With 1, 2, 4 and 10 times the data and updates."""
    crossover: Estimate
    """The update from which doubling the data helps more than doubling the updates."""
    need: Requirement | None
    bootstrap: Bootstrap

    def role(self, form: EvaluatedForm) -> Role:
        """Whether a form is the chosen one, a rival that the short runs do not tell apart from it, or neither."""
        if form is self.bootstrap.chosen:
            return "chosen"
        return "rival" if any(form is rival for rival in self.bootstrap.rivals) else "other"

    @property
    def reached_by(self) -> ShortRunResult | None:
        """The best short run if it reaches the target; None without a target."""
        measure, target = self.prepared.measure, self.prepared.target
        best = min(self.runs, key=lambda run: measure.loss(run.fidelity[measure.key]))
        reached = target is not None and measure.loss(best.fidelity[measure.key]) <= target.loss
        return best if reached else None


def prepare_plan(
    dataset: str,
    teacher: str | Path | Sequence[str | Path],
    out: Path | str = "plan",
    *,
    runs: int = 6,
    updates: int | None = None,
    target: str | None = None,
    preset: str = "study",
    options: Mapping[str, object] | None = None,
) -> PreparedPlan:
    """Check everything about a plan and choose its short runs, without doing any.

    Args:
        dataset: the transfer dataset, `NAME`, `NAME@TAG` or `NAME@FINGERPRINT`.
        teacher: a folder or a hub id, or several with the same vocabulary.
        out: the plan's folder; the short runs are in its `runs`.
        runs: the number of short runs.
        updates: of the longest one; by default a sixteenth of the planned run's, at least 32.
        target: the value to reach, `kl=0.3` or `agreement=0.8`.
        preset: as in `distill`.
        options: settings of the planned run, by name on the command line; `held-out` is required.

    Raises:
        OptionError: too few runs, no held-out dataset, or a target that is malformed or already reached before
            training.
        ModelError, TransferError: teacher or dataset cannot be used, or the dataset is too small.
    """
    measure, wanted = target_of(target)
    given = dict(options or {})
    recipe = resolve(preset, given)
    _check(recipe, given, dataset)
    start = starting_point(dataset, teacher, preset=preset, options=given)
    if measure.key not in start.fidelity:
        raise OptionError(
            f"{measure.name} on held-out text cannot be measured with the losses {', '.join(recipe.loss)}; "
            "a plan needs a loss on the logits, such as soft-target"
        )
    if wanted is not None and measure.loss(start.fidelity[measure.key]) <= wanted.loss:
        raise OptionError(
            f"--target {measure.name}={wanted.value:g} is already reached before training: the student starts at "
            f"{start.fidelity[measure.key]:.3g}"
        )
    longest = updates or max(SHORTEST, start.updates // SHARE)
    name = start.dataset.partition("@")[0]
    made = short_runs(runs, rows=start.rows, sequences=recipe.sequences, updates=longest, dataset=name)
    teachers = [teacher] if isinstance(teacher, str | Path) else list(teacher)
    base = ShortRunSettings(start, teachers, preset, given, Path(out), "the same command")
    return PreparedPlan(start, made, measure, wanted, recipe.sequences, base)


def plan_distillation(
    prepared: PreparedPlan,
    *,
    watch: Sequence[Callback] = (),
    tell: Callable[[str], None] = lambda line: None,
    resamples: int = RESAMPLES,
) -> Plan:
    """Predict the effect of more data and more updates on a distillation, from short runs on nested samples.

    Args:
        prepared: the result of `prepare_plan`.
        watch: callbacks that follow each run.
        tell: called with a line for each short run.
        resamples: of the bootstrap.

    Raises:
        RunError: the user asked to stop; the same call resumes.
        ResultDamaged: the stored result of a run was edited.
    """
    done = [run_short_run(prepared.base, run, watch=watch, tell=tell) for run in prepared.runs]
    return fitted_plan(prepared, done, resamples=resamples)


def fitted_plan(prepared: PreparedPlan, runs: Sequence[ShortRunResult], *, resamples: int = RESAMPLES) -> Plan:
    """The predictions from finished short runs.

    Args:
        prepared: the plan.
        runs: the short runs, with their measurements.
        resamples: of the bootstrap.
    """
    points, scale = points_of(runs, prepared.measure, prepared.start.fidelity[prepared.measure.key]), prepared.scale
    forms = compare_forms(points)
    made = bootstrap(forms[0], points, rivals=rivals(forms), resamples=resamples)
    speeds = [run.tokens_per_second for run in runs if run.tokens_per_second]
    return Plan(
        prepared, runs, forms,
        same_updates=predict_multiples(made, scale, speeds, grow=False),
        same_epochs=predict_multiples(made, scale, speeds, grow=True),
        crossover=made.of(lambda fitted: crossover(fitted, scale)),
        need=requirement(made, scale, prepared.target.loss) if prepared.target else None, bootstrap=made,
    )  # fmt: skip


def points_of(runs: Sequence[ShortRunResult], measure: Measure, start: float) -> list[Point]:
    """Finished runs as points to fit: the measurement at the end of each, never those before.

    Args:
        runs: the short runs.
        measure: the measurement to fit.
        start: the measurement of the untrained student.
    """
    began = measure.loss(start)
    return [Point(run.tokens, run.updates, measure.loss(run.fidelity[measure.key]), began) for run in runs]


def _check(recipe: RunSettings, given: Mapping[str, object], dataset: str) -> None:
    name = dataset.partition("@")[0]
    if recipe.held_out is None:
        raise OptionError(
            f"a plan needs held-out text; make it with `corpora split {name} --held-out 0.05`, "
            f"then plan with --dataset {name}-train --held-out {name}-held-out"
        )
    for setting in set(CHOSEN[2:]) & set(given):
        raise OptionError(f"--{setting} is decided by the plan; leave it out")
    if recipe.budget_parts[1] <= 0:
        raise OptionError(f"--budget is {recipe.budget}, so the planned run has no updates; use for example epochs=3")
