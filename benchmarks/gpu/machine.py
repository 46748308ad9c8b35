"""What the benchmark runs on, and which modules this machine lacks."""

from __future__ import annotations

import importlib.util
import platform
from collections.abc import Callable
from pathlib import Path

from inputs import Scale

NEEDED = (
    "torch", "transformers", "tokenizers", "safetensors", "numpy", "huggingface_hub", "msgspec", "lazy_loader",
    "pluggy", "platformdirs", "pyarrow",
)  # fmt: skip
"""What the measured code imports. `datasets`, `scipy` and `sklearn` are not among them."""


def missing() -> list[str]:
    """The needed modules that cannot be imported here."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


def run(_: Scale, __: Path, report: Callable[[dict[str, object]], None]) -> None:
    """Report the device, the versions, and what two matrices of half precision multiply at."""
    import torch
    import transformers

    row: dict[str, object] = {
        "name": "machine", "torch": torch.__version__, "transformers": transformers.__version__,
        "python": platform.python_version(), "platform": platform.platform(), "cuda": torch.version.cuda,
        "device": "cpu", "threads": torch.get_num_threads(),
    }  # fmt: skip
    if torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        row |= {
            "device": torch.cuda.get_device_name(), "gpus": torch.cuda.device_count(), "free_bytes": free,
            "memory_bytes": total, "matmul_tflops": _matmul_tflops(),
        }  # fmt: skip
    report(row)


def _matmul_tflops() -> float:
    import time

    import torch

    side, rounds = 8192, 50
    left, right = (torch.randn(side, side, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    for _ in range(2):
        torch.cuda.synchronize()
        started = time.perf_counter()
        for _round in range(rounds):
            left @ right
        torch.cuda.synchronize()
    return round(2 * side**3 * rounds / (time.perf_counter() - started) / 1e12, 1)
