"""A study killed without a warning in each phase ends with what an undisturbed one gives, nothing done twice."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from corpora.builtin.sources.toy.tasks import write_tasks

RECIPE = Path(__file__).with_name("tiny.toml")
PHASES = {
    "the teacher in training": "teacher-*/checkpoints/update-*",
    "the teacher in evaluation": "teacher-*/evaluation/cells/cola-1-????????????.json",
    "a student in training": "runs/tiny-*/checkpoints/update-*",
    "a student in evaluation": "runs/tiny-half-*/evaluation/cells/cola-0-????????????.json",
}
"""Each phase, by the file of the study that shows that it has begun."""


def started(root: Path) -> subprocess.Popen[bytes]:
    """The study as a user starts it, its store in the same folder."""
    root.mkdir(exist_ok=True)
    shutil.copy(RECIPE, root / "study.toml")
    if not (root / "tasks").exists():
        write_tasks(root / "tasks")
    line = [sys.executable, "-c", "from trainer.cli import main; main()", "study", "run", str(root / "study.toml")]
    environment = os.environ | {"CORPORA_HOME": str(root / "store"), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def killed_when(pattern: str, process: subprocess.Popen[bytes], study: Path) -> None:
    """Kill it with SIGKILL as soon as there is such a file."""
    deadline = time.monotonic() + 120
    while not list(study.glob(pattern)):
        assert process.poll() is None, f"it ended before {pattern} was seen"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()


def finished_files(study: Path) -> dict[Path, int]:
    """What is never written again: sealed students, results, their weights; each with the time it was written."""
    kept = [*study.rglob("student.json"), *study.rglob("cells/*-????????????.json")]
    return {path: path.stat().st_mtime_ns for path in kept}


def results(study: Path) -> dict[str, Any]:
    """Every model's weights and every cell's scores and answers, by their places, whose names are made of content."""
    weights = {
        str(path.relative_to(study)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in study.rglob("model.safetensors")
    }
    cells = {}
    for path in study.rglob("cells/*-????????????.json"):
        cell = json.loads(path.read_text(encoding="utf-8"))
        cells[str(path.relative_to(study))] = [cell["metrics"], cell["answers_sha256"], cell["final_loss"]]
    return weights | cells


@pytest.mark.slow
def test_a_study_killed_in_every_phase_gives_the_bits_of_one_that_was_not(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    undisturbed = started(whole)
    finished: dict[Path, int] = {}
    for pattern in PHASES.values():
        killed_when(pattern, started(broken), broken / "study")
        assert finished == {path: then for path, then in finished_files(broken / "study").items() if path in finished}
        finished = finished_files(broken / "study")
    assert started(broken).wait(timeout=240) == 0 and undisturbed.wait(timeout=240) == 0
    assert finished == {path: then for path, then in finished_files(broken / "study").items() if path in finished}
    assert results(broken / "study") == results(whole / "study")
    assert (broken / "study" / "report.html").is_file()
