"""A short distillation in a process of its own, which can be killed and resumed, or be one of two ranks."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent), str(FOLDER.parent.parent)]


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser()
    parser.add_argument("teacher", type=Path)
    parser.add_argument("out", type=Path)
    for flag in ("resume", "deterministic", "no-dropout", "fp32", "slow", "tiny"):
        parser.add_argument(f"--{flag}", action="store_true")
    parser.add_argument("--backend", help="meet the other ranks by this, all of them on the first card if it is gloo")
    asked = parser.parse_args()
    import inputs
    import recovery
    import speed
    import torch.distributed as dist

    from trainer import Callback, Run, distill

    @dataclass(frozen=True)
    class Slow(Callback):
        """Leaves time to be killed in."""

        name: ClassVar[str] = "slow"

        def on_step(self, run: Run, record: Mapping[str, object]) -> None:
            """Wait."""
            time.sleep(0.3)

    if asked.backend:
        dist.init_process_group(asked.backend)
        if asked.backend == "gloo":
            os.environ["LOCAL_RANK"] = "0"
    size = inputs.scale(tiny=asked.tiny)
    sequences = min(size.sequences, 256)
    options = speed.options(size, dropout=0.0 if asked.no_dropout else 0.1, updates=recovery.UPDATES) | {
        "sequences": sequences, "checkpoint-every": "2", "deterministic": asked.deterministic,
        "precision": "fp32" if asked.fp32 else "bf16", "micro-batch-tokens": "4096",
    }  # fmt: skip
    rows = inputs.rows(sequences * recovery.UPDATES, size.vocabulary)
    watch = [Slow()] if asked.slow else []
    distill(rows, asked.teacher, asked.out, options={} if asked.resume else options, resume=asked.resume, watch=watch)
    if asked.backend:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
