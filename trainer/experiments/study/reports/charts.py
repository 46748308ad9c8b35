"""The report's other figures: scores by size, scores by composition, and training curves."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING

from trainer.experiments.study.reports.drawing import FAINT, INK, NARROW, QUOTED, SERIES, WIDE, Picture, canvas
from trainer.experiments.study.reports.formats import ReportTable
from trainer.experiments.study.reports.measures import EVERY, KL, Measure
from trainer.experiments.study.reports.quoted import study_score
from trainer.experiments.study.run_results import BASELINES, START, STUDENT, RunResults

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLACES = {"natural": "10%", "shuffle": "Rand.", "generate": "Gen."}
"""The study's transfer dataset for each composition."""
SIZES = {"10%": 402.6e6, "1%": 40.3e6, "0.1%": 4.0e6}
"""Tokens of the study's datasets of natural text."""


@dataclass(frozen=True)
class Point:
    """One student in a figure, or one value published in the study."""

    label: str
    x: float
    """Tokens of the transfer dataset, or the index of its composition."""
    scores: tuple[float, ...]
    """One dot per run or fine-tuning seed."""
    series: str = ""
    """The budget, or the kind of mark; a line joins the points of a series."""
    quoted: bool = False


@dataclass(frozen=True)
class Panel:
    """The data of one measure."""

    measure: Measure
    points: tuple[Point, ...]
    lines: tuple[Point, ...]
    """Baselines, drawn as horizontal lines since they have no position on the x axis."""


def size_picture(outcomes: Sequence[RunResults], preset: str) -> Picture | None:
    """Scores by size of the transfer dataset (the study's Figure 1), one panel per measure.

    Args:
        outcomes: all runs.
        preset: of the GLUE score.

    Returns:
        None with fewer than two sizes.
    """
    runs = [run for run in outcomes if run.role == STUDENT and run.natural]
    if len({run.size for run in runs}) < 2:
        return None
    panels = _panels(outcomes, runs, preset, place=lambda run: float(run.size), theirs=_sizes)
    return _picture("scores-by-size", "Scores by size of the transfer dataset", panels, "tokens", {})


def composition_picture(outcomes: Sequence[RunResults], preset: str) -> Picture | None:
    """Scores by composition of the transfer dataset (the study's Figure 2), one panel per measure.

    Args:
        outcomes: all runs.
        preset: of the GLUE score.

    Returns:
        None with fewer than two compositions.
    """
    runs = of_one_size(outcomes)
    kinds = sorted({run.composition for run in runs}, key=lambda kind: (kind != "natural", kind))
    if len(kinds) < 2:
        return None

    def theirs(measure: Measure) -> list[Point]:
        known = [(kind, study_score(PLACES[kind])) for kind in kinds if kind in PLACES]
        return [
            Point(kind, kinds.index(kind) + 0.18, (score.of(measure.name),), "quoted", quoted=True)
            for kind, score in known
            if score
        ]

    panels = _panels(outcomes, runs, preset, place=lambda run: float(kinds.index(run.composition)), theirs=theirs)
    names = dict(enumerate(kinds))
    return _picture("scores-by-composition", "Scores by composition of the transfer dataset", panels, "", names)


def of_one_size(outcomes: Sequence[RunResults]) -> list[RunResults]:
    """The students on corrupted datasets, and those on the natural datasets closest in size."""
    students = [run for run in outcomes if run.role == STUDENT]
    corrupted, plain = [run for run in students if not run.natural], [run for run in students if run.natural]
    if not corrupted or not plain:
        return []
    size = min({run.size for run in plain}, key=lambda size: min(abs(size - run.size) for run in corrupted))
    return [run for run in students if not run.natural or run.size == size]


def _sizes(measure: Measure) -> list[Point]:
    found = [(name, study_score(name)) for name in SIZES]
    return [
        Point(name, SIZES[name], (score.of(measure.name),), "quoted", quoted=True) for name, score in found if score
    ]


def _panels(
    outcomes: Sequence[RunResults],
    runs: Sequence[RunResults],
    preset: str,
    *,
    place: Callable[[RunResults], float],
    theirs: Callable[[Measure], list[Point]],
) -> list[Panel]:
    made = []
    for measure in EVERY:
        shown = comparable(runs, measure, preset)
        points = [
            Point(run.label, place(run), tuple(scores), run.budget)
            for run in shown
            if (scores := run.scores(measure.name, preset))
        ]
        if not points:
            continue
        beside = [run for run in outcomes if run.role in BASELINES and _alike(run, shown[0], measure, preset)]
        lines = tuple(
            Point(run.label, 0.0, tuple(scores)) for run in beside if (scores := run.scores(measure.name, preset))
        )
        full = measure.name != "glue" or (preset == "sanh9" and len(shown[0].tasks(preset)) == 9)
        quoted = theirs(measure) if full and measure.name in ("glue", "exact match", "f1") else []
        made.append(Panel(measure, (*points, *quoted), lines))
    return made


def comparable(runs: Sequence[RunResults], measure: Measure, preset: str) -> list[RunResults]:
    """The runs whose values are means over the same tasks: the most common set of tasks.

    Args:
        runs: students.
        measure: all runs are comparable by measures other than GLUE.
        preset: of the GLUE score.
    """
    scored = [run for run in runs if run.scores(measure.name, preset)]
    if measure.name != "glue" or not scored:
        return scored
    common, _ = Counter(run.tasks(preset) for run in scored).most_common(1)[0]
    return [run for run in scored if run.tasks(preset) == common]


