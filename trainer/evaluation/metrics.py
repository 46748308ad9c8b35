"""GLUE's metrics by scikit-learn and SciPy, with values for degenerate predictions too."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from corpora.errors import counted, unknown_name
from trainer.errors import TaskError

Values = NDArray[np.generic]


def accuracy(predicted: Values, gold: Values) -> float:
    """The share of right answers, 0 to 1.

    Args:
        predicted: [examples], class numbers.
        gold: [examples], class numbers.
    """
    return float(np.mean(predicted == gold))


def f1(predicted: Values, gold: Values) -> float:
    """F1 of class 1, 0 to 1; 0 if class 1 is neither predicted nor gold.

    Args:
        predicted: [examples], class numbers.
        gold: [examples], class numbers.
    """
    from sklearn.metrics import f1_score

    return float(f1_score(gold, predicted, labels=[1], average=None, zero_division=0.0)[0])


def macro_f1(predicted: Values, gold: Values) -> float:
    """The unweighted mean of the F1 of each class that occurs, 0 to 1.

    Args:
        predicted: [examples], class numbers; -1 for no answer, which is not a class.
        gold: [examples], class numbers.
    """
    from sklearn.metrics import f1_score

    classes = np.union1d(gold, predicted)
    return float(f1_score(gold, predicted, labels=classes[classes >= 0], average="macro", zero_division=0.0))


def matthews(predicted: Values, gold: Values) -> float:
    """Matthews correlation, -1 to 1; 0 if all predictions or all gold labels are of one class.

    Args:
        predicted: [examples], class numbers.
        gold: [examples], class numbers.
    """
    from sklearn.metrics import matthews_corrcoef

    if _constant(predicted) or _constant(gold):
        return 0.0
    return float(matthews_corrcoef(gold, predicted))


def pearson(predicted: Values, gold: Values) -> float:
    """Pearson correlation, -1 to 1; 0 if either side is constant.

    Args:
        predicted: [examples], values.
        gold: [examples], values.
    """
    from scipy.stats import NearConstantInputWarning, pearsonr

    if _constant(predicted) or _constant(gold):
        return 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NearConstantInputWarning)
        return float(pearsonr(predicted, gold).statistic)


def spearman(predicted: Values, gold: Values) -> float:
    """Spearman rank correlation, -1 to 1; 0 if either side is constant.

    Args:
        predicted: [examples], values.
        gold: [examples], values.
    """
    from scipy.stats import spearmanr

    return 0.0 if _constant(predicted) or _constant(gold) else float(spearmanr(predicted, gold).statistic)


METRICS: dict[str, Callable[[Values, Values], float]] = {
    "accuracy": accuracy,
    "f1": f1,
    "macro-f1": macro_f1,
    "matthews": matthews,
    "pearson": pearson,
    "spearman": spearman,
}
"""Every metric by its name in tasks."""


def measured(names: tuple[str, ...], predicted: Values, gold: Values) -> dict[str, float]:
    """The named metrics of one set of predictions, in percent, as GLUE prints them.

    Args:
        names: keys of METRICS.
        predicted: [examples], class numbers or values.
        gold: the same shape.

    Raises:
        UnknownName: no metric has this name.
        TaskError: there are no examples, the two differ in length, or a prediction is not a number.
    """
    for name in names:
        if name not in METRICS:
            raise unknown_name("metric", name, METRICS)
    if len(gold) == 0:
        raise TaskError("there are no examples to score; the dev set is empty")
    if len(predicted) != len(gold):
        raise TaskError(
            f"{counted(len(predicted), 'prediction')} for {counted(len(gold), 'example')}; each needs exactly one"
        )
    if not np.all(np.isfinite(np.asarray(predicted, dtype=np.float64))):
        count = int(np.sum(~np.isfinite(np.asarray(predicted, dtype=np.float64))))
        raise TaskError(f"{count} of {len(predicted):,} predictions are not numbers; fine-tuning has diverged")
    return {name: 100.0 * METRICS[name](predicted, gold) for name in names}


def majority(names: tuple[str, ...], gold: Values, *, regression: bool) -> dict[str, float]:
    """The metrics of always answering the most frequent class or, for a regression, the mean.

    Args:
        names: of the metrics.
        gold: [examples], class numbers or values.
        regression: whether they are values.
    """
    values, counts = np.unique(gold, return_counts=True)
    constant = np.mean(np.asarray(gold, dtype=np.float64)) if regression else values[np.argmax(counts)]
    return measured(names, np.full(len(gold), constant), gold)


def collapsed(predicted: Values, gold: Values, *, regression: bool) -> bool:
    """Whether every answer is the same although the right ones differ: the model learnt only the most frequent one.

    Args:
        predicted: [examples], class numbers or values.
        gold: the same shape.
        regression: whether they are values, which count as equal within a thousandth of the range of the right ones.
    """
    if _constant(gold):
        return False
    if regression:
        return float(np.ptp(predicted.astype(np.float64))) <= 1e-3 * float(np.ptp(gold.astype(np.float64)))
    return _constant(predicted)


def collapse_warning(models: int = 1, total: int = 1) -> str:
    """A warning that models give the same answer to every dev example.

    Args:
        models: how many do.
        total: how many were fine-tuned.
    """
    advice = "try more epochs, another learning rate or more training rows"
    if total == 1:
        return f"the model gives every dev example the same answer, so its score says nothing about it; {advice}"
    verb = "gives" if models == 1 else "give"
    return f"{models} of {total} models {verb} every dev example the same answer; {advice}"


def _constant(values: Values) -> bool:
    return len(np.unique(values)) == 1
