"""The plan's figure: short runs with the chosen curve, and its predictions for more data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from trainer.experiments.planning.predictions import Prediction
from trainer.experiments.study import NARROW, SERIES, WIDE, Picture, ReportTable, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trainer.experiments.planning.planner import Plan

STEPS = 60


def plan_picture(plan: Plan) -> Picture:
    """The figure of a plan.

    Left: every short run, one line per sample. Right: the planned run with more data, with intervals.
    """
    measure = plan.prepared.measure
    table = ReportTable("plan", "The effect of more data and more updates", ("what", "tokens", "updates", measure.name))
    for run in plan.runs:
        for update, fidelity in run.curve:
            table.add("on the way", f"{run.tokens}", f"{update}", f"{fidelity[measure.key]:.6g}")
        table.add("short run", f"{run.tokens}", f"{run.updates}", f"{run.fidelity[measure.key]:.6g}")
    for what, predictions in (("same updates", plan.same_updates), ("same epochs", plan.same_epochs)):
        for each in predictions:
            value = measure.value(each.loss.value or 0.0)
            table.add(what, f"{each.multiple * plan.prepared.scale.tokens:.0f}", f"{each.updates}", f"{value:.6g}")
    caption = (
        "Left: filled dots are the ends of short runs, to which the curves are fitted. Thin lines are measurements "
        "before the end, at a higher learning rate; they are not fitted. Right: bars are 95 % intervals."
    )
    return Picture("plan", table.title, caption, lambda narrow: _draw(plan, narrow), table)


def _draw(plan: Plan, narrow: bool) -> Figure:
    figure, (left, right) = canvas(NARROW if narrow else WIDE, 3.6, 2, narrow=narrow)
    _runs(left, plan)
    _prediction(right, plan)
    for axes in (left, right):
        axes.set_xscale("log")
        axes.grid(axis="y")
        axes.set_ylabel(plan.prepared.measure.name)
        axes.legend(loc="best", fontsize=7.5)
    return figure


def _runs(axes: Axes, plan: Plan) -> None:
    measure, form = plan.prepared.measure, plan.forms[0].fitted
    samples = sorted({run.tokens for run in plan.runs})
    longest = max(plan.prepared.scale.updates, max(run.updates for run in plan.runs))
    for number, tokens in enumerate(samples):
        color, runs = SERIES[number % len(SERIES)], [run for run in plan.runs if run.tokens == tokens]
        for run in runs:
            way = [(update, fidelity[measure.key]) for update, fidelity in run.curve]
            way.append((run.updates, run.fidelity[measure.key]))
            axes.plot(*zip(*way, strict=True), "-", color=color, linewidth=0.6, alpha=0.5)
            axes.plot(*way[-1], "o", color=color, markersize=5)
        updates = np.geomspace(min(run.updates for run in runs), longest, STEPS)
        losses = form.losses(np.full(STEPS, float(tokens)), updates)
        values = [measure.value(loss) for loss in losses]
        axes.plot(updates, values, "--", color=color, linewidth=1.2, label=f"{tokens:,} tokens")
    axes.set_xlabel("update")
    axes.set_title("Short runs", loc="left")


def _prediction(axes: Axes, plan: Plan) -> None:
    shown = ((plan.same_updates, "as many updates", "s"), (plan.same_epochs, "as many epochs", "o"))
    for number, (predictions, label, mark) in enumerate(shown):
        _bars(axes, plan, predictions, label=label, mark=mark, color=SERIES[number], shift=1 + 0.04 * number)
    times = [each.multiple for each in plan.same_updates]
    axes.set_xticks(times, [f"{each:g}×" for each in times], minor=False)
    axes.set_xticks([], minor=True)
    if plan.prepared.target:
        axes.axhline(plan.prepared.target.value, color=SERIES[3], linestyle=":", linewidth=1.2, label="target")
    axes.set_xlabel("times the data")
    axes.set_title("The planned run", loc="left")


def _bars(
    axes: Axes, plan: Plan, predictions: Sequence[Prediction], *,
    label: str, mark: str, color: str, shift: float,
) -> None:  # fmt: skip
    measure = plan.prepared.measure
    xs = [each.multiple * shift for each in predictions]
    middles, ends = [], []
    for each in predictions:
        value = measure.value(each.loss.value or 0.0)
        low, high = sorted(measure.value(end) for end in (each.loss.low or 0.0, each.loss.high or 0.0))
        middles.append(value)
        ends.append((max(value - low, 0.0), max(high - value, 0.0)))
    axes.errorbar(xs, middles, yerr=np.array(ends).T, fmt=mark + "-", color=color, linewidth=1, capsize=3, label=label)
