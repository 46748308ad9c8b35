"""The pairs of students that answer each question, with their differences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from trainer.evaluation import Interval, Verdict, difference
from trainer.experiments.study.held_out import FIDELITY, closer
from trainer.experiments.study.reports.formats import ReportTable
from trainer.experiments.study.reports.measures import EVERY, KL, NOTHING, Measure
from trainer.experiments.study.reports.quoted import quoted_difference
from trainer.experiments.study.run_results import BASELINES, START, STUDENT, RunResults

SIZE = "RQ1: what does the size of the transfer dataset do?"
COMPOSITION = "RQ2: what does its composition do?"
TRAINING = "What does training add to the initial student?"
NAMES = {"shuffle": "Rand.", "generate": "Gen."}
"""The study's transfer datasets, by our compositions."""


@dataclass(frozen=True)
class Difference:
    """How much better the first student of a pair is, by one measure."""

    measure: Measure
    interval: Interval
    """Above zero if the first is better, even for measures of which lower is better."""
    quoted: float | None
    """The corresponding difference in the study, if it has the same pair and tasks."""

    @property
    def verdict(self) -> Verdict:
        """Whether the first student is better or worse, judged by the figures in the report."""
        return self.interval.verdict(self.measure.digits)

    @property
    def told_apart(self) -> bool:
        """Whether one of the two is better."""
        return self.verdict in ("better", "worse")

    @property
    def text(self) -> str:
        """`+0.031 nats per token, 95 % interval +0.029 to +0.034`."""
        measure = self.measure
        return f"{measure.signed(self.interval.difference)} {measure.unit}, {measure.interval(self.interval)}"

    @property
    def short(self) -> str:
        """`+1.2 (-0.3 to +2.7)`."""
        signed, interval = self.measure.signed, self.interval
        return f"{signed(interval.difference)} ({signed(interval.low)} to {signed(interval.high)})"


@dataclass(frozen=True)
class Comparison:
    """Two students, and their differences by measure."""

    one: RunResults
    other: RunResults
    differences: dict[str, Difference] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """`toy-30pct over toy-shuffle`."""
        return f"{self.one.label} over {self.other.label}"

    def of(self, measure: Measure) -> Difference | None:
        """The difference by a measure; None if it was not measured for both in the same way."""
        return self.differences.get(measure.name)


@dataclass(frozen=True)
class Question:
    """One question and the pairs that answer it."""

    name: str
    """For anchors and file names: `size`, `composition-2`."""
    kind: str
    """SIZE, COMPOSITION or TRAINING."""
    budget: str
    """The budget of the students; empty if all have the same."""
    comparisons: tuple[Comparison, ...]
    """Sorted by their first measure, the largest difference first."""
    headline: tuple[Comparison, ...]
    """The pairs that the sentences are about, in order."""

    @property
    def title(self) -> str:
        """The question as printed in the report."""
        return f"{self.kind} ({self.budget})" if self.budget else self.kind


def questions(outcomes: Sequence[RunResults], preset: str) -> list[Question]:
    """Every question that the runs can answer, one per budget.

    Args:
        outcomes: all runs.
        preset: of the GLUE score.
    """
    students = [run for run in outcomes if run.role == STUDENT]
    budgets = list(dict.fromkeys(run.budget for run in students))
    made: list[Question] = []
    for number, budget in enumerate(budgets, start=1):
        runs = [run for run in students if run.budget == budget]
        baselines = [run for run in outcomes if run.role == START or (run.role in BASELINES and run.budget == budget)]
        baselines += [run for run in outcomes if run.role in BASELINES and not _has(baselines, run.role)]
        ask = _Asker(preset, budget if len(budgets) > 1 else "", f"-{number}" if len(budgets) > 1 else "")
        made += ask.size(natural_students(runs), baselines)
        made += ask.composition(natural_students(runs), [run for run in runs if not run.natural], baselines)
        made += ask.training(runs, baselines)
    return sorted(made, key=lambda question: [SIZE, COMPOSITION, TRAINING].index(question.kind))


@dataclass(frozen=True)
class _Asker:
    preset: str
    budget: str
    suffix: str

    def size(self, runs: Sequence[RunResults], baselines: Sequence[RunResults]) -> Iterator[Question]:
        """The largest natural dataset against each smaller one, and against the baselines."""
        if len(runs) > 1:
            pairs = [(runs[-1], run) for run in runs[:-1]]
            yield self._question("size", SIZE, pairs, [(runs[-1], run) for run in baselines], pairs[:1])

    def composition(
        self, runs: Sequence[RunResults], corrupted: Sequence[RunResults], baselines: Sequence[RunResults]
    ) -> Iterator[Question]:
        """Natural text against each noise of about the same size, shuffled against generated text, and baselines."""
        if not runs or not corrupted:
            return
        pairs = [(closest_in_size(runs, run), run) for run in corrupted]
        chain = [next((pair for pair in pairs if pair[1].composition == kind), None) for kind in NAMES]
        known = [pair for pair in chain if pair is not None]
        between = [(known[0][1], known[1][1])] if len(known) == 2 else []
        more = [*between, *((pairs[0][0], run) for run in baselines)]
        headline = [*known[:1], *between] if between else pairs[:1]
        yield self._question("composition", COMPOSITION, pairs, more, headline)

    def training(self, runs: Sequence[RunResults], baselines: Sequence[RunResults]) -> Iterator[Question]:
        """Every trained student against the initial student."""
        starts = [run for run in baselines if run.role == START]
        trained = [*runs, *(run for run in baselines if run.role != START)]
        if starts and trained:
            pairs = [(run, starts[0]) for run in trained]
            yield self._question("training", TRAINING, pairs, [], [])

    def _question(
        self,
        name: str,
        kind: str,
        pairs: Sequence[tuple[RunResults, RunResults]],
        more: Sequence[tuple[RunResults, RunResults]],
        headline: Sequence[tuple[RunResults, RunResults]],
    ) -> Question:
        made = {(id(one), id(other)): compare(one, other, self.preset) for one, other in (*pairs, *more)}
        chosen = tuple(made[id(one), id(other)] for one, other in headline)
        return Question(name + self.suffix, kind, self.budget, tuple(_sorted(made.values())), chosen)


