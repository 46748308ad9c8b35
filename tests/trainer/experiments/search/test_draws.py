"""Mixes: fixed ones first, then draws that depend on the seed alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.experiments.search.draws import mixes_of, rounded


def drawn(number: int, seed: int = 1):
    return mixes_of(["a", "b", "c"], [100, 300, 600], number=number, alpha=1.0, seed=seed)


def test_natural_proportions_and_each_part_alone_come_first() -> None:
    mixes = drawn(6)
    assert [mix.label for mix in mixes] == [
        "natural proportions", "only a", "only b", "only c", "draw 1", "draw 2",
    ]  # fmt: skip
    assert mixes[0].shares == (0.1, 0.3, 0.6) and [mix.single for mix in mixes[:4]] == [False, True, True, True]


def test_a_larger_budget_begins_with_the_same_mixes() -> None:
    assert drawn(30)[:10] == drawn(10) and drawn(10) != drawn(10, seed=2)
    assert len({mix.shares for mix in drawn(30)}) == 30


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=8))
def test_rounded_shares_add_up_to_one(weights: list[float]) -> None:
    shares = rounded(np.asarray(weights) / sum(weights))
    assert sum(shares) == pytest.approx(1, abs=1e-12) and min(shares) >= 0
