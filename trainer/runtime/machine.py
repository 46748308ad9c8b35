"""The hardware and software of a run or a measurement."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

VERSIONS = ("transferset", "torch", "transformers", "tokenizers", "safetensors", "numpy", "pyarrow")


def hardware() -> dict[str, object]:
    """The hardware, as recorded in the run card."""
    import torch

    gpus = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    return {
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpus": gpus,
    }


def versions() -> dict[str, str]:
    """The versions of the software, as recorded in the run card."""
    return {"python": platform.python_version(), **{name: version(name) for name in VERSIONS}}


def environment() -> dict[str, object]:
    """The hardware and the versions with which a figure was measured."""
    return {**hardware(), "processor": processor(), **versions()}


def processor() -> str:
    """The processor's name, or its architecture if the system does not give one."""
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
