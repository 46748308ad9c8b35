"""Which short runs a plan does."""

from __future__ import annotations

import pytest

from corpora import OptionError
from trainer.errors import TransferError
from trainer.experiments.planning.design import SPAN, ShortRun, short_runs


def made(number: int, *, rows: int = 10**6, sequences: int = 8, updates: int = 64) -> list[ShortRun]:
    return short_runs(number, rows=rows, sequences=sequences, updates=updates, dataset="novels")


@pytest.mark.parametrize("number", [6, 7, 10, 15, 28])
def test_every_run_reads_its_whole_sample_at_least_once(number: int) -> None:
    runs = made(number)
    assert len(runs) == len(set(runs)) == number
    assert all(run.rows <= run.updates * 8 for run in runs)


def test_data_and_updates_span_the_same_range() -> None:
    runs = made(6)
    assert {run.updates for run in runs} == {4, 16, 64} and {run.rows for run in runs} == {32, 128, 512}
    assert max(run.rows for run in runs) == SPAN * min(run.rows for run in runs)


def test_a_dataset_smaller_than_the_longest_run_is_repeated() -> None:
    assert max(run.rows for run in made(6, rows=200)) == 200


def test_runs_beyond_a_whole_number_of_levels_repeat_the_smallest_ones_with_another_seed() -> None:
    runs = made(8)
    assert [run for run in runs if run.repeat] == [ShortRun(32, 4, 1), ShortRun(32, 16, 1)]


def test_too_few_runs_or_updates_are_one_line() -> None:
    with pytest.raises(OptionError, match=r"--runs 5: must be between 6 and 28"):
        made(5)
    with pytest.raises(OptionError, match=r"--updates 15: .* at least 16"):
        made(6, updates=15)


def test_a_dataset_too_small_for_nested_samples_says_what_would_do() -> None:
    with pytest.raises(TransferError, match=r"novels has 100 rows; .* --sequences 6, or at least 128 rows"):
        made(6, rows=100)
    assert made(6, rows=100, sequences=6)
