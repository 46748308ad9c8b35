"""The report's answers to the study's two questions, worded from the figures and their intervals."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from trainer.evaluation import Interval, as_words, difference
from trainer.study.reports.charts import TITLES
from trainer.study.reports.quoted import CLAIMS, Claim, study_score
from trainer.study.run_results import MEASURES, Scored

SIZE = "RQ1: what does the size of the transfer dataset do to the student's downstream scores?"
COMPOSITION = "RQ2: what does its composition do?"
BASELINES = "What the transfer dataset added"
AGREEMENT = "Where this agrees with the study"
NAMES = {"Rand.": "shuffle", "Gen.": "generate"}
"""Our compositions that stand for the study's."""


@dataclass(frozen=True)
class Answer:
    """One question and what the runs say."""

    question: str
    paragraphs: tuple[str, ...]
    figure: str
    """The name of the figure that shows it; empty for none."""


def answers(outcomes: Sequence[Scored], preset: str) -> list[Answer]:
    """A paragraph a comparison: direction, size of the effect, and whether its interval excludes zero."""
    students = [run for run in outcomes if run.role == "student" and run.evaluations]
    made = []
    for budget in dict.fromkeys(run.budget for run in students):
        runs = [run for run in students if run.budget == budget]
        natural, harmed = _natural(runs), [run for run in runs if run.transfer and not run.transfer.natural]
        said = f" ({budget})" if len({run.budget for run in students}) > 1 else ""
        if len(natural) > 1:
            pairs = [(natural[-1], natural[0])]
            made.append(Answer(SIZE + said, _all(pairs, preset), "size"))
        if natural and harmed:
            pairs = [(_alike(natural, run), run) for run in harmed]
            made.append(Answer(COMPOSITION + said, _all(pairs, preset), "composition"))
        if agreed := _agreement(natural, harmed, preset):
            made.append(Answer(AGREEMENT + said, agreed, ""))
    if added := _baselines(outcomes, students, preset):
        made.append(Answer(BASELINES, added, ""))
    return made


def _all(pairs: Sequence[tuple[Scored, Scored]], preset: str) -> tuple[str, ...]:
    said = [_compared(one, other, measure, preset) for one, other in pairs for measure in MEASURES]
    said += [_followed(one, other) for one, other in pairs]
    return tuple(filter(None, said)) or ("No scores yet.",)


def _followed(one: Scored, other: Scored) -> str:
    """Which of two students is nearer to its teacher on held-out text, and whether in every run."""
    ours, theirs = one.scores("kl"), other.scores("kl")
    if not ours or not theirs:
        return ""
    near = "nearer to" if statistics.median(ours) < statistics.median(theirs) else "farther from"
    apart = max(ours) < min(theirs) or max(theirs) < min(ours)
    first, second = (
        _named(run, f"KL {statistics.median(values):.3f} nats") for run, values in ((one, ours), (other, theirs))
    )
    runs = f"{len(ours)} and {len(theirs)} runs {'do not overlap' if apart else 'overlap'}"
    return f"Fidelity: {first} is {near} its teacher on held-out text than {second}; the {runs}."


def _natural(runs: Sequence[Scored]) -> list[Scored]:
    """The students on natural text, by the size of their transfer datasets."""
    return sorted((run for run in runs if run.transfer and run.transfer.natural), key=_tokens)


def _tokens(run: Scored) -> int:
    return run.transfer.tokens if run.transfer else 0


def _alike(natural: Sequence[Scored], harmed: Scored) -> Scored:
    """The student on natural text whose transfer dataset is nearest in size."""
    return min(natural, key=lambda run: abs(_tokens(run) - _tokens(harmed)))


def _compared(one: Scored, other: Scored, measure: str, preset: str) -> str:
    ours, theirs = one.score(measure, preset), other.score(measure, preset)
    if ours is None or theirs is None:
        return ""
    interval = difference(one.columns, other.columns, measure, preset)
    points = ours - theirs if interval is None else interval.difference
    apart = "no different from" if abs(points) < 0.05 else f"{abs(points):.1f} points {_direction(points)} than"
    first, second = _named(one, f"{ours:.1f}"), _named(other, f"{theirs:.1f}")
    return f"{TITLES[measure]}: {first} is {apart} {second} {as_words(interval)}."


def _direction(points: float) -> str:
    return "higher" if points > 0 else "lower"


def _named(run: Scored, said: str) -> str:
    if run.transfer is None or run.role != "student":
        return f"the {run.role} ({said})"
    return f"{run.transfer.name} ({_tokens(run):,} tokens; {said})"


def _baselines(outcomes: Sequence[Scored], students: Sequence[Scored], preset: str) -> tuple[str, ...]:
    baselines = [run for run in outcomes if run.role in ("student at the start", "masked-LM only") and run.evaluations]
    if not students or not baselines:
        return ()
    best = max(students, key=lambda run: (bool(run.transfer and run.transfer.natural), _tokens(run)))
    said = [_compared(best, baseline, measure, preset) for baseline in baselines for measure in MEASURES]
    return tuple(filter(None, said))


def _agreement(natural: Sequence[Scored], harmed: Sequence[Scored], preset: str) -> tuple[str, ...]:
    """Each of the study's findings, and whether the runs show it."""
    said = []
    for claim in CLAIMS:
        more, less = _stands_for(claim.more, natural, harmed), _stands_for(claim.less, natural, harmed)
        if more is None or less is None or more is less:
            continue
        interval = difference(more.columns, less.columns, claim.measure, preset)
        if interval is not None:
            said.append(_claimed(claim, interval))
    return tuple(said)


def _stands_for(transfer: str, natural: Sequence[Scored], harmed: Sequence[Scored]) -> Scored | None:
    if transfer in NAMES:
        return next((run for run in harmed if run.transfer and run.transfer.composition == NAMES[transfer]), None)
    if not natural:
        return None
    if transfer == "0.1%":
        return natural[0] if len(natural) > 1 else None
    return _alike(natural, harmed[0]) if harmed else natural[-1]


def _claimed(claim: Claim, interval: Interval) -> str:
    theirs = _quoted(claim.more, claim.measure) - _quoted(claim.less, claim.measure)
    agrees = "agrees" if interval.difference > 0 else "disagrees"
    verdict = agrees if interval.excludes_zero else "cannot tell"
    return (
        f"The study finds that {claim.text} (quoted: {theirs:+.1f} points); this study {verdict}: "
        f"{interval.difference:+.1f} points {as_words(interval)}."
    )


def _quoted(transfer: str, measure: str) -> float:
    score = study_score(transfer)
    if score is None:
        return float("nan")
    return {"glue": score.glue, "exact match": score.exact_match, "f1": score.f1}[measure]
