"""Intervals of rates and means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.errors import ProbeError
from trainer.evaluation.probes import mean_of_rates, rate_estimate, stratify


def test_wilsons_interval_is_the_published_one() -> None:
    found = rate_estimate(81, 263)  # Newcombe 1998, Statistics in Medicine 17, 857-872, table I
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_a_rate_of_zero_keeps_an_interval_of_some_width() -> None:
    found = mean_of_rates([rate_estimate(0, 20), rate_estimate(0, 20)])
    assert found.low == 0 < found.high < rate_estimate(0, 20).high


def test_the_mean_of_one_rate_is_that_rate() -> None:
    one, rate = mean_of_rates([rate_estimate(7, 10)]), rate_estimate(7, 10)
    assert (one.value, one.low, one.high) == pytest.approx((rate.value, rate.low, rate.high))


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 10), st.integers(0, 5)), min_size=1, max_size=30))
def test_strata_hold_each_example_once(examples: list[tuple[int, float, int]]) -> None:
    places, values, units = (np.array(column) for column in zip(*examples, strict=True))
    made = stratify("split", ("a", "b", "c"), places, {"kl": values.astype(np.float64)}, units)
    assert sum(stratum.count for stratum in made) == len(examples)
    assert sum(stratum.estimates["kl"].total or 0 for stratum in made) == pytest.approx(float(values.sum()))


def test_the_bootstrap_draws_whole_units() -> None:
    values, units = np.repeat([0.0, 1.0], 50), np.repeat([0, 1], 50)
    (alike,) = stratify("s", ("a",), np.zeros(100, np.int64), {"x": values}, units)
    (apart,) = stratify("s", ("a",), np.zeros(100, np.int64), {"x": values}, np.arange(100))
    assert alike.estimates["x"].high - alike.estimates["x"].low == 1.0
    assert apart.estimates["x"].high - apart.estimates["x"].low < 0.25


def test_a_stratum_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ProbeError, match="stratum 3, but there are only 2"):
        stratify("s", ("a", "b"), np.array([3]), {"x": np.ones(1)}, np.zeros(1, np.int64))
