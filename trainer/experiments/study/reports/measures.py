"""The measures by which the report compares students, and their formatting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.evaluation import Interval

NOTHING = "–"
"""The cell of a table for a missing measurement."""


@dataclass(frozen=True)
class Measure:
    """One way to compare two students."""

    name: str
    """The name passed to `RunResults.scores`."""
    title: str
    unit: str
    """The unit of a difference."""
    digits: int
    higher_is_better: bool = True

    def signed(self, value: float) -> str:
        """A difference with its sign; no sign if it rounds to zero."""
        text = f"{value:+.{self.digits}f}"
        return text.lstrip("+-") if float(text) == 0 else text

    def size(self, value: float) -> str:
        """A difference without its sign."""
        return f"{abs(value):.{self.digits}f}"

    def interval(self, interval: Interval) -> str:
        """`95 % interval +1.2 to +3.4`."""
        return f"95 % interval {self.signed(interval.low)} to {self.signed(interval.high)}"

    def spread(self, values: Sequence[float], middle: float | None) -> str:
        """The mean, with the range if there are several values.

        Args:
            values: of the runs or seeds.
            middle: their mean; None gives a dash.
        """
        if middle is None:
            return NOTHING
        text = f"{middle:.{self.digits}f}"
        return text if len(values) < 2 else f"{text} ({min(values):.{self.digits}f}–{max(values):.{self.digits}f})"


KL = Measure("kl", "KL to the teacher", "nats per token", 3, higher_is_better=False)
AGREEMENT = Measure("top1_agreement", "agreement with the teacher", "points", 1)
GLUE = Measure("glue", "GLUE", "points", 1)
EXACT = Measure("exact match", "SQuAD EM", "points", 1)
F1 = Measure("f1", "SQuAD F1", "points", 1)
EVERY = (KL, AGREEMENT, GLUE, EXACT, F1)
DRAWN = (KL, GLUE, F1)
"""The measures in the figures at the top of a report."""
