"""The speed of a run, and its remaining time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import torch

PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12, "A10": 125e12, "T4": 65e12}
"""Dense half-precision operations per second from the datasheets, by a part of the device's name."""


@dataclass
class Meter:
    """Counts tokens and time since the start of the run, or of its part after a resume.

    Args:
        operations: floating-point operations that one token costs.
        done: updates that were done before.
    """

    operations: float
    done: int
    tokens: int = 0
    started: float = field(default_factory=time.monotonic)

    def count(self, tokens: int) -> None:
        """Count an update."""
        self.tokens += tokens

    def speed(self, update: int, updates: int) -> dict[str, float | None]:
        """Tokens per second, share of the hardware's peak, and seconds elapsed and left."""
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
    """The share of the GPU's peak; None on a CPU, or if the GPU's peak is not known."""
    if not torch.cuda.is_available():
        return None
    name = torch.cuda.get_device_name()
    peak = next((peak for part, peak in PEAKS.items() if part in name), None)
    return None if peak is None else round(operations_per_second / peak, 4)
