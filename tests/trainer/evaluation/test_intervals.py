"""Intervals: the sums give the metrics themselves, and the bootstrap sees what is there and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import generator, sha256_file
from trainer.errors import ResultDamaged
from trainer.evaluation import intervals
from trainer.evaluation.intervals import Interval, as_words, difference, evidence, parts, resampled
from trainer.evaluation.metrics import METRICS
from trainer.evaluation.results import Column, write_sealed


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2),
    st.sampled_from(["accuracy", "f1", "matthews"]),
)
def test_sums_over_examples_give_the_metric(pairs: list[tuple[int, int]], metric: str) -> None:
    answers, gold = np.array(pairs).T
    whole = np.ones((1, len(gold))) @ parts(metric, answers, gold)
    assert intervals.METRICS[metric](whole)[0] == pytest.approx(METRICS[metric](answers, gold), abs=1e-9)


@pytest.mark.parametrize("scale", [1e-7, 1.0, 1e7])
@pytest.mark.parametrize("metric", ["pearson", "spearman"])
def test_sums_over_examples_give_correlations(metric: str, scale: float) -> None:
    rng = np.random.default_rng(1)
    gold = rng.integers(0, 6, 200) * scale
    answers = gold + rng.normal(size=200) * scale + 100 * scale
    whole = np.ones((1, 200)) @ parts(metric, answers, gold)
    assert intervals.METRICS[metric](whole)[0] == pytest.approx(METRICS[metric](answers, gold))
    flat = np.ones((1, 200)) @ parts(metric, np.full(200, scale), gold)
    assert intervals.METRICS[metric](flat)[0] == METRICS[metric](np.full(200, scale), gold) == 0.0


def column(folder: Path, name: str, right: float, *, seeds: int = 2, metric: str = "accuracy") -> dict[str, Column]:
    """A dev set of 400 examples of which a share is answered rightly."""
    cells = []
    for seed in range(seeds):
        gold = [number % 2 for number in range(400)]
        answers = [g if number < 400 * right else 1 - g for number, g in enumerate(gold)]
        cell = folder / f"{name}-{right}-{seed}.json"
        cell.with_suffix(".answers.json").write_text(json.dumps({"RTE": {"answers": answers, "gold": gold}}))
        cells.append(str(cell))
    metrics = {metric: [100 * right] * seeds}
    return {"RTE": Column("RTE", "rte", metrics, {}, list(range(seeds)), [], 400, 400, cells, "study")}


@pytest.mark.parametrize(
    ("low", "middle", "high", "verdict"),
    [
        (0.0006, 0.0010, 0.0014, "better"),
        (-0.0014, -0.0010, -0.0006, "worse"),
        (0.0001, 0.0003, 0.0004, "no difference"),  # above zero, but shown as 0.000 (0.000 to 0.000)
        (0.0002, 0.0004, 0.0006, "no difference"),  # 0.000 (0.000 to 0.001)
        (-0.0012, 0.0002, 0.0012, "no difference"),
        (0.0004, 0.0010, 0.0020, "cannot tell"),  # +0.001 (0.000 to +0.002)
        (-0.0300, 0.0002, 0.0300, "cannot tell"),
        (-0.0100, 0.0200, 0.0500, "cannot tell"),
        (0.0000, 0.0000, 0.0000, "no difference"),
    ],
)
def test_a_verdict_follows_the_figures_as_shown(low: float, middle: float, high: float, verdict: str) -> None:
    assert Interval(middle, low, high).verdict(3) == verdict
    assert Interval(1000 * middle, 1000 * low, 1000 * high).verdict(0) == verdict


def test_a_real_difference_excludes_zero_and_none_includes_it(tmp_path: Path) -> None:
    good, same, bad = (column(tmp_path, name, right) for name, right in (("a", 0.8), ("b", 0.8), ("c", 0.5)))
    apart = difference(good, bad, "glue", "sanh9")
    assert apart and apart.excludes_zero and apart.difference == pytest.approx(30.0) and apart.low < 30 < apart.high
    none = difference(good, same, "glue", "sanh9")
    assert none and not none.excludes_zero and (none.low, none.high) == (0.0, 0.0)


def test_the_interval_of_a_share_is_as_wide_as_theory_says(tmp_path: Path) -> None:
    made = difference(column(tmp_path, "a", 1.0), column(tmp_path, "b", 0.5), "glue", "sanh9")
    assert made and made.high - made.low == pytest.approx(2 * 1.96 * 100 * np.sqrt(0.25 / 400), rel=0.15)


def test_dev_sets_that_differ_are_not_compared(tmp_path: Path) -> None:
    one, other = column(tmp_path, "a", 0.8), column(tmp_path, "b", 0.8)
    beside = Path(other["RTE"].cells[0]).with_suffix(".answers.json")
    content = json.loads(beside.read_text())
    content["RTE"]["gold"][0] = 1
    beside.write_text(json.dumps(content))
    assert difference(one, other, "glue", "sanh9") is None and "no interval" in as_words(None)


def test_the_same_runs_give_the_same_interval(tmp_path: Path) -> None:
    one, other = column(tmp_path, "a", 0.8), column(tmp_path, "b", 0.7)
    assert difference(one, other, "glue", "sanh9") == difference(one, other, "glue", "sanh9")


def test_answers_edited_after_their_result_was_stored_are_refused(tmp_path: Path) -> None:
    made = column(tmp_path, "a", 0.8)
    cell = Path(made["RTE"].cells[0])
    beside = cell.with_suffix(".answers.json")
    write_sealed(cell, {"answers_sha256": sha256_file(beside)})
    assert len(evidence(str(cell), "RTE")["gold"]) == 400
    beside.write_text(beside.read_text().replace("[0", "[1", 1))
    with pytest.raises(ResultDamaged, match=r"answers.json is missing or was edited"):
        evidence(str(cell), "RTE")
    beside.unlink()
    cell.unlink()
    with pytest.raises(ResultDamaged, match=r"does not have answers to RTE"):
        evidence(str(cell), "RTE")


def test_draws_kept_in_memory_are_those_drawn_anew() -> None:
    first, after = resampled("bootstrap", "RTE", 277, resamples=50)
    again, after_again = resampled("bootstrap", "RTE", 277, resamples=50)
    rng = generator("bootstrap", "RTE", 277)
    assert np.array_equal(first[1:], rng.multinomial(277, np.full(277, 1 / 277), 50))
    assert np.array_equal(first, again)
    assert rng.integers(10**9) == after.integers(10**9) == after_again.integers(10**9)
