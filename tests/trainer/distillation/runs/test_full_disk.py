"""A disk that fills up ends a run in one line, keeps what was whole, and costs nothing once there is room."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[2] / "programs" / "train.py"
MOUNT = 'mount -t tmpfs -o size={kilobytes}k tmpfs "$DISK" && '
MORE = 'mount -o remount,size=4m "$DISK" && '


def on_small_disk(script: str, place: Path, **names: Any) -> subprocess.CompletedProcess[str]:
    """A shell script in a mount namespace of its own, where nobody needs to be root; `$DISK` is an empty folder."""
    (place / "disk").mkdir(exist_ok=True)
    environment = os.environ | {"DISK": str(place / "disk"), "OMP_NUM_THREADS": "1", **names}
    return subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, env=environment)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory, make: ModuleType) -> Path:
    """A teacher, on a system that lets us mount a small disk."""
    place = tmp_path_factory.mktemp("full-disk")
    try:
        tried = on_small_disk(MOUNT.format(kilobytes=64) + "true", place)
    except FileNotFoundError:
        pytest.skip("this system has no unshare")
    if tried.returncode:
        pytest.skip(f"this system mounts no disk for a test: {tried.stderr.strip()}")
    folder: Path = make.teacher_folder(place / "teacher")
    return folder


@pytest.fixture(scope="module")
def whole(teacher: Path, make: ModuleType) -> str:
    """The hash of the student's weights after a run with room enough."""
    out = teacher.parent / "whole"
    subprocess.run([sys.executable, PROGRAM, teacher, out], check=True, capture_output=True)
    weights: str = make.weights_hash(out / "student")
    return weights


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kilobytes", "what"),
    [
        (8, r"student cannot be written"),
        (40, r"update-00000003 could not be written"),
        (100, r"update-00000006 could not be written"),
    ],
)
def test_no_space_is_one_line_and_the_run_goes_on_to_the_same_weights(
    kilobytes: int, what: str, teacher: Path, whole: str, tmp_path: Path, make: ModuleType
) -> None:
    run = f'"{sys.executable}" "{PROGRAM}" "{teacher}" "$DISK/run"'
    again = "--resume" if kilobytes > 72 else "--overwrite"
    then = f'if {run}; then exit 9; fi; {MORE} {run} {again} && cp -r "$DISK/run" "{tmp_path}"'
    done = on_small_disk(MOUNT.format(kilobytes=kilobytes) + then, tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(f"error: .*{what}.*No space left", done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert make.weights_hash(tmp_path / "run" / "student") == whole
