"""Many ranks give what one gives, and none waits for ever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[1] / "programs" / "ranks.py"
ALONE = {"OMP_NUM_THREADS": "1", "MASTER_ADDR": "127.0.0.1"}


def on_ranks(number: int, out: Path) -> Any:
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={number}"] if number > 1 else []
    command = [sys.executable, *launcher, str(PROGRAM), str(out)]
    subprocess.run(command, check=True, env=os.environ | ALONE, timeout=200, capture_output=True)
    return json.loads(out.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_two_ranks_give_the_losses_and_weights_of_one_with_half_of_the_data_each(tmp_path: Path) -> None:
    one, two = on_ranks(1, tmp_path / "one.json"), on_ranks(2, tmp_path / "two.json")
    for single, shared in zip(one["updates"], two["updates"], strict=True):
        assert shared["losses"] == pytest.approx(single["losses"], abs=1e-12)
        assert (shared["tokens"], shared["picked"]) == (single["tokens"], single["picked"])
        assert abs(2 * shared["rows"] - single["rows"]) <= 1
    assert two["weights"] == pytest.approx(one["weights"], abs=1e-12)


LOST = """
import sys, os, time, torch
from datetime import timedelta
from trainer.runtime.ranks import Ranks
from trainer import RankLost
ranks = Ranks(patience=timedelta(seconds=20))
ranks.sum(torch.ones(1))
if ranks.rank == 1:
    os._exit(9)
try:
    ranks.sum(torch.ones(1))
except RankLost as error:
    print(error)
    os._exit(1)
"""


@pytest.mark.slow
def test_a_killed_rank_ends_the_others_with_a_line_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "lost.py").write_text(LOST, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "lost.py")]
    shared = os.environ | ALONE | {"WORLD_SIZE": "2", "MASTER_PORT": str(29000 + os.getpid() % 2000)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    started = time.monotonic()
    both = [subprocess.Popen(command, env=shared | {"RANK": str(rank)}, **pipes) for rank in (0, 1)]  # type: ignore[call-overload]
    told = [process.communicate(timeout=120)[0] for process in both]
    assert both[0].returncode == 1
    assert "rank 0 of 2 lost contact with another" in told[0]
    assert time.monotonic() - started < 120
