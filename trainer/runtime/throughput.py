"""The speed and the remaining time of a run."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import torch

PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12, "A10": 125e12, "T4": 65e12}
"""Dense half-precision operations per second from the datasheets, by part of the device's name."""


@dataclass
class Meter:
    """Counts tokens and time since the run was started or resumed.

    Args:
        operations: floating-point operations per token.
        done: number of updates done before.
    """

    operations: float
    done: int
    tokens: int = 0
    started: float = field(default_factory=time.monotonic)

    def count(self, tokens: int) -> None:
        """Add the tokens of an update."""
        self.tokens += tokens

    def speed(self, update: int, updates: int) -> dict[str, float | None]:
        """The speed since the start, as recorded in the log.

        Args:
            update: the number of updates done.
            updates: in the whole run.

        Returns:
            Tokens per second, share of the GPU's peak, seconds elapsed and left, and peak GPU memory in bytes.
        """
        elapsed = max(time.monotonic() - self.started, 1e-9)
        rate = self.tokens / elapsed
        left = elapsed / max(update - self.done, 1) * (updates - update)
        return {
            "tokens_per_second": round(rate, 1),
            "mfu": mfu_of(rate * self.operations),
            "elapsed_seconds": round(elapsed, 3),
            "left_seconds": round(left, 1),
            "peak_memory_bytes": torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None,
        }


def mfu_of(operations_per_second: float) -> float | None:
    """The share of the GPU's peak; None on a CPU, or if the peak is unknown."""
    if not torch.cuda.is_available():
        return None
    name = torch.cuda.get_device_name()
    peak = next((peak for part, peak in PEAKS.items() if part in name), None)
    return None if peak is None else round(operations_per_second / peak, 4)
