"""A run that is killed without a warning, twice, ends with the bits of one that was not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parents[2] / "programs" / "train.py"


def train(teacher: Path, out: Path, *more: str, slow: float = 0.0) -> subprocess.Popen[bytes]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "SLOW": str(slow)}
    return subprocess.Popen([sys.executable, str(PROGRAM), str(teacher), str(out), *more], env=environment)


def killed_after(update: int, process: subprocess.Popen[bytes], out: Path) -> None:
    log, deadline = out / "log.jsonl", time.monotonic() + 120
    while not (log.exists() and f'"update": {update},' in log.read_text(encoding="utf-8")):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_killed_twice_and_resumed_gives_the_same_weights(tmp_path: Path, make: Any) -> None:
    teacher = make.teacher_folder(tmp_path / "teacher")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert train(teacher, whole).wait(timeout=120) == 0
    killed_after(5, train(teacher, broken, slow=0.3), broken)
    killed_after(8, train(teacher, broken, "--resume", slow=0.3), broken)
    assert train(teacher, broken, "--resume").wait(timeout=120) == 0
    assert make.weights_hash(broken / "student") == make.weights_hash(whole / "student")
