"""The GPU benchmark runs on a CPU with tiny models."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (BENCHMARKS, BENCHMARKS / "gpu"):
        monkeypatch.syspath_prepend(str(folder))
    for name in ("inputs", "parity", "speed", "tuning", "distill", "machine"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_a_token_costs_what_the_recipes_say() -> None:
    import inputs

    assert inputs.operations(inputs.BASE, np.full(9, 128)) == pytest.approx(629e6, rel=1e-3)


def test_losses_and_gradient_agree_with_the_cpu_in_both_precisions(tmp_path: Path) -> None:
    import inputs
    import parity

    rows: list[dict[str, object]] = []
    parity.run(inputs.TINY, tmp_path, rows.append)
    assert [row.get("passes") for row in rows] == [None, True, True]


@pytest.mark.slow
def test_both_loops_and_fine_tuning_give_their_figures(tmp_path: Path) -> None:
    import inputs
    import speed
    import tuning

    rows: list[dict[str, object]] = []
    speed.plain(inputs.TINY, tmp_path, rows.append)
    speed.ours(inputs.TINY, tmp_path, rows.append)
    assert all(row["tokens_per_second"] > 0 for row in rows) and len(rows) == 6
    speed.memory(inputs.TINY, tmp_path, rows.append)
    tuning.run(inputs.TINY, tmp_path, rows.append)
    assert rows[-2]["used_tokens"] == 4096 and len(rows[-1]["scores"]) == 3