def compare(one: RunResults, other: RunResults, preset: str) -> Comparison:
    """The differences of two students by every measure that both have on the same text or dev sets.

    Args:
        one: the differences are above zero if it is better.
        other: the student to compare with.
        preset: of the GLUE score.
    """
    found = {}
    for measure in EVERY:
        interval = _interval(one, other, measure, preset)
        if interval is not None:
            theirs = _quoted(one, other, measure.name, preset)
            found[measure.name] = Difference(measure, interval, theirs)
    return Comparison(one, other, found)


def _interval(one: RunResults, other: RunResults, measure: Measure, preset: str) -> Interval | None:
    if measure.name in FIDELITY:
        return closer(one.measured, other.measured, measure.name)
    if measure.name == "glue" and one.tasks(preset) != other.tasks(preset):
        return None
    if not one.scores(measure.name, preset) or not other.scores(measure.name, preset):
        return None
    return difference(one.columns, other.columns, measure.name, preset)


def _quoted(one: RunResults, other: RunResults, measure: str, preset: str) -> float | None:
    """The study's difference for the same kind of pair; None for GLUE means over fewer tasks than the study's."""
    if not one.role == other.role == STUDENT:
        return None
    if measure == "glue" and (preset != "sanh9" or len(one.tasks(preset)) < 9):
        return None
    pair = _stands_for(one, other)
    return quoted_difference(*pair, measure) if pair else None


def _stands_for(one: RunResults, other: RunResults) -> tuple[str, str] | None:
    """The study's two transfer datasets that correspond to ours."""
    if one.natural and other.natural:
        ratio = math.log10(max(one.size, 1) / max(other.size, 1))
        return next((("10%", name) for name, power in (("1%", 1), ("0.1%", 2)) if abs(ratio - power) <= 0.35), None)
    left = "10%" if one.natural else NAMES.get(one.composition)
    right = NAMES.get(other.composition)
    return (left, right) if left and right else None


def natural_students(runs: Sequence[RunResults]) -> list[RunResults]:
    """The students on natural text, by the size of their transfer datasets."""
    return sorted((run for run in runs if run.natural), key=lambda run: run.size)


def closest_in_size(runs: Sequence[RunResults], corrupted: RunResults) -> RunResults:
    """The student on natural text whose transfer dataset is closest in size."""
    return min(runs, key=lambda run: abs(run.size - corrupted.size))


def _sorted(comparisons: Iterable[Comparison]) -> list[Comparison]:
    every = list(comparisons)
    first = next((measure for measure in EVERY if any(each.of(measure) for each in every)), KL)

    def falling(pair: Comparison) -> float:
        found = pair.of(first)
        return math.inf if found is None else -found.interval.difference

    return sorted(every, key=falling)


def _has(runs: Sequence[RunResults], role: str) -> bool:
    return any(run.role == role for run in runs)


def difference_table(asked: Sequence[Question]) -> ReportTable:
    """Every difference with its interval."""
    header = ("question", "first", "second", "measure", "first is better by", "from", "to", "unit", "quoted", "verdict")
    table = ReportTable("differences", "Differences", header)
    for question in asked:
        for pair in question.comparisons:
            for each in pair.differences.values():
                table.add(question.title.split(":")[0], pair.one.label, pair.other.label, *_cells(each))
    if table.rows:
        table.notes += [
            "A student is better or worse if the difference and its interval, as shown, are on one side of zero. The "
            "verdict “no difference” means that the difference is shown as zero, with an interval of at most one unit "
            "of the last digit to each side.",
            "Each row compares two students on the same held-out sequences or dev examples, which are resampled "
            "together with the runs of each side: 95 % of the resamples lie from … to …. With one run per student, the "
            "intervals do not cover the effect of the distillation seed; with one fine-tuning seed, not that of the "
            "fine-tuning's, which on small tasks can be larger than the difference.",
        ]
    return table


def _cells(each: Difference) -> Iterator[str]:
    measure, interval = each.measure, each.interval
    yield measure.title
    yield from (measure.signed(value) for value in (interval.difference, interval.low, interval.high))
    yield measure.unit
    yield NOTHING if each.quoted is None else measure.signed(each.quoted)
    yield each.verdict
