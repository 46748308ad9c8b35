"""The report's section on probes: measurements without fine-tuning, by probe and stratum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from trainer.evaluation.probes import ProbeRow, probe_rows
from trainer.experiments.study.reports.drawing import NARROW, SERIES, WIDE, Picture, canvas
from trainer.experiments.study.reports.formats import ReportTable
from trainer.experiments.study.reports.measures import NOTHING
from trainer.experiments.study.run_results import RunResults

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_DRAWN = 15
"""Splits with more strata, such as 67 paradigms, are shown in the table only."""


@dataclass(frozen=True)
class ProbeValue:
    """One value of a probe for one model."""

    model: str
    """The model's name in the report: a transfer dataset, a baseline, or the teacher."""
    probe: str
    """The probe and its metric, which have a panel of their own."""
    stratum: str
    """The part of the probe: a paradigm, a frequency band, `all`."""
    value: float
    low: float | None = None
    """The lower end of the 95 % interval, or of the range over several runs; None if the probe has no interval."""
    high: float | None = None
    drawn: bool = True
    """Whether the value is in the figure; the table has all values."""


def probe_values(outcomes: Sequence[RunResults]) -> list[ProbeValue]:
    """The probe values of all runs, except of a teacher compared with itself; runs of several seeds are combined."""
    made = []
    for run in outcomes:
        found: dict[tuple[str, str, str], list[ProbeRow]] = {}
        for results in run.probes:
            for row in probe_rows([result for result in results.values() if not result.of_itself]):
                panel = f"{row.probe}: {row.title}" + (f" ({row.unit})" if row.unit != "rate" else "")
                found.setdefault((panel, row.split, row.stratum), []).append(row)
        strata = Counter((panel, split) for panel, split, _ in found)
        made += [
            _value(run.label, panel, stratum if split == "all" else f"{split}: {stratum}", rows,
                   drawn=strata[panel, split] <= MOST_DRAWN)
            for (panel, split, stratum), rows in found.items()
        ]  # fmt: skip
    return made


def _value(model: str, panel: str, stratum: str, rows: Sequence[ProbeRow], *, drawn: bool) -> ProbeValue:
    if len(rows) == 1:
        return ProbeValue(model, panel, stratum, rows[0].value, rows[0].low, rows[0].high, drawn)
    values = [row.value for row in rows]
    return ProbeValue(model, panel, stratum, fmean(values), min(values), max(values), drawn)


def probe_table(rows: Sequence[ProbeValue]) -> ReportTable:
    """Every value of every probe; empty if nothing was probed."""
    table = ReportTable("probes", "Probes", ("model", "probe", "stratum", "value", "from", "to"))
    for row in rows:
        bounds = (NOTHING if bound is None else f"{bound:.3f}" for bound in (row.low, row.high))
        table.add(row.model, row.probe, row.stratum, f"{row.value:.3f}", *bounds)
    return table


def probe_picture(rows: Sequence[ProbeValue]) -> Picture | None:
    """One panel per probe, one row per stratum, one mark per model with its interval; None without rows."""
    if not rows:
        return None
    caption = "One mark per model with its 95 % interval, or the range over runs if there are several."
    return Picture(
        "probes", "Probes: models without fine-tuning", caption, lambda narrow: _draw(rows, narrow), probe_table(rows)
    )


def _draw(rows: Sequence[ProbeValue], narrow: bool) -> Figure:
    rows = [row for row in rows if row.drawn]
    probes, models = (
        list(dict.fromkeys(names)) for names in ((row.probe for row in rows), (row.model for row in rows))
    )
    strata = max(len({row.stratum for row in rows if row.probe == probe}) for probe in probes)
    height = 0.9 + strata * max(0.3, 0.13 * len(models))
    figure, panels = canvas(NARROW if narrow else WIDE, height, len(probes), narrow=narrow)
    for axes, probe in zip(panels, probes, strict=True):
        _panel(axes, [row for row in rows if row.probe == probe], models)
        axes.set_title(probe, loc="left")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=1 if narrow else 4)
    return figure


def _panel(axes: Axes, rows: Sequence[ProbeValue], models: Sequence[str]) -> None:
    strata = list(dict.fromkeys(row.stratum for row in rows))
    for number, model in enumerate(models):
        color, shift = SERIES[number % len(SERIES)], (number - (len(models) - 1) / 2) * 0.8 / max(len(models), 1)
        mark = "osD^vP"[number // len(SERIES) % 6]
        mine = [row for row in rows if row.model == model]
        places = [strata.index(row.stratum) + shift for row in mine]
        axes.plot([row.value for row in mine], places, mark, color=color, markersize=4.5, label=model)
        for row, place in zip(mine, places, strict=True):
            if row.low is not None and row.high is not None:
                axes.plot([row.low, row.high], [place, place], color=color, linewidth=1.4)
    axes.set_yticks(range(len(strata)), strata)
    axes.set_ylim(len(strata) - 0.5, -0.5)
    axes.grid(axis="x")
