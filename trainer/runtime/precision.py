"""Number formats: which the device multiplies in, and the loss scale that half precision needs."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypedDict

import torch

from trainer.errors import Diverged, RunError


@dataclass(frozen=True)
class Precision:
    """Master weights stay float32 (float64 in tests); matrices are multiplied in `dtype` if it is given."""

    name: str
    dtype: torch.dtype | None

    def autocast(self, device: torch.device) -> AbstractContextManager[object]:
        """The context in which bodies and heads run."""
        return torch.autocast(device.type, dtype=self.dtype or torch.bfloat16, enabled=self.dtype is not None)


def precision_for(name: str, device: torch.device) -> Precision:
    """The precision of this name; `auto` is the fastest that the device has in hardware.

    Args:
        name: auto, bf16, fp16 or fp32.

    Raises:
        RunError: fp16 on a CPU.
    """
    if name == "auto":
        name = _best(device)
    if name == "fp16" and device.type == "cpu":
        raise RunError("fp16 needs a GPU; on a CPU there are bf16 and fp32")
    return Precision(name, {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": None}[name])


def _best(device: torch.device) -> str:
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    return "bf16" if torch.cpu._is_avx512_bf16_supported() else "fp32"


class ScaleState(TypedDict):
    """What a checkpoint keeps of a `LossScale`."""

    value: float
    good_updates: float


class LossScale:
    """What the loss is multiplied by, so that small gradients do not vanish in half precision.

    Args:
        active: outside half precision it stays 1.
    """

    SMALLEST = 2.0**-24
    PATIENCE = 2000

    def __init__(self, *, active: bool) -> None:
        self.active, self.value, self.good_updates = active, 2.0**16 if active else 1.0, 0

    def took(self, *, finite: bool) -> bool:
        """Record whether an update's gradient was finite; gives whether to take the update.

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
        """What a checkpoint keeps."""
        return {"value": self.value, "good_updates": self.good_updates}

    def restore(self, state: ScaleState) -> None:
        """Continue from a checkpoint."""
        self.value, self.good_updates = state["value"], int(state["good_updates"])
