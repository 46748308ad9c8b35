"""Dose and response: which students make a series, and what each dose is said to cost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trainer.evaluation.probes import ProbeResult
from trainer.experiments.study.held_out import HeldOut
from trainer.experiments.study.reports.doses import dose_picture, dose_series, dose_table
from trainer.experiments.study.reports.drawing import canvas
from trainer.experiments.study.run_results import RunResults
from trainer.experiments.study.transfer import Noise, Transfer
from trainer.plugin.probe_records import Estimate, Metric, Stratum

TOKENS = {"unit": "token", "n": 2, "within": "sequence"}
START = "start"


def ngrams(n: int) -> Noise:
    return Noise("shuffle", {"unit": "ngram", "n": n, "within": "sequence"})


def probed(frequent: float, rare: float) -> dict[str, ProbeResult]:
    """A fidelity probe with the KL of two bands."""
    strata = [
        Stratum("frequency", band, 9, {"kl": Estimate(value, value, value, 9 * value)})
        for band, value in (("frequent", frequent), ("rare", rare))
    ]
    metrics = {"kl": Metric("KL", "nats", higher_is_better=False)}
    found = ProbeResult("fidelity", "fidelity", "m", {}, "tokens", metrics, strata, [], 0.0, "", "", {})
    return {"fidelity": found}


def run(
    name: str, kl: float, *noises: Noise, kind: str = "distill", bands: tuple[float, float] | None = None
) -> RunResults:
    """A run whose KL is the same at each of 60 held-out sequences, but for what is drawn from its name."""
    apart = 0.01 * np.random.default_rng(len(name)).standard_normal(60)
    found = HeldOut(
        "apart@1", "t", name, tuple(range(60)), (0,) * 60, (10,) * 60, tuple((10 * (kl + apart)).tolist()), (5,) * 60
    )
    card = {"kind": kind, "recipe": {"budget": "updates=9"}, "status": "finished"}
    transfer = Transfer(name, name, 10, 1000, None, noises) if kind == "distill" else None
    probes = [probed(*bands)] if bands else []
    return RunResults(name, Path(name), card, transfer, {}, measured=(found,), probes=probes)


def test_shuffled_tokens_are_the_first_dose_of_shuffled_ngrams() -> None:
    runs = [
        run("all", 0.2), run("four", 0.25, ngrams(4)), run("two", 0.3, ngrams(2)),
        run("tokens", 0.4, Noise("shuffle", TOKENS)), run("start-seed-1", 0.5, kind=START),
    ]  # fmt: skip
    (series,) = dose_series(runs)
    assert (series.noise, series.option) == ("shuffle", "n")
    assert [dose.value for dose in series.doses] == [1, 2, 4]
    assert [dose.cost.difference for dose in series.doses] == pytest.approx([0.2, 0.1, 0.05], abs=0.01)
    assert all(dose.cost.low > 0 for dose in series.doses)
    assert series.start is not None and series.start.difference == pytest.approx(0.3, abs=0.01)


def test_rates_of_one_noise_are_a_series_and_other_noises_are_not() -> None:
    runs = [
        run("all", 0.2), run("tenth", 0.22, Noise("replace", {"rate": 0.1})),
        run("half", 0.4, Noise("replace", {"rate": 0.5})), run("gone", 0.3, Noise("drop", {"rate": 0.1})),
        run("both", 0.9, Noise("replace", {"rate": 0.3}), Noise("drop", {"rate": 0.3})),
    ]  # fmt: skip
    (series,) = dose_series(runs)
    assert [(dose.value, dose.run.label) for dose in series.doses] == [(0.1, "tenth"), (0.5, "half")]


def test_students_that_differ_in_two_numbers_are_no_series() -> None:
    runs = [
        run("all", 0.2), run("one", 0.3, Noise("spans", {"rate": 0.1, "length": 1})),
        run("two", 0.3, Noise("spans", {"rate": 0.2, "length": 2})),
    ]  # fmt: skip
    assert dose_series(runs) == []


def test_without_natural_text_there_is_nothing_to_compare_with() -> None:
    assert dose_picture([run("two", 0.3, ngrams(2)), run("four", 0.3, ngrams(4))]) is None


def test_ratios_by_frequency_are_over_the_student_of_natural_text() -> None:
    runs = [
        run("all", 0.2, bands=(1.0, 2.0)), run("two", 0.3, ngrams(2), bands=(3.0, 3.0)),
        run("four", 0.25, ngrams(4), bands=(1.5, 2.2)),
    ]  # fmt: skip
    (series,) = dose_series(runs)
    assert series.bands == ["frequent", "rare"]
    assert series.doses[0].ratios == {"frequent": 3.0, "rare": 1.5}
    cells = [row.cells for row in dose_table(runs).rows]
    assert ("shuffle", "", "n=2", "two", "KL at masked tokens, times natural text: frequent", "3.000", "", "") in cells
    picture = dose_picture(runs)
    assert picture is not None and "by frequency of the masked token" in picture.svg


@pytest.mark.parametrize(("panels", "narrow", "shape"), [(4, False, (2, 2)), (3, False, (2, 2)), (4, True, (4, 1))])
def test_panels_stand_two_in_a_row_or_below_each_other(panels: int, narrow: bool, shape: tuple[int, int]) -> None:
    figure, made = canvas(7, 3, panels, narrow=narrow, columns=2)
    assert len(made) == len(figure.axes) == panels
    assert made[0].get_gridspec().get_geometry() == shape
