"""Scores by cosine: a model that cannot be trusted is refused, and the correlation has something to correlate."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from trainer.errors import DamagedWeights, TaskError
from trainer.evaluation.sentence_pairs import similarity
from trainer.evaluation.tasks.task_file import read_task
from trainer.plugin import Task

TASK = 'problem = "regression"\ntrain = "p.tsv"\ndev = "p.tsv"\ntext = "one"\ntext-pair = "two"\nlabel = "score"\n'


@pytest.fixture
def pairs(tmp_path: Path) -> Task:
    """A task of 24 pairs, of which one has more words than the model has positions."""
    rows = [f"the cat sat\tthe {noun} ran\t{number}" for number, noun in enumerate(["cat", "dog", "mat"] * 8)]
    rows[3] = "the cat " * 300 + "\tthe dog\t1"
    (tmp_path / "p.tsv").write_text("\n".join(["one\ttwo\tscore", *rows]) + "\n", encoding="utf-8")
    (tmp_path / "pairs.toml").write_text(TASK, encoding="utf-8")
    return read_task(tmp_path / "pairs.toml")


def test_sentences_longer_than_the_model_reads_are_cut(student: Path, pairs: Task, tmp_path: Path) -> None:
    (found,) = similarity(student, pairs, tmp_path, length=10_000)
    assert found.pairs == 24 and all(-100 <= each.low <= each.high <= 100 for each in found.correlations.values())


@pytest.mark.parametrize(("change", "said"), [("rename", "the weights lack"), ("nan", "contains NaN or infinity")])
def test_weights_that_are_missing_or_not_finite_are_refused(
    student: Path, pairs: Task, tmp_path: Path, change: str, said: str
) -> None:
    path = Path(shutil.copytree(student, tmp_path / "model")) / "model.safetensors"
    weights = load_file(path)
    if change == "rename":
        weights = {f"module.{name}": value for name, value in weights.items()}
    else:
        next(iter(weights.values())).fill_(torch.nan)
    save_file(weights, path, {"format": "pt"})
    with pytest.raises(DamagedWeights, match=said):
        similarity(path.parent, pairs, tmp_path)


def test_a_correlation_of_two_pairs_is_refused(student: Path, pairs: Task, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="a correlation needs at least 3 pairs; there are 2"):
        similarity(student, pairs, tmp_path, rows=2)
