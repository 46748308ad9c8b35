"""Several fine-tunings at once: workers are kept, their death is one clear error, and they end with their parent."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpora import WorkerError
from trainer.evaluation.evaluator import evaluate, evaluate_together
from trainer.runtime import Workers

pytestmark = pytest.mark.slow
ONE_EPOCH = {"epochs": 1.0}


@pytest.fixture
def model(student: Path, tmp_path: Path) -> Path:
    """A copy of the tiny student, so that results next to it are those of one test."""
    return Path(shutil.copytree(student, tmp_path / "run" / "student"))


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers(2) as two:
        yield two


def processes(workers: Workers) -> set[int]:
    """The ids of the processes that run now."""
    assert workers._pool is not None
    return set(workers._pool._processes)


def test_several_benchmarks_share_workers_that_stay(model: Path, glue: Path, tmp_path: Path, workers: Workers) -> None:
    wanted = {"cola": ONE_EPOCH, "rte": ONE_EPOCH}
    together = evaluate_together(wanted, model=model, data=glue, seeds=2, device="cpu", workers=workers)
    first = processes(workers)
    shutil.rmtree(model.parent / "evaluation")
    evaluate_together(wanted, model=model, data=glue, seeds=2, device="cpu", workers=workers)
    assert len(first) == 2 and os.getpid() not in first and processes(workers) == first
    alone = [evaluate(name, model=model, data=glue, seeds=2, out=tmp_path / name, changes=ONE_EPOCH) for name in wanted]
    assert [list(made.columns) for made in together] == [["CoLA"], ["RTE"]]
    for made, same in zip(together, alone, strict=True):
        assert [c.metrics for c in made.columns.values()] == [c.metrics for c in same.columns.values()]


def test_a_worker_that_is_killed_is_one_error_and_the_next_evaluation_has_new_ones(
    model: Path, glue: Path, workers: Workers
) -> None:
    evaluate_together({"cola": ONE_EPOCH}, model=model, data=glue, seeds=2, device="cpu", workers=workers)
    for process in processes(workers):
        os.kill(process, signal.SIGKILL)
    with pytest.raises(WorkerError, match="run the same command again"):
        evaluate_together({"rte": ONE_EPOCH}, model=model, data=glue, seeds=2, device="cpu", workers=workers)
    made = evaluate_together({"rte": ONE_EPOCH}, model=model, data=glue, seeds=2, device="cpu", workers=workers)
    assert len(made[0].columns["RTE"].scores) == 2


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent(model: Path, glue: Path, how: signal.Signals) -> None:
    words = ["evaluate", "cola", "--model", model, "--data", glue, "--seeds", "60", "--workers", "2", "--device", "cpu"]
    program = "import sys; from trainer.cli import main; main(sys.argv[1:])"
    parent = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1"}, start_new_session=True, text=True,
    )  # fmt: skip
    cells = model.parent / "evaluation" / "cells"
    wait_until(lambda: len(list(cells.glob("cola-*.json"))) >= 4 or parent.poll() is not None, 120)
    children = children_of(parent.pid)
    assert parent.poll() is None and len(children) >= 2
    if how == signal.SIGINT:
        os.killpg(parent.pid, how)  # as Ctrl-C does
    else:
        parent.send_signal(how)
    _, told = parent.communicate(timeout=60)
    wait_until(lambda: not any(map(is_running, children)), 30)
    assert "Traceback" not in told
    if how == signal.SIGINT:
        assert "run the same command again" in told


def wait_until(there: Callable[[], bool], seconds: float) -> None:
    """Wait for an event, and fail if it does not come in time."""
    before = time.monotonic()
    while not there():
        assert time.monotonic() - before < seconds
        time.sleep(0.02)


def children_of(process: int) -> list[int]:
    """The processes that a process started."""
    found = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text(encoding="ascii").split()]


def is_running(process: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
