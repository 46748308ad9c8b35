"""The keyed order of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.data.order import rows_at
from trainer.distillation.training.schedule import Plan


@given(st.integers(1, 3000), st.integers(0, 99))
def test_every_row_comes_exactly_once_an_epoch(rows: int, seed: int) -> None:
    order = rows_at(np.arange(rows), rows=rows, key=("order", seed, 0))
    assert sorted(order.tolist()) == list(range(rows))


def test_each_epoch_has_another_order() -> None:
    plan = Plan(rows=1000, sequences=1000, updates=2, warmup=0, seed=1)
    assert not np.array_equal(plan.rows_of(0), plan.rows_of(1))


def test_a_place_in_the_order_is_found_without_the_places_before_it() -> None:
    whole = rows_at(np.arange(1000), rows=1000, key=("a",))
    assert rows_at(np.arange(700, 710), rows=1000, key=("a",)).tolist() == whole[700:710].tolist()


def test_an_order_of_109_million_rows_needs_no_memory_for_them() -> None:
    rows = rows_at(np.arange(1000), rows=109_300_000, key=("a",))
    assert len(np.unique(rows)) == 1000
    assert rows.max() < 109_300_000


def test_no_part_of_a_small_dataset_is_sorted_by_length() -> None:
    lengths = np.sort(np.random.default_rng(0).integers(10, 100, 4000))
    seen = lengths[Plan(rows=4000, sequences=500, updates=8, warmup=0, seed=3).rows_of(0)]
    assert abs(np.corrcoef(np.arange(500), seen)[0, 1]) < 0.15


def test_an_update_never_spans_two_epochs() -> None:
    plan = Plan(rows=10, sequences=4, updates=6, warmup=0, seed=1)
    assert [(plan.span(u).epoch, plan.span(u).stop - plan.span(u).first) for u in range(6)] == [
        (0, 4), (0, 4), (0, 2), (1, 4), (1, 4), (1, 2),
    ]  # fmt: skip


def test_the_rate_rises_over_the_warm_up_and_falls_to_nothing() -> None:
    plan = Plan(rows=10, sequences=1, updates=100, warmup=5, seed=1)
    rates = [plan.rate(update) for update in range(100)]
    assert rates[:6] == [0.2, 0.4, 0.6, 0.8, 1.0, 1.0]
    assert rates[-1] == pytest.approx(1 / 95)
    assert rates[5:] == sorted(rates[5:], reverse=True)
