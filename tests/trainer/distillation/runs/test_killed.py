"""A run that is killed without a warning, twice, ends with the bits of one that was not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[2] / "programs" / "train.py"


def train(teacher: Path, out: Path, *more: str, kill_at: int = 0) -> int:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "KILL_AT": str(kill_at)}
    command = [sys.executable, str(PROGRAM), str(teacher), str(out), *more]
    return subprocess.run(command, env=environment, timeout=200).returncode


@pytest.mark.slow
def test_killed_twice_and_resumed_gives_the_same_weights(tmp_path: Path, make: Any) -> None:
    teacher = make.teacher_folder(tmp_path / "teacher")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert train(teacher, whole) == 0
    assert train(teacher, broken, kill_at=5) == -signal.SIGKILL
    assert train(teacher, broken, "--resume", kill_at=8) == -signal.SIGKILL
    assert train(teacher, broken, "--resume") == 0
    assert make.weights_hash(broken / "student") == make.weights_hash(whole / "student")
