"""Probe results as one self-contained HTML page: charts with intervals, and tables of the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from trainer.evaluation.probes.results import ProbeResult
from trainer.evaluation.probes.running import ProbeReport
from trainer.plugin import Metric, Stratum
from trainer.runtime import write_whole

LEFT, RIGHT, GAP, NAME = 10.0, 440.0, 11.0, 17.0
"""In SVG units: the ends of the axis, the height of a model's mark, and the height of a stratum's name."""
SHAPES = 6
"""Number of different marks for models; further models reuse them."""


@dataclass(frozen=True)
class Mark:
    """One model's value in a chart."""

    model: int
    x: float
    low: float
    high: float
    y: float
    label: str
    """The tooltip."""


@dataclass(frozen=True)
class Line:
    """One stratum in a chart, and in the table below it."""

    name: str
    y: float
    marks: Sequence[Mark]
    cells: Sequence[str]


@dataclass(frozen=True)
class Chart:
    """One metric with one split."""

    title: str
    split: str
    counted: str
    height: float
    ticks: Sequence[tuple[float, str]]
    lines: Sequence[Line]


def write_page(made: Sequence[ProbeReport], path: Path) -> None:
    """Write results as one HTML page.

    Args:
        made: results, in the order of the columns; all have the same probes.
        path: the file; its folder is created if needed.

    Raises:
        StorageError: it cannot be written.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("trainer.evaluation.probes"), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )
    numbers = range(len(made[0].results))
    sections = [(made[0].results[n], _charts([one.results[n] for one in made])) for n in numbers]
    text = environment.get_template("page.html.j2").render(
        models=[one.model for one in made], sections=sections, left=LEFT, right=RIGHT, shapes=SHAPES,
        notes=[list(dict.fromkeys(note for one in made for note in one.results[n].notes)) for n in numbers],
        written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )  # fmt: skip
    write_whole(path, text)


def _charts(results: Sequence[ProbeResult]) -> list[Chart]:
    """A chart for each metric and split, starting with the value over all examples."""
    first = results[0]
    splits = [split for split in dict.fromkeys(stratum.split for stratum in first.strata) if split != "all"]
    return [
        _chart(results, metric, about, split) for metric, about in first.metrics.items() for split in splits or ["all"]
    ]


def _chart(results: Sequence[ProbeResult], metric: str, about: Metric, split: str) -> Chart:
    strata = [s for s in results[0].strata if s.split == split]
    strata = strata if split == "all" else [results[0].overall, *strata]
    tall = NAME + GAP * len(results) + 8
    found = [[result.same(stratum) for result in results] for stratum in strata]
    top = 1.0 if about.unit == "rate" else max(s.estimates[metric].high for row in found for s in row) or 1.0
    scale = (RIGHT - LEFT) / top
    lines = []
    for number, (stratum, row) in enumerate(zip(strata, found, strict=True)):
        marks = []
        for model, one in enumerate(row):
            value, low, high = (getattr(one.estimates[metric], key) for key in ("value", "low", "high"))
            label = f"{results[model].model}, {one.name}: {value:.3f} ({low:.3f} to {high:.3f}), {one.count:,}"
            y = 26 + NAME + number * tall + model * GAP
            marks.append(Mark(model, LEFT + value * scale, LEFT + low * scale, LEFT + high * scale, y, label))
        cells = [f"{stratum.count:,}", *(_figures(one, metric) for one in row)]
        lines.append(Line(_named(stratum), 26 + number * tall + NAME / 2, marks, cells))
    ticks = [(LEFT + part * (RIGHT - LEFT) / 4, f"{part * top / 4:.3g}") for part in range(5)]
    return Chart(f"{about.title}, {about.unit}", split, results[0].counted, 26 + len(strata) * tall, ticks, lines)


def _named(stratum: Stratum) -> str:
    return "all" if stratum.split == "all" else stratum.name.replace("_", " ")


def _figures(stratum: Stratum, metric: str) -> str:
    found = stratum.estimates[metric]
    return f"{found.value:.3f} ({found.low:.3f}\N{EN DASH}{found.high:.3f})"
