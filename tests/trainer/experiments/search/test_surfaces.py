"""Response surfaces on values that a known form made."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.experiments.search.draws import mixes_of
from trainer.experiments.search.proposal import fit_surface, lattice, next_mix, optimum, propose
from trainer.experiments.search.surfaces import FORMS, proxies_needed

NATURAL = (0.2, 0.3, 0.5)
SHARES = np.asarray([mix.shares for mix in mixes_of(["a", "b", "c"], [2, 3, 5], number=16, alpha=1.0, seed=7)])
NOISE = 0.01 * np.random.default_rng(0).standard_normal(len(SHARES))
BY_NAME = {form.name: form for form in FORMS}


def bowl(shares):
    return 1 + 2 * np.square(shares - np.asarray([0.5, 0.3, 0.2])).sum(axis=1)


def law(shares):
    return 0.4 + np.exp(shares @ np.asarray([-2.0, 0.3, 0.6]))


@pytest.mark.parametrize("name", ["linear", "log-linear", "exponential", "quadratic", "log-quadratic"])
def test_each_form_finds_the_values_that_it_made(name: str) -> None:
    form = BY_NAME[name]
    wanted = form.predict(np.linspace(-0.5, 0.5, form.parameters(3)), SHARES)
    assert form.predict(form.fit(SHARES, wanted), SHARES) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize(("truth", "name"), [(bowl, "quadratic"), (law, "exponential")])
def test_cross_validation_chooses_the_form_that_made_the_values(truth, name: str) -> None:
    assert fit_surface(FORMS, SHARES, truth(SHARES) + NOISE).form.name == name


def test_a_proposal_inside_the_triangle_is_found_with_its_interval_around_it() -> None:
    found = propose(fit_surface(FORMS, SHARES, bowl(SHARES) + NOISE), NATURAL, seed=1)
    assert found.shares == pytest.approx((0.5, 0.3, 0.2), abs=0.03)
    assert all(low <= share <= high for low, share, high in zip(found.low, found.shares, found.high, strict=True))
    assert found.value_low < 1.0 < found.value_high and found.high[0] - found.low[0] < 0.15


def test_a_part_that_is_always_better_gets_everything() -> None:
    assert optimum(fit_surface(FORMS, SHARES, law(SHARES) + NOISE), NATURAL) == (1.0, 0.0, 0.0)


def saturating(shares):
    """What the proxies of the demo showed: more of the first part helps ever less; the others differ a little."""
    return 0.112 + 0.05 * np.exp(-4 * shares[:, 0]) + 0.01 * shares[:, 2] * (1 - shares[:, 0])


@pytest.mark.parametrize("seed", range(5))
def test_a_part_that_the_proxies_do_not_show_to_help_gets_no_share(seed: int) -> None:
    noise = 0.001 * np.random.default_rng(seed).standard_normal(len(SHARES))
    surface = fit_surface(FORMS, SHARES, saturating(SHARES) + noise)
    found = propose(surface, NATURAL, seed=1)
    assert found.shares == (1.0, 0.0, 0.0) and surface.predict(lattice(3)).min() > 0


def test_a_form_that_predicts_losses_below_zero_is_not_chosen() -> None:
    steep = np.maximum(1 - 1.3 * SHARES[:, 0], 0.02)
    surface = fit_surface(FORMS, SHARES, steep)
    linear = BY_NAME["linear"]
    assert linear.predict(linear.fit(SHARES, steep), lattice(3)).min() < 0 < surface.predict(lattice(3)).min()


def test_scores_of_tasks_are_fitted_though_their_losses_are_below_zero() -> None:
    surface = fit_surface(FORMS, SHARES, bowl(SHARES) - 50)
    assert surface.form.name == "quadratic" and "log-quadratic" not in surface.errors


def test_more_noise_gives_wider_intervals() -> None:
    calm, wild = (propose(fit_surface(FORMS, SHARES, bowl(SHARES) + k * NOISE), NATURAL, seed=1) for k in (0.3, 6))
    assert wild.high[0] - wild.low[0] > 2 * (calm.high[0] - calm.low[0])


def test_shares_without_effect_give_natural_proportions() -> None:
    noise = np.random.default_rng(1).normal(size=len(SHARES))
    noise -= SHARES @ np.linalg.lstsq(SHARES, noise, rcond=None)[0]  # nothing of it is linear in the shares
    surface = fit_surface([BY_NAME["constant"], BY_NAME["linear"]], SHARES, 1 + 0.01 * noise)
    assert surface.says_nothing and propose(surface, NATURAL, seed=1).shares == NATURAL


def test_the_next_mix_is_near_the_best_one_and_new() -> None:
    surface = fit_surface(FORMS, SHARES, bowl(SHARES))
    found = np.asarray(next_mix(surface))
    assert bowl(found[None])[0] < 1.05 and np.abs(SHARES - found).sum(axis=1).min() / 2 >= 0.049


@pytest.mark.parametrize("parts", [2, 3, 5, 9])
def test_the_lattice_holds_mixes_and_every_part_alone(parts: int) -> None:
    mixes = lattice(parts)
    assert mixes.sum(axis=1) == pytest.approx(1) and len(mixes) <= 6000
    assert {tuple(row) for row in np.eye(parts)} <= {tuple(row) for row in mixes}


def test_a_form_takes_more_proxies_than_parameters() -> None:
    assert [proxies_needed(form, 3) for form in FORMS] == [3, 5, 6, 6, 8, 8]
