"""Telling a run that has blown up from one that has a bad moment: a loss that is a number can still be lost."""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Mapping
from typing import Any

from trainer.errors import Diverged


class LossWatch:
    """Notices a loss that leaves its own history and does not come back.

    An update is high where its loss is more than `max_rise` times the median of the last 100 that were not, and
    more than `floor`; 20 high ones in a row are divergence. The median makes one bad batch harmless, and the row
    of 20 a spike that heals. A rise that doubles the loss in a few hundred updates moves the median along: that is
    a run that learns badly, which the log shows, not one that blew up. Gradients need no watch of their own: what
    matters of them is in the next update's loss.

    Args:
        max_rise: 0 takes any loss.
        floor: a loss that is never high: one nat a token for each term's weight. A student that starts as its
            teacher has a loss near 0, many times which is nothing yet.
    """

    HISTORY, PATIENCE = 100, 20

    def __init__(self, *, max_rise: float, floor: float) -> None:
        self.max_rise, self.floor = max_rise, floor
        self.good: deque[float] = deque(maxlen=self.HISTORY)
        self.high: list[int] = []
        """The updates that were high, in a row up to the last one."""

    def see(self, update: int, loss: float) -> None:
        """Take in the loss of an update, from 1.

        Raises:
            Diverged: it was the last of too many high ones.
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
                "(--max-rise 0 takes any)"
            )

    def _is_high(self, loss: float) -> bool:
        if not self.max_rise or not self.good:
            return False
        return loss > max(self.floor, self.max_rise * statistics.median(self.good))

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {"good": list(self.good), "high": self.high}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.good.extend(state["good"])
        self.high = list(state["high"])
