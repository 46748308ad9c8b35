"""The report's answers to the study's two questions, worded from the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.charts import TITLES
from trainer.outcomes import MEASURES, Scored


@dataclass(frozen=True)
class Answer:
    """One research question and what the runs say."""

    question: str
    paragraphs: tuple[str, ...]
    figure: str
    """The name of the figure that shows it."""


SIZE = "RQ1: what does the size of the transfer dataset do to the student's downstream scores?"
COMPOSITION = "RQ2: what does its composition do?"


def answers(outcomes: Sequence[Scored], preset: str) -> list[Answer]:
    """A paragraph for each question and measure: direction and size of the effect."""
    natural = [run for run in outcomes if run.student and run.transfer and run.transfer.natural]
    natural.sort(key=lambda run: run.transfer.tokens if run.transfer else 0)
    harmed = [run for run in outcomes if run.student and run.transfer and not run.transfer.natural]
    made = []
    if len(natural) > 1:
        said = [_difference(natural[-1], natural[0], measure, preset) for measure in MEASURES]
        made.append(Answer(SIZE, tuple(filter(None, said)) or ("No scores yet.",), "size"))
    if natural and harmed:
        said = [_difference(_alike(natural, run), run, m, preset) for run in harmed for m in MEASURES]
        made.append(Answer(COMPOSITION, tuple(filter(None, said)) or ("No scores yet.",), "composition"))
    return made


def _alike(natural: Sequence[Scored], harmed: Scored) -> Scored:
    """The student on natural text whose transfer dataset is nearest in size."""
    size = harmed.transfer.tokens if harmed.transfer else 0
    return min(natural, key=lambda run: abs((run.transfer.tokens if run.transfer else 0) - size))


def _difference(one: Scored, other: Scored, measure: str, preset: str) -> str:
    ours, theirs = one.score(measure, preset), other.score(measure, preset)
    if ours is None or theirs is None or one.transfer is None or other.transfer is None:
        return ""
    points = ours - theirs
    direction = "higher than" if points > 0 else "lower than"
    apart = "no different from" if abs(points) < 0.05 else f"{abs(points):.1f} points {direction}"
    return (
        f"{TITLES[measure]}: {ours:.1f} with {one.transfer.name} ({one.transfer.tokens:,} tokens), {apart} "
        f"{theirs:.1f} with {other.transfer.name} ({other.transfer.tokens:,} tokens)."
    )
