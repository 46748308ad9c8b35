"""Task distillation: every term against its plain formula, computed one row at a time without padding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy, log_softmax, mse_loss

from corpora import OptionError
from trainer.errors import ModelError
from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.finetuning.task_distillation import TaskDistillation, TaskDistillationLoss
from trainer.evaluation.problems.encoders import Encoder, load_encoder
from trainer.evaluation.problems.features import joined, padded
from trainer.evaluation.problems.lookup import problem_of
from trainer.plugin import Examples, Head, registry

FIRST = ["the cat sat on a mat", "who ran ?", "a good big dog"]
SECOND = ["the dog sat", "where was the red cat on the mat ? .", "bad"]
HEADS = {
    "classification": (Head("classification", ("accuracy",), ("no", "maybe", "yes")), [2, 0, 1]),
    "regression": (Head("regression", ("pearson",)), [0.5, 4.0, 2.0]),
    "tagging": (Head("tagging", ("accuracy",), ("A", "B")), [[0, 1, 1, 0, 1, 0], [1, 0, 0], [0, 0, 1, 1]]),
    "spans": (Head("spans", ("exact match", "f1")), [[(4, "dog")], [(14, "red cat")], [(0, "bad")]]),
}
SETTINGS = Settings("test", 1e-4, length=32, stride=4)


@dataclass
class Bench:
    """The loss of a task distillation with its batch, and the logits of both models for each row by itself."""

    task_loss: TaskDistillationLoss
    batch: dict[str, torch.Tensor]
    features: Any
    students: list[torch.Tensor]
    teachers: list[torch.Tensor]

    @property
    def loss(self) -> float:
        return float(self.task_loss.loss(self.batch, self.features, np.arange(len(self.features))).detach())


@pytest.fixture
def bench(tmp_path: Path, save_model: Callable[..., Path], save_tokenizer: Callable[..., int]) -> Callable[..., Bench]:
    def make(
        problem: str, *losses: str, weight: float = 0.0, families: str = "bert bert", unlabelled: bool = False
    ) -> Bench:
        head, gold = HEADS[problem]
        posed, encoders = problem_of(head), []
        for name, family in zip(("student", "teacher"), families.split(), strict=True):
            folder = tmp_path / name
            save_model(folder, family, vocabulary=save_tokenizer(folder))
            torch.manual_seed(len(name))
            encoders.append(load_encoder(folder, posed))
            encoders[-1].model.train(False)
            with torch.no_grad():
                for parameter in encoders[-1].model.parameters():
                    parameter.add_(0.2 * torch.randn_like(parameter))
        student, teacher = encoders
        task_loss = TaskDistillationLoss(student, teacher, posed, TaskDistillation(tmp_path, chosen(*losses), weight))
        second = None if problem == "tagging" else SECOND
        examples = Examples(FIRST, second, gold, ["1", "2", "3"])
        features = posed.features(examples, task_loss.reader(student.reader), SETTINGS, train=True)
        features = joined([features], labelled=2 if unlabelled else 3)
        sides = [alone(one, features) for one in encoders]
        return Bench(task_loss, padded(features, np.arange(3), 0), features, *sides)

    return make


def chosen(*losses: str) -> tuple[Any, ...]:
    return tuple(registry.make("losses", loss) for loss in losses)


def alone(encoder: Encoder, features: Any) -> list[torch.Tensor]:
    """The logits of each row, run by itself: [classes], [length, classes] or [length, 2]."""
    made = []
    for row in range(len(features)):
        batch = padded(features, np.asarray([row]), 0)
        if not encoder.reader.types:
            batch.pop("token_type_ids", None)
        output = encoder.model(**batch)
        start = getattr(output, "start_logits", None)
        made.append((output.logits if start is None else torch.stack((start, output.end_logits), -1))[0].detach())
    return made


def divergence(student: torch.Tensor, teacher: torch.Tensor, temperature: float) -> torch.Tensor:
    one, other = (log_softmax(logits / temperature, dim=-1) for logits in (student, teacher))
    return (other.exp() * (other - one)).sum(-1) * temperature**2


def test_classes_follow_softened_distributions_beside_the_labels(bench: Callable[..., Bench]) -> None:
    made = bench("classification", "soft-target:weight=0.7,temperature=3", weight=0.3)
    soft = torch.stack([divergence(*pair, 3.0) for pair in zip(made.students, made.teachers, strict=True)]).mean()
    hard = cross_entropy(torch.stack(made.students), torch.tensor(HEADS["classification"][1]))
    assert made.loss == pytest.approx(float(0.7 * soft + 0.3 * hard), rel=1e-5)


def test_values_follow_by_squared_error(bench: Callable[..., Bench]) -> None:
    made = bench("regression", "mse:weight=2", weight=0.5)
    ours, theirs = (torch.stack(side).squeeze(-1) for side in (made.students, made.teachers))
    hard = mse_loss(ours, torch.tensor(HEADS["regression"][1]))
    assert made.loss == pytest.approx(float(2 * mse_loss(ours, theirs) + 0.5 * hard), rel=1e-5)


def test_spans_follow_over_the_tokens_of_each_window_and_not_over_padding(bench: Callable[..., Bench]) -> None:
    made = bench("spans", "soft-target:temperature=2", "mse:weight=0.5")
    pairs = [(one.T, other.T) for one, other in zip(made.students, made.teachers, strict=True)]
    soft = torch.cat([divergence(*pair, 2.0) for pair in pairs]).mean()
    square = torch.cat([(one - other).pow(2).mean(-1) for one, other in pairs]).mean()
    assert made.loss == pytest.approx(float(soft + 0.5 * square), rel=1e-5)


def test_tags_follow_at_the_first_token_of_each_word(bench: Callable[..., Bench]) -> None:
    made = bench("tagging", "soft-target:temperature=1")
    words = [divergence(one[1:-1], other[1:-1], 1.0) for one, other in zip(made.students, made.teachers, strict=True)]
    assert made.loss == pytest.approx(float(torch.cat(words).mean()), rel=1e-5)


def test_hidden_states_follow_token_by_token_without_padding(bench: Callable[..., Bench]) -> None:
    made = bench("classification", "hidden-state:layer=1,teacher-layer=2", "cosine:weight=0")
    errors = []
    for row in range(3):
        one = padded(made.features, np.asarray([row]), 0)
        ours, theirs = (
            encoder.model(**one, output_hidden_states=True).hidden_states[layer][0]
            for encoder, layer in ((made.task_loss.student, 1), (made.task_loss.teacher, 2))
        )
        errors.append((ours - theirs).pow(2).mean(-1))
    assert made.loss == pytest.approx(float(torch.cat(errors).detach().mean()), rel=1e-5)


@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta"])
def test_attention_follows_scores_whose_softmax_is_transformers_own(bench: Callable[..., Bench], family: str) -> None:
    made = bench("classification", "attention:layer=1,teacher-layer=2", families=f"{family} {family}")
    (_, module), squares = made.task_loss.terms[0], []
    for row in range(3):
        one = padded(made.features, np.asarray([row]), 0)
        scores = []
        for encoder, layer in ((made.task_loss.student, 1), (made.task_loss.teacher, 2)):
            encoder.model.set_attn_implementation("eager")
            hidden, shares = [], []
            parts = encoder.model.base_model.get_submodule(PLACES[family].format(layer - 1))
            hooks = [
                parts.get_submodule(name).register_forward_hook(lambda _, __, made, kept=hidden: kept.append(made[0]))
                for name in (("q_lin", "k_lin") if family == "distilbert" else ("query", "key"))
            ]
            shares = encoder.run(dict(one, output_attentions=True))["attentions"][layer - 1][0]
            for hook in hooks:
                hook.remove()
            scores.append(module._scores(*hidden))
            assert torch.allclose(scores[-1].softmax(-1), shares, atol=1e-5)
        squares.append((scores[0] - scores[1]).pow(2).mean((0, 2)))
    assert made.loss == pytest.approx(float(torch.cat(squares).detach().mean()), rel=1e-4)


PLACES = {
    "bert": "encoder.layer.{}.attention.self",
    "roberta": "encoder.layer.{}.attention.self",
    "distilbert": "transformer.layer.{}.attention",
}


def test_rows_without_labels_learn_from_the_teacher_alone(bench: Callable[..., Bench]) -> None:
    made = bench("classification", "soft-target:weight=0.5,temperature=2", weight=1.0, unlabelled=True)
    soft = torch.stack([divergence(*pair, 2.0) for pair in zip(made.students, made.teachers, strict=True)]).mean()
    hard = cross_entropy(torch.stack(made.students[:2]), torch.tensor([2, 0]), reduction="sum") / 3
    assert made.loss == pytest.approx(float(0.5 * soft + hard), rel=1e-5)


@pytest.mark.parametrize("families", ["distilbert bert", "bert distilbert"])
def test_a_teacher_that_takes_type_ids_gets_them_from_a_student_that_does_not(
    bench: Callable[..., Bench], families: str
) -> None:
    made = bench("classification", "mse", families=families)
    square = (torch.stack(made.students) - torch.stack(made.teachers)).pow(2).mean()
    assert "token_type_ids" in made.batch and made.loss == pytest.approx(float(square), rel=1e-5)


def test_a_divergence_of_distributions_is_refused_for_a_value(bench: Callable[..., Bench]) -> None:
    with pytest.raises(OptionError, match="soft-target compares distributions, .* use --loss mse"):
        bench("regression", "soft-target").task_loss._check_effect()


def test_layers_and_heads_that_are_not_there_are_refused(bench: Callable[..., Bench]) -> None:
    with pytest.raises(
        ModelError, match="layer=7 does not fit the student: hidden:7: BertForSequenceClassification has only 2 layers"
    ):
        bench("classification", "hidden-state:layer=7")