def _alike(run: RunResults, other: RunResults, measure: Measure, preset: str) -> bool:
    return measure.name != "glue" or run.tasks(preset) == other.tasks(preset)


def _picture(name: str, title: str, panels: list[Panel], below: str, places: dict[int, str]) -> Picture | None:
    if not panels:
        return None
    caption = "One dot per run or fine-tuning seed; lines join the means. Dashed lines are the baselines."
    if any(point.quoted for panel in panels for point in panel.points):
        caption += " Hollow diamonds are the study's own figures, quoted."
    return Picture(
        name, title, caption, lambda narrow: _draw(panels, below, places, narrow), _data(name, title, panels)
    )


def _data(name: str, title: str, panels: Sequence[Panel]) -> ReportTable:
    table = ReportTable(name, title, ("measure", "series", "label", "x", "value"))
    for panel in panels:
        for point in (*panel.points, *panel.lines):
            x = "" if point in panel.lines else f"{point.x:g}"
            for score in point.scores:
                table.add(panel.measure.title, point.series, point.label, x, f"{score:.6g}", quoted=point.quoted)
    return table


def _draw(panels: Sequence[Panel], below: str, places: dict[int, str], narrow: bool) -> Figure:
    width = NARROW if narrow else min(2.5 * len(panels) + 0.6, 12.0)
    figure, every = canvas(width, 2.9, len(panels), narrow=narrow)
    for number, (axes, panel) in enumerate(zip(every, panels, strict=True)):
        _panel(axes, panel, joined=not places)
        axes.set_title(panel.measure.title, loc="left")
        axes.set_ylabel("nats per token" if panel.measure is KL else "percent")
        axes.grid(axis="y")
        if places:
            axes.set_xticks(list(places), list(places.values()), rotation=30, ha="right")
            axes.set_xlim(-0.6, max(places) + 0.6)
        else:
            axes.set_xscale("log")
            axes.set_xlabel(below)
        if number == 0:
            axes.legend(loc="best", fontsize=7.5)
    return figure


def _panel(axes: Axes, panel: Panel, *, joined: bool) -> None:
    colors = cycle(SERIES)
    for series in dict.fromkeys(point.series for point in panel.points):
        points = [point for point in panel.points if point.series == series]
        quoted = points[0].quoted
        color = QUOTED if quoted else next(colors)
        label = "quoted (study)" if quoted else (series or "measured")
        xs = [point.x for point in points for _ in point.scores]
        ys = [score for point in points for score in point.scores]
        fill = "none" if quoted else color
        axes.plot(xs, ys, "D" if quoted else "o", color=color, markerfacecolor=fill, markersize=5, label=label)
        middles = sorted(
            (place, statistics.fmean(y for x, y in zip(xs, ys, strict=True) if x == place)) for place in set(xs)
        )
        if joined and len(middles) > 1:
            axes.plot(*zip(*middles, strict=True), ":" if quoted else "-", color=color, linewidth=1.2)
    _baselines(axes, panel.lines)


def _baselines(axes: Axes, lines: Sequence[Point]) -> None:
    for number, line in enumerate(lines):
        style = "--" if number == 0 else ":"
        axes.axhline(statistics.fmean(line.scores), color=FAINT, linestyle=style, linewidth=1.2, label=line.label)


def curves_picture(outcomes: Sequence[RunResults]) -> Picture | None:
    """Held-out KL by update, one line per run; a dashed line for the initial student.

    Args:
        outcomes: all runs.

    Returns:
        None if no run has measurements during training.
    """
    runs = [run for run in outcomes if run.curves]
    if not runs:
        return None
    starts = [run for run in outcomes if run.role == START and run.scores("kl")]
    table = ReportTable("training-curves", "Held-out KL to the teacher by update", ("run", "budget", "update", "kl"))
    for run in runs:
        for curve in run.curves:
            for update, kl in curve:
                table.add(run.label, run.budget, str(update), f"{kl:.6g}")
    for run in starts:
        table.add(run.label, "", "0", f"{run.scores('kl')[0]:.6g}")
    caption = "One line per run, measured on the same held-out sequences."
    return Picture("training-curves", table.title, caption, lambda narrow: _curves(runs, starts, narrow), table)


def _curves(runs: Sequence[RunResults], starts: Sequence[RunResults], narrow: bool) -> Figure:
    figure, (axes,) = canvas(NARROW if narrow else WIDE, 4.6 if narrow else 3.4, 1, narrow=narrow)
    several = len({run.budget for run in runs}) > 1
    for number, run in enumerate(runs):
        color, style = SERIES[number % len(SERIES)], ("-", "--", ":", "-.")[number // len(SERIES) % 4]
        for which, curve in enumerate(run.curves):
            name = f"{run.label}, {run.budget}" if several else run.label
            axes.plot(*zip(*curve, strict=True), style, color=color, linewidth=1.4, label=None if which else name)
            axes.plot(*curve[-1], "o", color=color, markersize=3.5)
    for run in starts:
        axes.axhline(statistics.fmean(run.scores("kl")), color=INK, linestyle="--", linewidth=1, label=run.label)
    axes.set_xlabel("update")
    axes.set_ylabel("KL, nats per token")
    axes.grid(axis="y")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=1 if narrow else 4)
    return figure
