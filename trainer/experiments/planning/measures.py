"""The measurement that a plan predicts, and the user's target for it."""

from __future__ import annotations

from dataclasses import dataclass

from corpora import OptionError


@dataclass(frozen=True)
class Measure:
    """A measurement on held-out text, and its conversion to the loss that is fitted."""

    name: str
    """The name used in `--target kl=0.3`."""
    key: str
    """The name in a run's log."""
    title: str
    rises: bool
    """Whether higher is better; the fitted loss is then the distance from 1."""

    def loss(self, value: float) -> float:
        """The loss of a measurement, which falls as the student gets better; `value` is the inverse."""
        return 1 - value if self.rises else value

    def value(self, loss: float) -> float:
        """The measurement with this loss."""
        return 1 - loss if self.rises else loss


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("kl", "kl", "held-out KL(teacher || student), nats per token", False),
        Measure("agreement", "top1_agreement", "held-out tokens with the teacher's likeliest word, share", True),
    )
}


@dataclass(frozen=True)
class Target:
    """A value to reach."""

    measure: Measure
    value: float

    @property
    def loss(self) -> float:
        """The corresponding loss."""
        return self.measure.loss(self.value)


def target_of(text: str | None) -> tuple[Measure, Target | None]:
    """The measure that a plan predicts, and the target, if any.

    Args:
        text: `kl=0.3` or `agreement=0.8`; None predicts KL without a target.

    Raises:
        OptionError: the text is neither.
    """
    if text is None:
        return MEASURES["kl"], None
    name, _, number = text.partition("=")
    measure = MEASURES.get(name)
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    allowed = "use kl=X with X above 0, or agreement=X with X between 0 and 1, such as kl=0.3"
    if measure is None or not value > 0 or value == float("inf") or (measure.rises and value >= 1):
        scores = " (scores on tasks need fine-tuning, which a plan does not do)" if name == "score" else ""
        raise OptionError(f"--target is {text!r}{scores}; {allowed}")
    return measure, Target(measure, value)
