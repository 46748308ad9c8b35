"""Curves with known parameters are found again."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.experiments.planning.choice import compare_forms
from trainer.experiments.planning.design import short_runs
from trainer.experiments.planning.fitting import Point, fit
from trainer.experiments.planning.forms import FORMS, Floats, Form

START = 1.6
TRUE: dict[str, tuple[float, ...]] = {
    "level": (0.3,),
    "decline": (0.8, 0.9),
    "approach": (0.2, 0.1, 0.8),
    "floor": (0.2, 0.1, 0.4, 0.1, 0.8),
    "tokens": (0.2, 0.3, 0.4),
    "updates": (1.5, 0.3, 0.8),
    "both": (0.2, 0.3, 0.4, 0.15, 0.5),
    "joint": (0.2, 0.3, 0.4, 0.15, 0.5, 1.3),
    "saturating": (0.2, 0.4, 1.2, 0.1, 0.7),
}


def form(name: str) -> Form:
    return next(form for form in FORMS if form.name == name)


def curve(name: str, data: Floats, updates: Floats) -> Floats:
    return form(name).loss(np.log(TRUE[name]), data / 8192, updates / 256, START)


def points(name: str, *, runs: int = 15, noise: float = 0.0) -> list[Point]:
    made, rng = short_runs(runs, rows=10**6, sequences=32, updates=256, dataset="made"), np.random.default_rng(1)
    data, updates = (np.array([float(getattr(run, key)) for run in made]) for key in ("rows", "updates"))
    losses = curve(name, data, updates) * np.exp(noise * rng.standard_normal(runs))
    return [Point(*each, START) for each in zip(data.tolist(), updates.tolist(), losses.tolist(), strict=True)]


@pytest.mark.parametrize("name", TRUE)
def test_a_fit_gives_back_the_curve_beyond_the_runs(name: str) -> None:
    found = fit(form(name), points(name))
    data, updates = np.array([8192.0, 32768.0]), np.array([1024.0, 1024.0])
    np.testing.assert_allclose(found.losses(data, updates), curve(name, data, updates), rtol=0.04)


def test_parameters_of_one_variable_are_found() -> None:
    assert list(fit(form("updates"), points("updates")).parameters.values()) == pytest.approx(TRUE["updates"], rel=0.1)
    assert list(fit(form("tokens"), points("tokens")).parameters.values()) == pytest.approx(TRUE["tokens"], rel=0.1)


@pytest.mark.parametrize(
    "name",
    ["both", *(pytest.param(name, marks=pytest.mark.slow) for name in ("decline", "tokens", "updates", "saturating"))],
)
def test_the_form_that_made_the_runs_predicts_best(name: str) -> None:
    chosen = compare_forms(points(name, noise=0.003))[0]
    data, updates = np.array([16384.0]), np.array([512.0])
    assert chosen.error < 0.03
    np.testing.assert_allclose(chosen.fitted.losses(data, updates), curve(name, data, updates), rtol=0.05)


def test_of_forms_that_six_early_runs_cannot_tell_apart_the_simplest_predicts_four_times_the_updates() -> None:
    early = points("decline", runs=6, noise=0.003)
    chosen = compare_forms(early)[0]
    data, updates = np.array([8192.0]), np.array([1024.0])
    assert chosen.fitted.form.name == "decline"
    np.testing.assert_allclose(chosen.fitted.losses(data, updates), curve("decline", data, updates), rtol=0.05)


def test_errors_are_those_on_runs_left_out() -> None:
    wrong = next(tried for tried in compare_forms(points("tokens", runs=6)) if tried.fitted.form.name == "updates")
    assert len(wrong.errors) == 2 + 1 and wrong.error > 0.05


def test_losses_without_any_difference_are_fitted() -> None:
    flat = [Point(point.data, point.updates, 0.5, START) for point in points("both", runs=6)]
    assert compare_forms(flat)[0].fitted.loss(8192, 256) == pytest.approx(0.5, rel=0.02)
