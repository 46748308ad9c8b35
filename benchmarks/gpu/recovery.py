"""A run that is killed and resumed, and a run on two ranks, each beside the same run left alone."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import inputs
import torch
from safetensors.torch import load_file

PROGRAM = Path(__file__).with_name("train.py")
UPDATES, KILLED_AT = 8, 5
PATIENCE_SECONDS = 150


def resume(size: inputs.Scale, scratch: Path, report: Callable[[dict[str, object]], None]) -> None:
    """Kill a run after an update, resume it, and compare its student with one that was not killed."""
    teacher = inputs.teacher_folder(scratch / "teacher", size, dropout=0.1)
    whole, broken = scratch / "whole", scratch / "broken"
    _ended(_started(teacher, whole, "--deterministic", size=size))
    _kill(_started(teacher, broken, "--deterministic", "--slow", size=size), broken / "log.jsonl")
    started = time.perf_counter()
    _ended(_started(teacher, broken, "--resume", size=size))
    report({
        "name": "killed and resumed", "seconds_to_resume_and_end": time.perf_counter() - started,
        "equal_bits": _weights(whole).equal(_weights(broken)), "largest_difference": _apart(whole, broken),
    })  # fmt: skip


def ranks(size: inputs.Scale, scratch: Path, report: Callable[[dict[str, object]], None]) -> None:
    """Two processes on one card (by gloo: NCCL takes one rank per card), or on two cards by NCCL."""
    teacher = inputs.teacher_folder(scratch / "teacher", size, dropout=0.0)
    alone, both = scratch / "alone", scratch / "both"
    _ended(_started(teacher, alone, "--no-dropout", "--fp32", size=size))
    backend = "nccl" if torch.cuda.device_count() > 1 else "gloo"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    launcher = ("-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(port))
    _ended(_started(teacher, both, "--no-dropout", "--fp32", "--backend", backend, size=size, launcher=launcher))
    lines = [json.loads(line) for line in (both / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    apart = _apart(alone, both)
    report({
        "name": f"two ranks by {backend}, beside one", "tokens_per_second": lines[-1]["tokens_per_second"],
        "largest_difference": apart, "passes": apart < 1e-2,
    })  # fmt: skip


def _started(
    teacher: Path, out: Path, *more: str, size: inputs.Scale, launcher: tuple[str, ...] = ()
) -> subprocess.Popen[bytes]:
    tiny = ("--tiny",) if size == inputs.TINY else ()
    line = [sys.executable, *launcher, str(PROGRAM), str(teacher), str(out), *more, *tiny]
    environment = os.environ | {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    return subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL)


def _ended(process: subprocess.Popen[bytes]) -> None:
    try:
        if process.wait(timeout=PATIENCE_SECONDS):
            raise SystemExit(f"{' '.join(map(str, process.args))} ended with {process.returncode}")  # type: ignore[arg-type]
    finally:
        process.kill()


def _kill(process: subprocess.Popen[bytes], log: Path) -> None:
    """Kill it with SIGKILL once its log has the update."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (log.exists() and f'"update": {KILLED_AT},' in log.read_text(encoding="utf-8")):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise SystemExit(f"the run to be killed did not reach update {KILLED_AT}")
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()


def _weights(out: Path) -> torch.Tensor:
    state = load_file(out / "student" / "model.safetensors")
    return torch.cat([state[name].flatten() for name in sorted(state)])


def _apart(one: Path, other: Path) -> float:
    """The norm of the difference of two students' weights, relative to the first's."""
    first, second = _weights(one).double(), _weights(other).double()
    return float((first - second).norm() / first.norm())
