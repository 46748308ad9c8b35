"""The benchmark that guards speed: a ratio must fall twice before a step fails, and only against what is stored."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    import quick

    yield quick
    for name in ("quick", "quick_pairs"):
        sys.modules.pop(name, None)


def measures(quick: Any, *ratios: float) -> Callable[[Any], Any]:
    """One of these ratios at each call, and no call more."""
    left: Iterator[float] = iter(ratios)
    return lambda pair: quick.Measured(next(left), 1.0, 1.0)


def pair(
    quick: Any, step: str = "shuffle", ours: Callable[[], object] = int, theirs: Callable[[], object] = int
) -> Any:
    return quick.Pair(step, "a peer", ours, theirs)


@pytest.mark.parametrize(
    ("ratios", "failed"),
    [((8.5,), []), ((8.4, 8.6), []), ((8.4, 8.4), ["shuffle"]), ((8.49, 1.0), ["shuffle"]), ((20.0,), [])],
)
def test_a_step_fails_when_it_falls_by_more_than_15_percent_on_two_tries(quick, ratios, failed):
    assert quick.compared([pair(quick)], {"shuffle": 10.0}, measures(quick, *ratios)) == failed


def test_a_step_that_nothing_is_stored_for_is_measured_and_does_not_fail(quick, capsys):
    assert quick.compared([pair(quick, "new")], {"shuffle": 10.0}, measures(quick, 0.1)) == []


def test_each_step_is_compared_with_its_own_ratio(quick):
    made = [pair(quick, "shuffle"), pair(quick, "books")]
    assert quick.compared(made, {"shuffle": 10.0, "books": 0.4}, measures(quick, 10.0, 0.3, 0.3)) == ["books"]


def test_the_ratio_is_the_peer_s_processor_time_over_ours_on_the_same_work(quick, monkeypatch, capsys):
    clock = [0.0]
    monkeypatch.setattr(quick.time, "process_time", lambda: clock[0])

    def takes(seconds: float) -> Callable[[], object]:
        return lambda: clock.__setitem__(0, clock[0] + seconds)

    found = quick.measured(quick.Pair("shuffle", "a peer on half the rows", takes(0.5), takes(1.0), share=0.5))
    assert found == quick.Measured(4.0, 0.5, 2.0)
    assert "4.00 x  ours   0.50 s, a peer on half the rows   2.00 s" in capsys.readouterr().out


def test_every_stored_step_is_one_that_is_measured(quick):
    import json

    source = (BENCHMARKS / "quick_pairs.py").read_text(encoding="utf-8")
    stored = json.loads(quick.STORED.read_text(encoding="utf-8"))
    assert len(stored) == 8 and all(ratio > 0 for ratio in stored.values())
    assert all(f'"{step}"' in source for step in stored)
