"""A study killed or stopped in each phase ends with what an undisturbed one gives, nothing done twice."""

from __future__ import annotations

import hashlib
import json
import os
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


def started(root: Path, workers: int = 1) -> subprocess.Popen[str]:
    """The study as a user starts it in a shell of its own, its store in the same folder."""
    root.mkdir(exist_ok=True)
    text = RECIPE.read_text(encoding="utf-8").replace("[study]", f"[study]\nworkers = {workers}")
    (root / "study.toml").write_text(text, encoding="utf-8")
    if not (root / "tasks").exists():
        write_tasks(root / "tasks")
    line = [sys.executable, "-c", "from trainer.cli import main; main()", "study", "run", str(root / "study.toml")]
    environment = os.environ | {"CORPORA_HOME": str(root / "store"), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def killed_when(pattern: str, process: subprocess.Popen[str], study: Path) -> None:
    """Kill it with SIGKILL as soon as there is such a file."""
    wait_for(pattern, process, study)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def wait_for(pattern: str, process: subprocess.Popen[str], study: Path) -> None:
    """Wait until there is such a file."""
    deadline = time.monotonic() + 120
    while not list(study.glob(pattern)):
        assert process.poll() is None, f"it ended before {pattern} was seen"
        assert time.monotonic() < deadline
        time.sleep(0.005)


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
@pytest.mark.parametrize("workers", [1, 2])
def test_a_study_killed_in_every_phase_gives_the_bits_of_one_that_was_not(tmp_path: Path, workers: int) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    undisturbed = started(whole)
    finished: dict[Path, int] = {}
    for pattern in PHASES.values():
        killed_when(pattern, started(broken, workers), broken / "study")
        assert finished == {path: then for path, then in finished_files(broken / "study").items() if path in finished}
        finished = finished_files(broken / "study")
    ended(started(broken, workers))
    ended(undisturbed)
    assert finished == {path: then for path, then in finished_files(broken / "study").items() if path in finished}
    assert results(broken / "study") == results(whole / "study")
    assert (broken / "study" / "report.html").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_students_side_by_side_stop_with_a_checkpoint_when_asked_to(tmp_path: Path, how: signal.Signals) -> None:
    process = started(tmp_path, workers=2)
    wait_for(PHASES["a student in training"], process, tmp_path / "study")
    if how == signal.SIGINT:
        os.killpg(process.pid, how)  # as Ctrl-C does
    else:
        process.send_signal(how)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 128 + how and "Traceback" not in told
    assert told.rstrip().endswith(f"resume with trainer study run {tmp_path / 'study.toml'}")
    for card in (tmp_path / "study").glob("runs/*/run.json"):
        run = json.loads(card.read_text(encoding="utf-8"))
        assert run["status"] in ("finished", "stopped"), card
    ended(started(tmp_path, workers=2))


def ended(process: subprocess.Popen[str]) -> None:
    """Wait until a study ends well."""
    _, told = process.communicate(timeout=240)
    assert process.returncode == 0, told
