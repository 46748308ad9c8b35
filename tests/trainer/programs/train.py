"""A small distillation in a process of its own: train.py TEACHER OUT [--resume] [--overwrite]. Kills itself with
SIGKILL once update KILL_AT is in the log, if that is set; the shape is STUDENT's."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from corpora import CorporaError
from trainer import Callback, Run, distill

spec = importlib.util.spec_from_file_location("making", Path(__file__).parents[1] / "conftest.py")
making: Any = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
spec.loader.exec_module(making)  # type: ignore[union-attr]


@dataclass(frozen=True)
class Killed(Callback):
    """Dies without a warning."""

    name: ClassVar[str] = "killed"

    def on_step(self, run: Run, record: Mapping[str, Any]) -> None:
        """Kill this process at its update."""
        if record["update"] == int(os.environ.get("KILL_AT", "0")):
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Train."""
    teacher, out = sys.argv[1:3]
    options = {
        "sequences": 16, "budget": "updates=12", "student": os.environ.get("STUDENT", "distilbert:1"),
        "checkpoint-every": "3", "log-every": 1, "micro-batch-tokens": "64",
    }  # fmt: skip
    resume, overwrite = "--resume" in sys.argv, "--overwrite" in sys.argv
    try:
        outcome = distill(
            making.rows(60), teacher, out,
            options={} if resume else options, resume=resume, overwrite=overwrite, watch=[Killed()],
        )  # fmt: skip
    except CorporaError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from error
    print(outcome.status, outcome.updates, *outcome.notes)


if __name__ == "__main__":
    main()
