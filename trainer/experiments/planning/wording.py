"""The answers of a plan as sentences, for the command line and the page."""

from __future__ import annotations

from corpora.errors import counted
from trainer.experiments.planning.choice import EvaluatedForm
from trainer.experiments.planning.fitting import NOISE
from trainer.experiments.planning.measures import Measure
from trainer.experiments.planning.planner import Plan
from trainer.experiments.planning.predictions import Estimate, Requirement, data_needed


def sentences(plan: Plan) -> list[str]:
    """The answers of a plan: more data or more updates, the target, and how far the curves are extrapolated."""
    return [_crossover(plan), *_target(plan), _trust(plan), *_cautions(plan)]


def in_words(estimate: Estimate, measure: Measure) -> str:
    """A loss, converted to the measurement, with its interval.

    Args:
        estimate: of the loss.
        measure: the measurement.
    """
    ends = [None if end is None else measure.value(end) for end in (estimate.low, estimate.high)]
    low, high = reversed(ends) if measure.rises else ends
    return _spelled(None if estimate.value is None else measure.value(estimate.value), low, high, "{:.3f}")


def hours_in_words(hours: Estimate) -> str:
    """A time with its interval, in hours, or in minutes below one hour."""
    if (hours.value or 0) >= 1:
        return _spelled(hours.value, hours.low, hours.high, "{:,.1f}") + " h"
    value, low, high = (None if each is None else 60 * each for each in (hours.value, hours.low, hours.high))
    return _spelled(value, low, high, "{:.1f}") + " min"


def _crossover(plan: Plan) -> str:
    scale, found = plan.prepared.scale, plan.crossover
    chosen, *others = [_gain(form, plan) for form in (plan.bootstrap.chosen, *plan.bootstrap.rivals)]
    if max(chosen, *others, 0.0) < NOISE:
        return (
            f"Neither more data nor more updates helps by more than chance: ten times both lowers the loss by less "
            f"than {NOISE:.0%}. If the short runs do not fall either, they are too short; use more --updates."
        )
    if chosen < NOISE:
        most = plan.bootstrap.rivals[others.index(max(others))]
        return (
            "These runs do not tell whether more data and more updates help: ten times both lowers the loss by less "
            f"than {NOISE:.0%} by the chosen form, and by {max(others):.0%} by {most.fitted.form.formula}, whose error "
            f"on the runs left out is {most.error:.1%}. Use more --updates."
        )
    if found.value is None:
        return "As far as these runs show, doubling the updates helps more than doubling the data at any length."
    epochs = found.value * scale.tokens_per_update / scale.tokens
    where = "before the planned run ends" if found.value < scale.updates else "after the planned run ends"
    return (
        f"Doubling the data helps more than doubling the updates from update {_many(found)}, after {epochs:,.1f} "
        f"epochs, {where} ({scale.updates:,} updates)."
    )


def _gain(form: EvaluatedForm, plan: Plan) -> float:
    """The share by which ten times the data and the updates lower the loss."""
    scale, (first, *_, last) = plan.prepared.scale, plan.same_epochs
    now, then = (
        form.fitted.loss(scale.seen(each.multiple * scale.tokens, each.updates), each.updates) for each in (first, last)
    )
    return 1 - then / now


def _target(plan: Plan) -> list[str]:
    target, required = plan.prepared.target, plan.need
    if target is None or required is None:
        return []
    said = f"{target.measure.name}={target.value:g}"
    if best := plan.reached_by:
        value = best.fidelity[target.measure.key]
        return [f"{said} is already reached: the short run {best.folder} ends at {value:.3f}."]
    return _reached(said, plan, required, target.measure)


def _reached(said: str, plan: Plan, required: Requirement, measure: Measure) -> list[str]:
    scale, times = plan.prepared.scale, required.multiple
    epochs = scale.updates * scale.tokens_per_update / scale.tokens
    if times.value is None and times.low is not None:
        return [
            f"These runs do not tell whether {said} can be reached: the chosen form ends at "
            f"{in_words(required.floor_of_data, measure)}, but in the best case {_times(times.low)} times the data and "
            f"{epochs:g} epochs reach it ({_optimists(plan)})."
        ]
    if times.value is None:
        return [
            f"{said} is out of reach: with any amount of data and any number of updates, these curves end at "
            f"{in_words(required.floor_of_data, measure)}. A larger student or another loss may reach it."
        ]
    alone = (
        f"{said} is out of reach with this dataset alone, with any number of updates: the curve ends at "
        f"{in_words(required.floor, measure)}."
        if required.updates.value is None
        else f"{said} needs {_many(required.updates)} updates on this dataset; {scale.updates:,} are planned."
    )
    return [
        alone,
        f"With {epochs:g} epochs, it needs {_spelled(times.value, times.low, times.high, '{:.3g}')} times the data.",
    ]


def _optimists(plan: Plan) -> str:
    """Why a target is open: the rival forms that reach it; without one, resamples of the chosen form."""
    target, scale = plan.prepared.target, plan.prepared.scale
    rivals = [
        rival.fitted.form.formula
        for rival in plan.bootstrap.rivals
        if target is not None and data_needed(rival.fitted, scale, target.loss) is not None
    ]
    return f"by {' and by '.join(rivals)}" if rivals else "by the chosen form, fitted to resamples of the runs"


def _trust(plan: Plan) -> str:
    (chosen, *others), rivals = plan.forms, plan.bootstrap.rivals
    apart = (
        f" The intervals include {counted(len(rivals), 'form')} that these runs do not tell apart from the chosen one."
    )
    far = plan.same_updates[0].updates / max(run.updates for run in plan.runs)
    data = plan.prepared.scale.tokens / max(run.tokens for run in plan.runs)
    return (
        f"From the smaller short runs, the form {chosen.fitted.form.formula} predicted the largest ones with a mean "
        f"error of {chosen.error:.1%}, and the next best form, {others[0].fitted.form.formula}, with "
        f"{others[0].error:.1%}.{apart if rivals else ''} The planned run has {far:,.1f} times the updates and "
        f"{data:,.1f} times the data of the largest short run: the larger these factors, the less reliable are the "
        "intervals."
    )


def _cautions(plan: Plan) -> list[str]:
    measure, said = plan.prepared.measure, []
    start = measure.loss(plan.prepared.start.fidelity[measure.key])
    worse = [run for run in plan.runs if measure.loss(run.fidelity[measure.key]) >= start]
    if worse:
        said.append(
            f"{len(worse)} of {len(plan.runs)} short runs end no better than the untrained student "
            f"({measure.value(start):.3f}): they are too short to be useful; use more --updates."
        )
    if plan.forms[0].error > 0.15:
        said.append("This error is above 15 %: use more --runs or more --updates before relying on the predictions.")
    return said


def _many(estimate: Estimate) -> str:
    return _spelled(estimate.value, estimate.low, estimate.high, "{:,.0f}")


def _times(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _spelled(value: float | None, low: float | None, high: float | None, form: str) -> str:
    if value is None:
        return "never"
    first = "no bound" if low is None else form.format(low)
    last = "no bound" if high is None else form.format(high)
    return f"{form.format(value)} ({first} to {last})"
