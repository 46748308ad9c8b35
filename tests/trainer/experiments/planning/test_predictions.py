"""Predictions on curves whose answers are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trainer.experiments.planning.choice import EvaluatedForm
from trainer.experiments.planning.design import short_runs
from trainer.experiments.planning.fitting import FittedForm, Point
from trainer.experiments.planning.forms import FORMS
from trainer.experiments.planning.predictions import (
    Bootstrap,
    Scale,
    bootstrap,
    crossover,
    hours,
    predict_multiples,
    requirement,
)

SCALE = Scale(tokens=8000.0, tokens_per_update=80.0, updates=300)
"""One epoch is 100 updates, three are planned."""


def fitted(name: str, *parameters: float) -> FittedForm:
    form = next(form for form in FORMS if form.name == name)
    return FittedForm(form, tuple(np.log(parameters).tolist()), 8000.0, 100.0)


def bootstrapped(name: str, *parameters: float, noise: float = 0.0) -> Bootstrap:
    true, rng = fitted(name, *parameters), np.random.default_rng(0)
    runs = short_runs(10, rows=100, sequences=1, updates=100, dataset="made")
    points = [
        Point(80.0 * run.rows, run.updates, true.loss(80.0 * run.rows, run.updates) * float(np.exp(noise * chance)))
        for run, chance in zip(runs, rng.standard_normal(len(runs)), strict=True)
    ]
    return bootstrap(EvaluatedForm(true, (noise,)), points, resamples=60)


def test_more_data_helps_more_from_where_the_two_gains_are_equal() -> None:
    # A(1 - 2^-a) = B u^-b (1 - 2^-b) with A = 0.1, B = 0.4 and a = b = 1 is u = 4 times 100 updates
    found = crossover(fitted("both", 0.2, 0.1, 1.0, 0.4, 1.0), SCALE)
    assert found == pytest.approx(400, rel=0.05)


def test_more_data_cannot_help_before_the_first_epoch_ends() -> None:
    assert crossover(fitted("tokens", 0.2, 0.1, 1.0), SCALE) == pytest.approx(100, rel=0.05)


def test_data_that_never_matters_has_no_crossover() -> None:
    assert crossover(fitted("updates", 1.0, 0.3, 0.8), SCALE) is None


def test_an_interval_includes_the_forms_that_the_runs_do_not_tell_apart() -> None:
    floored, falling = bootstrapped("approach", 0.5, 1.0, 1.0), fitted("decline", 1.0, 1.0)
    both = replace(floored, rivals=(EvaluatedForm(falling, (0.0,)),))
    alone, widened = floored.loss(8000, 1e6), both.loss(8000, 1e6)
    assert alone.low is not None and alone.low > 0.4
    assert widened.low == pytest.approx(falling.loss(8000, 1e6))
    assert (widened.value, widened.high) == (alone.value, alone.high)
    assert requirement(floored, SCALE, 0.2).multiple.low is None
    found = requirement(both, SCALE, 0.2)
    assert found.multiple.value is None
    assert found.multiple.low is not None  # the chosen form never reaches the target, the rival does


def test_a_target_is_reached_where_the_curve_says() -> None:
    found = requirement(bootstrapped("updates", 1.0, 1.0, 1.0), SCALE, 0.1)
    assert found.updates.value == pytest.approx(900, rel=0.05)
    assert found.multiple.value == pytest.approx(3, rel=0.05)


def test_a_target_below_the_floor_is_never_reached() -> None:
    found = requirement(bootstrapped("both", 0.2, 0.1, 1.0, 0.4, 1.0), SCALE, 0.15)
    assert found.updates.value is None and found.multiple.value is None
    assert found.floor.value == pytest.approx(0.3, rel=0.01)
    assert found.floor_of_data.value == pytest.approx(0.2, rel=0.01)


def test_intervals_hold_the_value_and_widen_with_the_noise() -> None:
    widths = []
    for noise in (0.01, 0.05):
        ahead = predict_multiples(
            bootstrapped("both", 0.2, 0.1, 1.0, 0.4, 1.0, noise=noise), SCALE, [100.0], grow=True
        )[3].loss
        assert ahead.low is not None and ahead.high is not None and ahead.low < ahead.high
        widths.append(ahead.high - ahead.low)
    assert widths[1] > 2 * widths[0]


def test_updates_grow_with_the_data_or_stay() -> None:
    made = bootstrapped("both", 0.2, 0.1, 1.0, 0.4, 1.0)
    grown, same = (predict_multiples(made, SCALE, [100.0], grow=grow)[3] for grow in (True, False))
    assert (grown.updates, grown.epochs, same.updates, same.epochs) == (3000, 3.0, 300, 0.3)
    assert grown.hours.value == pytest.approx(10 * (same.hours.value or 0))


def test_hours_are_at_the_median_speed_and_reach_from_the_fastest_run_to_the_slowest() -> None:
    found = hours(3600 * 100, [50.0, 100.0, 200.0])
    assert (found.value, found.low, found.high) == (1.0, 0.5, 2.0)
