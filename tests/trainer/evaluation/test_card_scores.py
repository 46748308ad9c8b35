"""Stored scores for model cards: the same weights only, with intervals around the values."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from trainer.errors import ResultDamaged
from trainer.evaluation.card_scores import store_similarities, stored_scores
from trainer.evaluation.evaluator import evaluate
from trainer.evaluation.sentence_pairs import Correlation, Similarity

SIMILAR = Similarity("student", "STS-B", "mean", 1500, {"spearman": Correlation(80.5, 78.0, 82.5)})


@pytest.fixture
def model(student: Path, tmp_path: Path) -> Path:
    """A model of its own, so that results can be stored next to it."""
    return Path(shutil.copytree(student, tmp_path / "model"))


@pytest.mark.slow
def test_fine_tuned_scores_have_an_interval_around_their_mean(model: Path, glue: Path) -> None:
    changes = {"train_rows": 80, "dev_rows": 20, "epochs": 6, "learning_rate": 3e-3, "batch_size": 8}
    evaluate("glue", model=model, data=glue, tasks=["CoLA", "RTE"], seeds=2, changes=changes)
    first, second = stored_scores(model)
    assert (first.task, first.metric, first.rows, second.task) == ("CoLA", "matthews", 20, "RTE")
    assert second.low is not None and second.high is not None and second.low <= second.value <= second.high
    assert first.how == "fine-tuned, mean of 2 seeds" and second.problem == "text-classification"


@pytest.mark.parametrize(("seeds", "said"), [(1, "one seed, with the same"), (2, "2 seeds, 2 of them with the same")])
def test_a_score_of_a_collapsed_model_says_so(model: Path, glue: Path, seeds: int, said: str) -> None:
    stuck = {"learning_rate": 1e-9, "train_rows": 8, "epochs": 1}
    evaluate("rte", model=model, data=glue, seeds=seeds, changes=stuck)
    (score,) = stored_scores(model)
    assert score.how.endswith(f"{said} answer to every example")


def test_scores_by_cosine_are_kept_and_found_again(model: Path) -> None:
    store_similarities([SIMILAR], model)
    (score,) = stored_scores(model)
    assert (score.task, score.metric, score.value, score.low, score.high) == ("STS-B", "spearman", 80.5, 78.0, 82.5)
    assert score.problem == "sentence-similarity" and score.rows == 1500


def test_scores_of_other_weights_are_left_out(model: Path) -> None:
    store_similarities([SIMILAR], model)
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    (model / "config.json").write_text(json.dumps({**config, "dropout": 0.5}), encoding="utf-8")
    assert stored_scores(model) == []


def test_an_edited_score_is_refused(model: Path) -> None:
    path = store_similarities([SIMILAR], model)
    path.write_text(path.read_text(encoding="utf-8").replace("80.5", "90.5"), encoding="utf-8")
    with pytest.raises(ResultDamaged, match="was edited after it was written"):
        stored_scores(model)
