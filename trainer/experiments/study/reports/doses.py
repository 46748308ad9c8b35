"""Dose and response: the fidelity lost to increasing amounts of a noise, compared with natural text of equal size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean
from typing import TYPE_CHECKING, TypeGuard

from trainer.evaluation import Interval
from trainer.evaluation.probes import probe_rows
from trainer.experiments.study.held_out import closer
from trainer.experiments.study.reports.comparisons import closest_in_size, natural_students
from trainer.experiments.study.reports.drawing import FAINT, NARROW, SERIES, WIDE, Picture, canvas
from trainer.experiments.study.reports.formats import ReportTable
from trainer.experiments.study.run_results import START, STUDENT, RunResults
from trainer.experiments.study.transfer import Noise

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    Panel = Callable[[Axes], None]

TITLE = "The cost of each dose of noise"
COST = "KL to the teacher, more than natural text"
RATIO = "KL at masked tokens, times natural text"


@dataclass(frozen=True)
class Dose:
    """One student of a series."""

    value: float
    run: RunResults
    cost: Interval
    """KL to the teacher on held-out text minus that of the student on natural text, in nats per token."""
    ratios: dict[str, float]
    """KL at masked tokens divided by that of natural text, by the frequency of the true token; empty without probes."""


@dataclass(frozen=True)
class Series:
    """Students whose transfer datasets differ only in the amount of one noise."""

    noise: str
    option: str
    """The option that sets the dose: `rate`, `n`."""
    budget: str
    natural: RunResults
    """The student on natural text that is closest in size."""
    doses: tuple[Dose, ...]
    """Sorted by value; at least two."""
    start: Interval | None
    """The cost of the initial student; None if the study does not include it."""

    @property
    def title(self) -> str:
        """`replace, by rate`."""
        return f"{self.noise}, by {self.option}" + (f" ({self.budget})" if self.budget else "")

    @property
    def bands(self) -> list[str]:
        """The frequency bands in which all students were probed."""
        return [band for band in self.doses[0].ratios if all(band in dose.ratios for dose in self.doses)]


def dose_series(outcomes: Sequence[RunResults]) -> list[Series]:
    """Every series of two or more doses of one noise that has a student on natural text to compare with."""
    students = [run for run in outcomes if run.role == STUDENT]
    budgets = list(dict.fromkeys(run.budget for run in students))
    starts = [run for run in outcomes if run.role == START]
    made = []
    for budget in budgets:
        runs = [run for run in students if run.budget == budget]
        plain = natural_students(runs)
        for (noise, option), doses in _alike(runs):
            base = closest_in_size(plain, doses[0][1]) if plain else None
            known = _doses(doses, base) if base else []
            if base and len(known) > 1:
                start = _cost(starts[0], base) if starts else None
                made.append(Series(noise, option, budget if len(budgets) > 1 else "", base, tuple(known), start))
    return made


def _alike(runs: Sequence[RunResults]) -> Iterator[tuple[tuple[str, str], list[tuple[float, RunResults]]]]:
    """By noise and option, the runs whose noise differs only in that number, with the number."""
    single = [(_dosed(run.transfer.noises[0]), run) for run in runs if run.transfer and len(run.transfer.noises) == 1]

    def kind(pair: tuple[Noise, RunResults]) -> str:
        words = {key: value for key, value in pair[0].options.items() if not _is_number(value)}
        return repr((pair[0].name, sorted(words.items())))

    for _, group in groupby(sorted(single, key=kind), key=kind):
        members = list(group)
        numbers = [_numbers(noise) for noise, _ in members]
        varying = [key for key in numbers[0] if len({each.get(key) for each in numbers}) > 1]
        if len(varying) == 1:
            option = varying[0]
            pairs = [(each[option], run) for each, (_, run) in zip(numbers, members, strict=True)]
            yield (members[0][0].name, option), sorted(pairs, key=lambda pair: pair[0])


def _dosed(noise: Noise) -> Noise:
    """The noise as a dose: shuffling tokens equals shuffling n-grams of one token."""
    if noise.name == "shuffle" and noise.options.get("unit") == "token":
        return Noise(noise.name, {**noise.options, "unit": "ngram", "n": 1})
    return noise


def _numbers(noise: Noise) -> dict[str, float]:
    return {key: value for key, value in noise.options.items() if _is_number(value)}


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _doses(pairs: Sequence[tuple[float, RunResults]], base: RunResults) -> list[Dose]:
    found = ((value, run, _cost(run, base)) for value, run in pairs)
    return [Dose(value, run, cost, _ratios(run, base)) for value, run, cost in found if cost is not None]


def _cost(run: RunResults, base: RunResults) -> Interval | None:
    return closer(base.measured, run.measured, "kl")


def _ratios(run: RunResults, base: RunResults) -> dict[str, float]:
    ours, theirs = _bands(run), _bands(base)
    return {band: ours[band] / theirs[band] for band in ours if theirs.get(band)}


def _bands(run: RunResults) -> dict[str, float]:
    """KL at masked tokens by frequency band, most frequent first; the mean over runs."""
    found: dict[str, list[float]] = {}
    for results in run.probes:
        for row in probe_rows(list(results.values())):
            if (row.probe, row.split, row.metric) == ("fidelity", "frequency", "kl"):
                found.setdefault(row.stratum, []).append(row.value)
    return {band: fmean(values) for band, values in found.items()}


def dose_picture(outcomes: Sequence[RunResults]) -> Picture | None:
    """For each series, a panel of costs and, with probes, one by word frequency; None if there is no series."""
    found = dose_series(outcomes)
    if not found:
        return None
    caption = (
        "Each student is compared with one on natural text of about the same size, which is at 0 (or 1 for ratios). "
        "Bars are 95 % intervals. The dashed line is the initial student."
    )
    return Picture("dose-response", TITLE, caption, lambda narrow: _draw(found, narrow), _data(found))


def _data(found: Sequence[Series]) -> ReportTable:
    table = ReportTable(
        "dose-response", TITLE, ("noise", "budget", "dose", "transfer dataset", "measure", "value", "from", "to")
    )
    for series in found:
        for dose in series.doses:
            named = (series.noise, series.budget, f"{series.option}={dose.value:g}", dose.run.label)
            cost = (dose.cost.difference, dose.cost.low, dose.cost.high)
            table.add(*named, COST, *(f"{value:+.4f}" for value in cost))
            for band, ratio in dose.ratios.items():
                table.add(*named, f"{RATIO}: {band}", f"{ratio:.3f}", "", "")
    return table


def dose_table(outcomes: Sequence[RunResults]) -> ReportTable:
    """Every value of the picture; empty if there is no series."""
    return _data(dose_series(outcomes))


def _draw(found: Sequence[Series], narrow: bool) -> Figure:
    panels: list[Panel] = []
    for series in found:
        panels.append(lambda axes, series=series: _costs(axes, series))  # type: ignore[misc]  # binds the loop's value
        if series.bands:
            panels.append(lambda axes, series=series: _by_frequency(axes, series))  # type: ignore[misc]
    figure, every = canvas(NARROW if narrow else WIDE, 3.1, len(panels), narrow=narrow, columns=2)
    for axes, panel in zip(every, panels, strict=True):
        panel(axes)
        axes.grid(axis="y")
    return figure


def _costs(axes: Axes, series: Series) -> None:
    places = range(len(series.doses))
    values = [dose.cost.difference for dose in series.doses]
    below = [max(0.0, dose.cost.difference - dose.cost.low) for dose in series.doses]
    above = [max(0.0, dose.cost.high - dose.cost.difference) for dose in series.doses]
    axes.errorbar(places, values, [below, above], color=SERIES[0], marker="o", markersize=4, linewidth=1.3, capsize=2)
    axes.axhline(0.0, color=FAINT, linewidth=0.8)
    if series.start is not None:
        axes.axhline(series.start.difference, color=FAINT, linestyle="--", linewidth=1.2)
    axes.set_title(series.title, loc="left")
    axes.set_ylabel("KL over natural text, nats per token")
    _ticks(axes, series)


def _by_frequency(axes: Axes, series: Series) -> None:
    for number, band in enumerate(series.bands):
        ratios = [dose.ratios[band] for dose in series.doses]
        color = SERIES[number % len(SERIES)]
        axes.plot(range(len(ratios)), ratios, "o-", color=color, markersize=3.5, linewidth=1.2, label=band)
    axes.axhline(1.0, color=FAINT, linewidth=0.8)
    axes.set_title("by frequency of the masked token", loc="left")
    axes.set_ylabel("KL, times natural text")
    axes.legend(loc="best", fontsize=6.5)
    _ticks(axes, series)


def _ticks(axes: Axes, series: Series) -> None:
    axes.set_xticks(range(len(series.doses)), [f"{dose.value:g}" for dose in series.doses])
    axes.set_xlim(-0.4, len(series.doses) - 0.6)
    axes.set_xlabel(series.option)
