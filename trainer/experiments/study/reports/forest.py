"""The figure that answers a question: one row per pair of students, with its difference and interval by measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trainer.experiments.study.reports.comparisons import Comparison, Question, difference_table
from trainer.experiments.study.reports.drawing import FAINT, INK, LINE, NARROW, QUOTED, SERIES, WIDE, Picture, canvas
from trainer.experiments.study.reports.measures import DRAWN, KL, Measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.34
"""The height of a row, in inches."""


def forest(question: Question) -> Picture | None:
    """The forest plot of a question; None if nothing can be compared."""
    measures = [measure for measure in DRAWN if any(pair.of(measure) for pair in question.comparisons)]
    rows = [pair for pair in question.comparisons if any(pair.of(measure) for measure in measures)]
    if not rows:
        return None
    caption = (
        "Each row compares two students. To the right of zero, the first one is better. The bar is the 95 % interval, "
        "grey if neither is better."
    )
    if any(each.quoted is not None for pair in rows for each in pair.differences.values()):
        caption += " Hollow diamonds are the study's own differences, quoted."
    return Picture(
        question.name,
        question.title,
        caption,
        lambda narrow: _draw(rows, measures, narrow),
        difference_table([question]),
    )


def _draw(rows: Sequence[Comparison], measures: Sequence[Measure], narrow: bool) -> Figure:
    height = 0.75 + ROW * len(rows) * (1.6 if narrow else 1)
    width = NARROW if narrow else min(WIDE, 4.6 + 2.3 * len(measures))
    figure, panels = canvas(width, height, len(measures), narrow=narrow)
    for number, (axes, measure) in enumerate(zip(panels, measures, strict=True)):
        _panel(axes, rows, measure, named=narrow or number == 0, narrow=narrow)
    return figure


def _panel(axes: Axes, rows: Sequence[Comparison], measure: Measure, *, named: bool, narrow: bool) -> None:
    axes.axvline(0, color=FAINT, linewidth=0.9, zorder=1)
    for place, pair in enumerate(rows):
        each = pair.of(measure)
        if each is None:
            continue
        color = FAINT if not each.told_apart else SERIES[0]
        interval = each.interval
        axes.plot([interval.low, interval.high], [place, place], color=color, linewidth=2.2, solid_capstyle="butt")
        axes.plot([interval.difference], [place], "o", color=color, markersize=4.5)
        axes.annotate(
            measure.signed(interval.difference), (1.01, place), xycoords=("axes fraction", "data"),
            va="center", fontsize=8, color=color,
        )  # fmt: skip
        if each.quoted is not None:
            axes.plot([each.quoted], [place], "D", color=QUOTED, markerfacecolor="none", markersize=6)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    labels = [_label(pair, narrow) for pair in rows]
    axes.set_yticks(range(len(rows)), labels if named else [""] * len(rows), fontsize=8.5, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=LINE)
    axes.set_axisbelow(True)
    axes.locator_params(axis="x", nbins=5)
    axes.set_title(measure.title if measure is not KL else "Fidelity (KL)", loc="left")
    axes.set_xlabel(f"{measure.unit} {'closer' if measure is KL else 'higher'}")


def _label(pair: Comparison, narrow: bool) -> str:
    return pair.label.replace(" over ", "\nover ") if narrow else pair.label
