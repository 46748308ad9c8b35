"""Number formats: the precision of matrix products, and the loss scale that half precision needs."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypedDict

import torch

from trainer.errors import Diverged, RunError


@dataclass(frozen=True)
class Precision:
    """The precision of matrix products: `dtype`, or that of the weights if None; weights are in float32."""

    name: str
    dtype: torch.dtype | None

    def autocast(self, device: torch.device) -> AbstractContextManager[object]:
        """The context in which to run bodies and heads."""
        return torch.autocast(device.type, dtype=self.dtype or torch.bfloat16, enabled=self.dtype is not None)


def precision_for(name: str, device: torch.device) -> Precision:
    """The precision with a given name.

    Args:
        name: bf16, fp16, fp32, or auto for the fastest that the device supports in hardware.
        device: where the matrix products run.

    Raises:
        RunError: fp16 on a CPU.
    """
    if name == "auto":
        name = _best(device)
    if name == "fp16" and device.type == "cpu":
        raise RunError("fp16 needs a GPU; on a CPU, use bf16 or fp32")
    return Precision(name, {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": None}[name])


def _best(device: torch.device) -> str:
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    return "bf16" if torch.cpu._is_avx512_bf16_supported() else "fp32"


class ScaleState(TypedDict):
    """The state of a `LossScale` in a checkpoint."""

    value: float
    good_updates: float


class LossScale:
    """A factor of the loss that keeps small gradients from vanishing in half precision.

    Args:
        active: whether the precision is fp16; otherwise the factor is always 1.
    """

    SMALLEST = 2.0**-24
    PATIENCE = 2000

    def __init__(self, *, active: bool) -> None:
        self.active, self.value, self.good_updates = active, 2.0**16 if active else 1.0, 0

    def took(self, *, finite: bool) -> bool:
        """Record whether an update's gradient was finite, and return whether to apply the update.

        Args:
            finite: whether all values of the gradient are finite.

        Raises:
            Diverged: the gradient is not finite, and a smaller scale cannot help.
        """
        if finite:
            self.good_updates += 1
            if self.active and self.good_updates % self.PATIENCE == 0:
                self.value *= 2
            return True
        if not self.active or self.value <= self.SMALLEST:
            raise Diverged("the gradient is not a finite number")
        self.value, self.good_updates = self.value / 2, 0
        return False

    def state(self) -> ScaleState:
        """The state to store in a checkpoint."""
        return {"value": self.value, "good_updates": self.good_updates}

    def restore(self, state: ScaleState) -> None:
        """Continue from a checkpoint."""
        self.value, self.good_updates = state["value"], int(state["good_updates"])
