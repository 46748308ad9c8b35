"""Fine-tuning of a student with three seeds, on a generated task."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import inputs

from trainer import evaluate

SEEDS = 3


def run(size: inputs.Scale, scratch: Path, report: Callable[[dict[str, object]], None]) -> None:
    """Fine-tune a model of the student's size on it with every seed."""
    model = inputs.student_folder(scratch / "student", size)
    data = inputs.sst2(scratch / "glue", size)
    started = time.perf_counter()
    found = evaluate(
        "sst-2", model=model, data=data, seeds=SEEDS, out=scratch / "out", changes={"epochs": 2, "batch-size": 32}
    )
    seconds = time.perf_counter() - started
    (column,) = found.columns.values()
    examples = SEEDS * (2 * column.train_rows + column.dev_rows)
    report({
        "name": f"SST-2, generated, {SEEDS} seeds", "seconds": seconds, "examples_per_second": examples / seconds,
        "scores": column.scores, "majority": column.majority, "collapsed": column.collapsed,
    })  # fmt: skip
