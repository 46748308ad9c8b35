"""Metrics against scikit-learn and SciPy, and on predictions that are degenerate."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk

from corpora import UnknownName
from trainer.errors import TaskError
from trainer.evaluation.metrics import METRICS, collapsed, majority, measured


@pytest.mark.parametrize("seed", range(5))
def test_classification_metrics_are_those_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    predicted, gold = rng.integers(0, 2, 200), rng.integers(0, 2, 200)
    made = measured(("accuracy", "f1", "matthews", "macro-f1"), predicted, gold)
    assert made["accuracy"] == pytest.approx(100 * sk.accuracy_score(gold, predicted))
    assert made["f1"] == pytest.approx(100 * sk.f1_score(gold, predicted))
    assert made["matthews"] == pytest.approx(100 * sk.matthews_corrcoef(gold, predicted))
    assert made["macro-f1"] == pytest.approx(100 * sk.f1_score(gold, predicted, average="macro"))


@pytest.mark.parametrize("seed", range(5))
def test_correlations_are_those_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gold = rng.random(100) * 5
    predicted = gold + rng.normal(size=100)
    made = measured(("pearson", "spearman"), predicted, gold)
    assert made["pearson"] == pytest.approx(100 * stats.pearsonr(predicted, gold).statistic)
    assert made["spearman"] == pytest.approx(100 * stats.spearmanr(predicted, gold).statistic)


@given(st.lists(st.tuples(st.sampled_from([0.0, 1e-12, 1.0, 1 + 1e-12, 2.5, 5.0, -1e6]), st.floats(0, 5)), min_size=2))
def test_correlations_of_odd_values_are_those_of_scipy_where_it_has_any(pairs: list[tuple[float, float]]) -> None:
    predicted, gold = np.array(pairs).T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = [stats.pearsonr(predicted, gold).statistic, stats.spearmanr(predicted, gold).statistic]
    made = measured(("pearson", "spearman"), predicted, gold)
    assert list(made.values()) == [0.0 if np.isnan(value) else 100 * value for value in wanted]


@pytest.mark.parametrize("name", ["matthews", "pearson", "spearman"])
def test_constant_predictions_correlate_with_nothing(name: str) -> None:
    assert measured((name,), np.ones(4), np.array([0, 1, 0, 1])) == {name: 0.0}
    assert measured((name,), np.array([0, 1, 0, 1]), np.ones(4)) == {name: 0.0}


def test_f1_is_0_and_not_undefined_where_class_1_never_occurs() -> None:
    assert measured(("f1",), np.zeros(4, int), np.zeros(4, int)) == {"f1": 0.0}


def test_predictions_that_are_not_numbers_are_an_error() -> None:
    with pytest.raises(TaskError, match="1 of 2 predictions are not numbers"):
        measured(("pearson",), np.array([np.nan, 1.0]), np.array([0.0, 1.0]))


def test_an_empty_dev_set_and_a_missing_prediction_are_errors() -> None:
    with pytest.raises(TaskError, match="dev set is empty"):
        measured(("accuracy",), np.array([]), np.array([]))
    with pytest.raises(TaskError, match="1 prediction for 2 examples"):
        measured(("accuracy",), np.array([1]), np.array([1, 0]))


def test_a_misspelt_metric_has_a_near_match() -> None:
    with pytest.raises(UnknownName, match="did you mean accuracy"):
        measured(("acuracy",), np.array([1]), np.array([1]))


def test_the_majority_class_is_what_the_most_frequent_answer_scores() -> None:
    gold = np.array([1, 1, 1, 0])
    assert majority(("accuracy", "matthews"), gold, regression=False) == {"accuracy": 75.0, "matthews": 0.0}
    assert majority(("pearson",), np.array([0.0, 1.0, 5.0]), regression=True) == {"pearson": 0.0}


def test_no_answer_is_not_a_class_of_its_own() -> None:
    predicted, gold = np.array([0, 1, -1, 0]), np.array([0, 1, 1, 0])
    assert METRICS["macro-f1"](predicted, gold) == pytest.approx((1 + 2 / 3) / 2)


def test_one_answer_to_everything_has_collapsed() -> None:
    classes, values = np.array([1, 0, 1]), np.array([0.0, 5.0, 2.0])
    assert collapsed(np.array([1, 1, 1]), classes, regression=False)
    assert collapsed(np.array([2.5, 2.5001, 2.5]), values, regression=True)
    assert not collapsed(np.array([1.0, 4.0, 2.5]), values, regression=True)
    assert not collapsed(np.array([2.5, 2.5001, 2.5]), values / 10_000, regression=True)  # the scale is the labels' own


def test_one_answer_is_no_collapse_if_there_is_only_one_right_answer() -> None:
    assert not collapsed(np.array([1, 1]), np.array([1, 1]), regression=False)
    assert not collapsed(np.array([2.0]), np.array([3.0]), regression=True)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2))
def test_every_metric_is_a_number_on_any_predictions(pairs: list[tuple[int, int]]) -> None:
    predicted, gold = np.array(pairs).T
    made = measured(tuple(METRICS), predicted, gold)
    assert all(np.isfinite(value) and -100.0001 <= value <= 100.0001 for value in made.values())
