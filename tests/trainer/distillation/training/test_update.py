"""One update of the weights, against Adam and AdamW worked by hand."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from trainer.data.packing import IGNORED
from trainer.distillation.objective.gradients import Counts
from trainer.distillation.settings import RunSettings
from trainer.distillation.setup.preparation import distillation

RATE, DECAY, BETAS, EPSILON = 1e-3, 0.5, (0.8, 0.9), 1e-4


def prepared(make: ModuleType, folder: Path, **options: Any) -> Any:
    """A run of three updates that nothing has trained yet."""
    settings = {
        "learning_rate": RATE, "weight_decay": DECAY, "beta1": BETAS[0], "beta2": BETAS[1], "epsilon": EPSILON,
        "optimizer": "adamw", "clip": 0.0, "warmup": 0.0, "sequences": 20, "budget": "updates=3",
        "student": "layers:1", "precision": "fp32",
    }  # fmt: skip
    recipe = RunSettings(**{**settings, **options})
    return distillation(make.rows(60), [make.teacher_folder(folder)], recipe, preset="study").training


def gradients(training: Any, number: int) -> list[torch.Tensor]:
    """The gradient of each weight at an update, found apart from the update itself."""
    training.gradient.zero_()
    batch = training.batch(number)
    counts = Counts(float(len(batch.labels)), float((batch.labels != IGNORED).sum()))
    training.engine.student.train()
    training.engine.backward(batch, counts)
    return [weight.grad.clone() for weight in training.weights]


def by_hand(training: Any, updates: int, *, clip: float = 0.0, decay: float = DECAY) -> list[torch.Tensor]:
    """The weights after some updates, in float64, from the gradients that the training itself goes through."""
    weights = [weight.detach().double() for weight in training.weights]
    means = [torch.zeros_like(weight) for weight in weights]
    squares = [torch.zeros_like(weight) for weight in weights]
    for number in range(updates):
        found = [gradient.double() for gradient in gradients(training, number)]
        norm = float(torch.cat([gradient.flatten() for gradient in found]).norm())
        scale = min(1.0, clip / norm) if clip else 1.0
        rate = RATE * (3 - number) / 3
        for place, gradient in enumerate(found):
            gradient = gradient * scale
            means[place] = BETAS[0] * means[place] + (1 - BETAS[0]) * gradient
            squares[place] = BETAS[1] * squares[place] + (1 - BETAS[1]) * gradient**2
            mean = means[place] / (1 - BETAS[0] ** (number + 1))
            square = squares[place] / (1 - BETAS[1] ** (number + 1))
            if weights[place].ndim > 1:
                weights[place] = weights[place] * (1 - rate * decay)
            weights[place] = weights[place] - rate * mean / (square.sqrt() + EPSILON)
        training.update(number)
    return weights


def worst(training: Any, wanted: list[torch.Tensor]) -> float:
    """The largest difference between the weights and what they should be."""
    return max(float((w.detach().double() - x).abs().max()) for w, x in zip(training.weights, wanted, strict=True))


def test_two_updates_are_adamw_with_decay_on_matrices_only(tmp_path: Path, make: ModuleType) -> None:
    training = prepared(make, tmp_path / "teacher")
    assert {weight.ndim for weight in training.weights} == {1, 2}
    assert worst(training, by_hand(training, 2)) < 2e-6


def test_biases_and_norms_are_not_decayed(tmp_path: Path, make: ModuleType) -> None:
    decayed, plain = (prepared(make, tmp_path / name, weight_decay=decay) for name, decay in (("a", 0.9), ("b", 0.0)))
    decayed.update(0)
    plain.update(0)
    for one, other in zip(decayed.weights, plain.weights, strict=True):
        assert torch.equal(one, other) == (one.ndim == 1 or not bool(other.any()))


@pytest.mark.parametrize("share", [0.5, 0.01])
def test_the_gradient_is_clipped_to_the_norm_asked_for(share: float, tmp_path: Path, make: ModuleType) -> None:
    norm = float(torch.cat([g.flatten() for g in gradients(prepared(make, tmp_path / "a"), 0)]).norm())
    training = prepared(make, tmp_path / "b", clip=norm * share)
    assert worst(training, by_hand(training, 1, clip=norm * share)) < 2e-6


def test_a_clip_above_the_norm_changes_nothing(tmp_path: Path, make: ModuleType) -> None:
    free, bounded = prepared(make, tmp_path / "a"), prepared(make, tmp_path / "b", clip=1e6)
    assert free.update(0).gradient_norm == pytest.approx(bounded.update(0).gradient_norm)
    assert all(torch.equal(one, other) for one, other in zip(free.weights, bounded.weights, strict=True))


def test_the_learning_rate_follows_the_schedule(tmp_path: Path, make: ModuleType) -> None:
    training = prepared(make, tmp_path / "teacher", warmup=0.5, budget="updates=4")
    rates = []
    for number in range(4):
        training.update(number)
        rates.append(training.optimizer.param_groups[0]["lr"] / RATE)
    assert rates == pytest.approx([0.5, 1.0, 1.0, 0.5])


def test_a_micro_batch_budget_changes_no_gradient(tmp_path: Path, make: ModuleType) -> None:
    whole, parts = prepared(make, tmp_path / "a"), prepared(make, tmp_path / "b")
    parts.micro_batch_tokens = 16
    for number in range(2):
        one, other = whole.update(number), parts.update(number)
        assert one.losses.tolist() == pytest.approx(other.losses.tolist())
        assert one.gradient_norm == pytest.approx(other.gradient_norm, rel=1e-4)
    assert worst(parts, [weight.detach() for weight in whole.weights]) < 1e-5


def test_an_update_counts_its_tokens_and_those_to_be_predicted(tmp_path: Path, make: ModuleType) -> None:
    training = prepared(make, tmp_path / "teacher")
    rows = make.rows(60).take(training.plan.rows_of(0))
    done = training.update(0)
    assert (len(rows), done.tokens) == (20, sum(len(ids) + 2 for ids in rows))
    assert done.picked == int((training.batch(0).labels != IGNORED).sum()) > 0


def test_dropout_depends_on_the_update_and_on_nothing_drawn_before_it(tmp_path: Path, make: ModuleType) -> None:
    one, other = (prepared(make, tmp_path / name, student="distilbert:1") for name in ("a", "b"))
    assert one.engine.student.config.dropout > 0
    first = one.update(0).losses.tolist()
    seed = torch.initial_seed()
    torch.rand(7)
    assert other.update(0).losses.tolist() == first
    other.update(1)
    assert torch.initial_seed() != seed


def test_a_checkpoint_restores_weights_and_both_averages(tmp_path: Path, make: ModuleType) -> None:
    whole, resumed = prepared(make, tmp_path / "a"), prepared(make, tmp_path / "b")
    whole.update(0)
    resumed.restore({name: tensor.clone() for name, tensor in whole.tensors().items()})
    whole.update(1)
    resumed.update(1)
    assert worst(resumed, [weight.detach() for weight in whole.weights]) == 0.0
