"""The report's sentences: at most three per question, from the pairs and intervals in its figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpora.errors import counted
from trainer.experiments.study.reports.comparisons import (
    COMPOSITION,
    SIZE,
    Comparison,
    Difference,
    Question,
    compare,
    natural_students,
)
from trainer.experiments.study.reports.formats import ReportTable
from trainer.experiments.study.reports.measures import DRAWN, KL, Measure
from trainer.experiments.study.reports.quoted import CLAIMS, STUDY, Claim, quoted_difference
from trainer.experiments.study.run_results import STUDENT, RunResults

KINDS = {"natural": "natural text", "shuffle": "shuffled text", "generate": "generated text"}
"""Compositions in words."""
OURS = {"Rand.": "shuffle", "Gen.": "generate"}


@dataclass(frozen=True)
class Answer:
    """One question with its sentences."""

    question: Question
    sentences: tuple[str, ...]
    """One to three."""


def answers(asked: Sequence[Question]) -> list[Answer]:
    """The sentences of each question."""
    return [Answer(question, _sentences(question)) for question in asked]


def _sentences(question: Question) -> tuple[str, ...]:
    if question.kind not in (SIZE, COMPOSITION):
        return _training(question)
    said = [_fidelity(question), _downstream(question), _study(question)]
    return tuple(filter(None, said)) or ("Nothing has been measured for these students yet.",)


def _fidelity(question: Question) -> str:
    """The fidelity of the headline's pairs: `natural text beats shuffled text beats generated text`."""
    found = [(pair, each) for pair in question.headline if (each := pair.of(KL))]
    if not found:
        return ""
    said = [f"{_verdict(question, pair, each)} ({pair.label}, {each.text})" for pair, each in found]
    summary = ""
    if len(found) > 1 and all(each.verdict == "better" for _, each in found):
        names = [_subject(question, found[0][0].one), *(_subject(question, pair.other) for pair, _ in found)]
        summary = f"{' beats '.join(names)}: "
        said = [f"{pair.label} by {each.text}" for pair, each in found]
    return f"Fidelity to the teacher on held-out text: {summary}{'; '.join(said)}."


def _verdict(question: Question, pair: Comparison, each: Difference) -> str:
    one, other = _subject(question, pair.one), _subject(question, pair.other)
    if each.verdict == "cannot tell":
        return f"cannot tell {one} from {other}"
    if each.verdict == "no difference":
        return f"no difference between {one} and {other}"
    return f"{one} beats {other}" if each.verdict == "better" else f"{other} beats {one}"


def _subject(question: Question, run: RunResults) -> str:
    """The name of a run in a sentence."""
    if question.kind == COMPOSITION and run.role == STUDENT:
        return KINDS.get(run.composition, f"text with {run.composition}")
    if run.role == STUDENT:
        return f"{run.label} ({counted(run.size, 'token')})"
    return f"the {run.label}"


def _downstream(question: Question) -> str:
    """The scores of the headline's pairs."""
    said = []
    for pair in question.headline:
        found = [each for measure in DRAWN if measure is not KL and (each := pair.of(measure))]
        if found:
            scores = ", ".join(f"{each.measure.title} {each.short}" for each in found)
            said.append(f"{pair.label} {scores}")
    told = [each for pair in question.headline for each in pair.differences.values() if each.measure in DRAWN[1:]]
    unclear = sum(not each.told_apart for each in told)
    if unclear:
        every = "the interval includes zero" if unclear == 1 else "all intervals include zero"
        said.append(every if unclear == len(told) else f"{unclear} of these {len(told)} intervals include zero")
    runs = [run for pair in question.headline for run in (pair.one, pair.other)]
    tables = [made.columns for run in runs for made in run.evaluations.values()]
    once = any(len(column.seeds) == 1 for columns in tables for column in columns.values())
    intervals = "95 % intervals" + (" that do not cover the chance of fine-tuning (one seed)" if once else "")
    return f"Downstream, in points with {intervals}: {'; '.join(said)}." if said else ""


