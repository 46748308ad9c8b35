"""The plan of a run, against values computed by hand: which rows an update reads, and its learning rate."""

from __future__ import annotations

import pytest

from trainer.distillation import learning_rate_factor, resolve, warmup_updates
from trainer.distillation.training.schedule import EpochSpan, Plan, plan


def test_the_learning_rate_rises_to_1_and_falls_to_0() -> None:
    factors = [learning_rate_factor(update, updates=10, warmup=4) for update in range(11)]
    assert factors == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0.0])


def test_without_a_warm_up_the_first_update_has_the_whole_rate() -> None:
    assert learning_rate_factor(0, updates=4, warmup=0) == 1.0


def test_a_warm_up_is_rounded_up_to_whole_updates() -> None:
    assert [warmup_updates(rate, updates=30) for rate in (0.0, 0.05, 0.1, 1.0)] == [0, 2, 3, 30]


def test_the_last_update_of_an_epoch_takes_what_is_left() -> None:
    made = Plan(rows=10, sequences=4, updates=6, warmup=0, seed=1)
    assert [made.span(update) for update in (0, 2, 3)] == [EpochSpan(0, 0, 4), EpochSpan(0, 8, 10), EpochSpan(1, 0, 4)]


def test_each_epoch_reads_every_row_once_in_an_order_of_its_own() -> None:
    made = Plan(rows=50, sequences=8, updates=14, warmup=0, seed=1)
    first, second = (
        [row for update in updates for row in made.rows_of(update)] for updates in (range(7), range(7, 14))
    )
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second


@pytest.mark.parametrize(
    ("budget", "updates"), [("epochs=2", 8), ("epochs=0.3", 2), ("updates=5", 5), ("tokens=100", 4), ("tokens=101", 5)]
)
def test_a_budget_becomes_whole_updates_rounded_up(budget: str, updates: int) -> None:
    recipe = resolve("study", {"budget": budget, "sequences": 3})
    assert plan(recipe, rows=10, tokens=100).updates == updates
