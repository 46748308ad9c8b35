"""Evaluation killed in the middle: what is finished is found, nothing half-made is trusted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trainer.evaluation.evaluator import evaluate


@pytest.mark.slow
def test_an_evaluation_killed_in_the_middle_goes_on_with_what_is_missing(
    student: Path, glue: Path, tmp_path: Path
) -> None:
    words = ["evaluate", "cola", "--model", student, "--data", glue, "--out", tmp_path / "out", "--seeds", "40"]
    program = "import sys; from trainer.cli import main; main(sys.argv[1:])"
    child = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, words), "--device", "cpu"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    cells, before = tmp_path / "out" / "cells", time.monotonic()
    while not list(cells.glob("cola-2-????????????.json")) and time.monotonic() - before < 120 and child.poll() is None:
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    finished = {path.name: path.stat().st_mtime_ns for path in cells.glob("cola-*.json")}
    assert 3 <= len([name for name in finished if "answers" not in name]) < 40
    made = evaluate("cola", model=student, data=glue, out=tmp_path / "out", seeds=4, device="cpu")
    assert len(made.columns["CoLA"].scores) == 4
    assert all((cells / name).stat().st_mtime_ns == then for name, then in finished.items() if "cola-3" not in name)