def _study(question: Question) -> str:
    """The study's differences for the same pairs, and whether ours agree."""
    said = []
    for pair in question.headline:
        for each in pair.differences.values():
            if each.quoted is not None and each.measure in DRAWN:
                agrees = "agrees" if (each.quoted > 0) == (each.interval.difference > 0) else "disagrees"
                verdict = agrees if each.told_apart else each.verdict
                said.append(f"{each.measure.signed(each.quoted)} {each.measure.title} for {pair.label} ({verdict})")
    return f"The study reports (quoted) {'; '.join(said)}." if said else ""


def _training(question: Question) -> tuple[str, ...]:
    """How many students are closer to the teacher, or farther from it, after training."""
    made = []
    for measure in DRAWN:
        found = [(pair, each) for pair in question.comparisons if (each := pair.of(measure))]
        if found:
            made.append(_counted(measure, found))
    return tuple(made)


def _counted(measure: Measure, found: Sequence[tuple[Comparison, Difference]]) -> str:
    by = {verdict: [pair.one.label for pair, each in found if each.verdict == verdict] for verdict in VERDICTS}
    better = "are closer to the teacher than" if measure is KL else "score higher than"
    worse = "farther" if measure is KL else "lower"
    said = f"{measure.title}: {len(by['better'])} of {len(found)} trained students {better} the initial student"
    if by["worse"]:
        said += f"; {worse}: {', '.join(by['worse'])}"
    for verdict in ("no difference", "cannot tell"):
        if by[verdict]:
            said += f"; {verdict}: {', '.join(by[verdict])}"
    return f"{said}."


VERDICTS = ("better", "worse", "no difference", "cannot tell")


def agreement_table(outcomes: Sequence[RunResults], preset: str) -> ReportTable:
    """Each of the study's findings next to our corresponding pair, for each budget.

    Args:
        outcomes: all runs.
        preset: of the GLUE score.
    """
    header = ("the study finds that", "quoted", "our pair", "ours", "from", "to", "verdict")
    table = ReportTable("agreement", "Agreement of these runs with the study", header)
    students = [run for run in outcomes if run.role == STUDENT]
    for budget in dict.fromkeys(run.budget for run in students):
        runs = [run for run in students if run.budget == budget]
        for claim in CLAIMS:
            pair = _pair(claim, runs)
            each = compare(*pair, preset).differences.get(claim.measure) if pair else None
            if pair and each:
                found = (each.interval.difference, each.interval.low, each.interval.high)
                verdict = {"better": "agrees", "worse": "disagrees"}.get(each.verdict, each.verdict)
                named = f"{pair[0].label} over {pair[1].label}" + (f", {budget}" if budget else "")
                quoted = quoted_difference(claim.more, claim.less, claim.measure)
                figures = ("" if value is None else each.measure.signed(value) for value in (quoted, *found))
                theirs, *measured = figures
                table.add(claim.text, theirs, named, *measured, verdict)
    if table.rows:
        counts = sorted({len(run.tasks(preset)) for run in students} - {0})
        ours = " or ".join(map(str, counts)) or "none"
        table.notes += [
            f"In points, quoted from {STUDY}. The study's GLUE score is the mean of nine tasks; these runs have "
            f"{ours}. Compare signs; compare sizes only if there are all nine tasks."
        ]
    return table


def _pair(claim: Claim, runs: Sequence[RunResults]) -> tuple[RunResults, RunResults] | None:
    """The two students that correspond to the study's, as close in size as possible."""
    plain = natural_students(runs)
    corrupted = {run.composition: run for run in runs if not run.natural}
    if not plain:
        return None
    if claim.less == "0.1%":
        return (plain[-1], plain[0]) if len(plain) > 1 else None
    less = corrupted.get(OURS[claim.less])
    if less is None:
        return None
    more = min(plain, key=lambda run: abs(run.size - less.size)) if claim.more == "10%" else None
    more = more or corrupted.get(OURS.get(claim.more, ""))
    return (more, less) if more else None
