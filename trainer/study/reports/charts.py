"""The report's figures, as SVG that lies in the page: scores over size, scores over composition."""

from __future__ import annotations

import io
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MEASURED, QUOTED = ("#1f5fa8", "#2e7d4f", "#7a3e9d", "#a83232"), "#8a5a00"
TITLES = {
    "glue": "GLUE", "exact match": "SQuAD exact match", "f1": "SQuAD F1",
    "kl": "KL to the teacher, held out", "top1_agreement": "agrees with the teacher, held out",
}  # fmt: skip
UNITS = {"kl": "nats a token", "top1_agreement": "rate"}
"""Metrics that are not percentages."""
COLUMNS = 3


@dataclass(frozen=True)
class Point:
    """One student in a figure."""

    label: str
    x: float
    """Tokens of its transfer dataset, or its place among compositions."""
    scores: tuple[float, ...]
    """One dot a seed, in percent or in what UNITS says."""
    quoted: bool = False
    series: str = ""
    """What is joined by one line: the budget, where there are several."""


def size_figure(panels: Mapping[str, Sequence[Point]]) -> Any:
    """Scores over the size of the transfer dataset (the study's Figure 1), one panel a measure."""
    return _figure(panels, "tokens of the transfer dataset", logarithmic=True)


def composition_figure(panels: Mapping[str, Sequence[Point]]) -> Any:
    """Scores over the composition of the transfer dataset (the study's Figure 2), one panel a measure."""
    return _figure(panels, "", logarithmic=False)


def to_svg(figure: Any, name: str, title: str) -> str:
    """A figure as an `<svg>` element with a title for those who do not see it; the same bytes each time."""
    import matplotlib as mpl

    text = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    # Ids are unique in a file only: two figures in one page would share them.
    svg = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    return svg.replace("<svg ", f'<svg role="img" aria-labelledby="{name}-title" ', 1).replace(
        ">", f'><title id="{name}-title">{title}</title>', 1
    )


def _figure(panels: Mapping[str, Sequence[Point]], below: str, *, logarithmic: bool) -> Any:
    from matplotlib.figure import Figure

    columns, rows = max(1, min(COLUMNS, len(panels))), max(1, -(-len(panels) // COLUMNS))
    figure = Figure(figsize=(3.6 * columns, 3.3 * rows), layout="constrained")
    for number, (measure, points) in enumerate(panels.items(), start=1):
        axes = figure.add_subplot(rows, columns, number)
        _draw(axes, [point for point in points if point.quoted], QUOTED, "quoted (study)", joined=logarithmic)
        series = list(dict.fromkeys(point.series for point in points if not point.quoted))
        for name, color in zip(series, MEASURED * len(series), strict=False):
            mine = [point for point in points if not point.quoted and point.series == name]
            label = f"measured, {name}" if len(series) > 1 else "measured, a dot a seed"
            _draw(axes, mine, color, label, joined=logarithmic)
        axes.set_title(TITLES[measure], fontsize=11)
        axes.set_ylabel(UNITS.get(measure, "percent"))
        axes.grid(axis="y", color="#dddddd", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        if logarithmic:
            axes.set_xscale("log")
            axes.set_xlabel(below)
        else:
            _name_places(axes, points)
        if number == 1 and points:
            axes.legend(frameon=False, fontsize=8, loc="best")
    return figure


def _draw(axes: Any, points: Sequence[Point], color: str, label: str, *, joined: bool) -> None:
    if not points:
        return
    quoted = points[0].quoted
    xs = [point.x for point in points for _ in point.scores]
    ys = [score for point in points for score in point.scores]
    axes.plot(
        xs, ys, marker="D" if quoted else "o", linestyle="none", markersize=5, color=color,
        markerfacecolor="white" if quoted else color, alpha=0.9, label=label,
    )  # fmt: skip
    places = sorted(set(xs))
    if joined and len(places) > 1:
        middles = [statistics.median(y for x, y in zip(xs, ys, strict=True) if x == place) for place in places]
        axes.plot(places, middles, linestyle=":" if quoted else "-", linewidth=1.2, color=color)


def _name_places(axes: Any, points: Sequence[Point]) -> None:
    names = {point.x: point.label for point in points if not point.quoted}
    places = sorted(names)
    axes.set_xticks(places, [names[place] for place in places], rotation=30, ha="right", fontsize=9)
    axes.set_xlim(-0.6, max(places, default=0) + 0.6)
