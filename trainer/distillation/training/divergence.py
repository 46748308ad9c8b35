"""Detect divergence: distinguish a loss that has blown up from a passing spike."""

from __future__ import annotations

import statistics
from collections import deque
from typing import TypedDict

from trainer.errors import Diverged


class LossState(TypedDict):
    """The state of a `LossWatch` in a checkpoint."""

    good: list[float]
    high: list[int]


class LossWatch:
    """Detects a loss that rises far above its own history and stays there.

    An update is high if its loss is more than `max_rise` times the median of the last 100 that were not high, and
    more than `floor`; 20 high updates in a row are divergence. The median absorbs a single bad batch, and the 20
    updates give a spike time to recover. If a loss doubles over a few hundred updates, its median follows: such a run
    learns badly, as the log shows, but has not diverged. Gradients are not watched, because a bad one shows in the
    loss of the next update.

    Args:
        max_rise: 0 accepts any loss.
        floor: losses up to this are never high; `RunLoop` uses one nat per token times the sum of the weights. The
            loss of a student that starts as a copy of its teacher is near 0, and many times that is still small.
    """

    HISTORY, PATIENCE = 100, 20

    def __init__(self, *, max_rise: float, floor: float) -> None:
        self.max_rise, self.floor = max_rise, floor
        self.good: deque[float] = deque(maxlen=self.HISTORY)
        self.high: list[int] = []
        """The unbroken series of high updates that ends with the latest; empty if that one was not high."""

    def see(self, update: int, loss: float) -> None:
        """Record the loss of an update.

        Args:
            update: counted from 1.
            loss: the weighted sum of all terms, per token.

        Raises:
            Diverged: too many updates in a row were high.
        """
        if not self._is_high(loss):
            self.good.append(loss)
            self.high.clear()
            return
        self.high.append(update)
        if len(self.high) >= self.PATIENCE:
            raise Diverged(
                f"the loss is {loss:.4g} and has been above {self.max_rise:g} times its median "
                f"({statistics.median(self.good):.4g}) since update {self.high[0]:,} "
                "(--max-rise 0 accepts any loss)"
            )

    def _is_high(self, loss: float) -> bool:
        if not self.max_rise or not self.good:
            return False
        return loss > max(self.floor, self.max_rise * statistics.median(self.good))

    def state(self) -> LossState:
        """The state to store in a checkpoint."""
        return {"good": list(self.good), "high": self.high}

    def restore(self, state: LossState) -> None:
        """Continue from a checkpoint."""
        self.good.extend(state["good"])
        self.high = list(state["high"])
