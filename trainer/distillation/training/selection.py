"""Early stopping and model selection on held-out text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


class SelectionState(TypedDict):
    """The state of a `Selection` in a checkpoint."""

    update: int | None
    """The best update."""
    value: float | None
    since: int
    """Measurements since the best one."""


@dataclass
class Selection:
    """The best update so far, by a measurement of which lower is better.

    Args:
        metric: the name of the measurement, such as `kl`.
        patience: how many measurements without a new best end the run; None never ends it.
    """

    metric: str
    patience: int | None = None
    update: int | None = None
    value: float | None = None
    since: int = 0

    def see(self, update: int, value: float) -> bool:
        """Record a measurement and return whether it is the best so far; NaN never is.

        Args:
            update: number of updates done.
            value: lower is better.
        """
        if value < (float("inf") if self.value is None else self.value):
            self.update, self.value, self.since = update, value, 0
            return True
        self.since += 1
        return False

    @property
    def exhausted(self) -> bool:
        """Whether the patience has run out, so that the run should end."""
        return self.patience is not None and self.since >= self.patience

    def state(self) -> SelectionState:
        """The state to store in a checkpoint."""
        return {"update": self.update, "value": self.value, "since": self.since}

    def restore(self, state: SelectionState) -> None:
        """Continue from a checkpoint."""
        self.update, self.value, self.since = state["update"], state["value"], state["since"]
