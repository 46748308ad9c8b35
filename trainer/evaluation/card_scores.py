"""A model's stored scores for its model card, each with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from corpora import generator
from trainer.errors import ResultDamaged
from trainer.evaluation.evaluator import default_out
from trainer.evaluation.intervals import METRICS, RESAMPLES, evidence, score
from trainer.evaluation.results import Evidence, read_sealed, write_sealed
from trainer.evaluation.sentence_pairs import Similarity
from trainer.models import Score, model_fingerprint, model_folder


class _Column(msgspec.Struct):
    """The fields of an evaluated dev set that a card needs."""

    metrics: dict[str, list[float]]
    seeds: list[int]
    dev_rows: int
    cells: list[str]
    collapsed: list[int] = []


class _Stored(msgspec.Struct):
    """A file of results: fine-tuned columns, or similarities without fine-tuning."""

    model: dict[str, object]
    columns: dict[str, _Column] = {}
    similarities: list[Similarity] = []


def store_similarities(found: Sequence[Similarity], model: Path | str, out: Path | None = None) -> Path:
    """Store scores by cosine with the model's other results.

    Args:
        found: the scores of one task.
        model: a model folder, a run folder, or a hub id.
        out: the folder of results; the default is `evaluation` next to the model.

    Returns:
        The path of the file.
    """
    folder = model_folder(model)
    path = (out or default_out(folder)) / f"{found[0].task}.cosine.json"
    about = {"name": Path(model).name, **model_fingerprint(folder)}
    write_sealed(path, {"model": about, "similarities": [each.to_json() for each in found]})
    return path


def stored_scores(folder: Path, results: Path | None = None) -> list[Score]:
    """The scores that `evaluate` stored for exactly these weights, in the order of their files.

    Results of other weights, such as those of a replaced run, are left out.

    Args:
        folder: of the model.
        results: the folder of results; the default is `evaluation` next to the model.

    Raises:
        ResultDamaged: a results file was edited.
    """
    place, weights = results or default_out(folder), model_fingerprint(folder)["weights"]
    scores: list[Score] = []
    for path in sorted(place.glob("*.json")):
        content = read_sealed(path)
        if not {"columns", "similarities"} & set(content):
            continue
        try:
            stored = msgspec.convert(content, _Stored)
        except msgspec.ValidationError as error:
            raise ResultDamaged(f"{path} is not a result of trainer evaluate ({error}); delete it") from error
        if stored.model.get("weights") != weights:
            continue
        scores += [each for name, column in stored.columns.items() for each in _finetuned(name, column, place)]
        scores += [each for similarity in stored.similarities for each in _by_cosine(similarity)]
    return scores


def _by_cosine(found: Similarity) -> list[Score]:
    how = f"cosine of {found.pooling}-pooled vectors, without fine-tuning"
    return [
        Score(found.task, metric, each.value, each.low, each.high, found.pairs, how, "sentence-similarity")
        for metric, each in found.correlations.items()
    ]


def _finetuned(title: str, column: _Column, place: Path) -> list[Score]:
    seeds = len(column.seeds)
    how = "fine-tuned, one seed" if seeds == 1 else f"fine-tuned, mean of {seeds} seeds"
    if column.collapsed:
        which = "" if seeds == 1 else f"{len(column.collapsed)} of them "
        how += f", {which}with the same answer to every example"
    answers = [evidence(str(place / cell), title) for cell in column.cells]
    scores = []
    for metric, values in column.metrics.items():
        low, high = _interval(title, metric, answers) or (None, None)
        mean = sum(values) / len(values)
        scores.append(Score(title, metric, mean, low, high, column.dev_rows, how, _problem(metric, answers[0])))
    return scores


def _interval(title: str, metric: str, answers: Sequence[Evidence]) -> tuple[float, float] | None:
    """The interval of 95 % of the resamples of dev examples and seeds, in points; None for a metric without sums."""
    if "points" not in answers[0] and metric not in METRICS:
        return None
    gold = answers[0].get("points") or answers[0]["gold"]
    if not isinstance(gold, list) or (gold and isinstance(gold[0], list) and "points" not in answers[0]):
        return None
    rng = generator("card", title, metric, len(gold))
    weights = rng.multinomial(len(gold), np.full(len(gold), 1 / len(gold)), RESAMPLES).astype(np.float64)
    scores = np.stack([score(metric, seen, weights) for seen in answers], axis=1)
    drawn = rng.integers(len(answers), size=(RESAMPLES, len(answers)))
    low, high = np.quantile(100 * np.take_along_axis(scores, drawn, axis=1).mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def _problem(metric: str, seen: Evidence) -> str:
    """The hub's name for a task, derived from how it is scored."""
    if "points" in seen:
        return "question-answering"
    answers = seen["answers"]
    if isinstance(answers, list) and answers and isinstance(answers[0], list):
        return "token-classification"
    return "sentence-similarity" if metric in ("pearson", "spearman") else "text-classification"
