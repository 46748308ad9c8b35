"""Several teachers, and students of another width."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from corpora import OptionError
from trainer import ModelError, OtherRecipe, VocabularyMismatch, distill
from trainer.distillation.objective.gradients import Engine
from trainer.distillation.objective.mixture import mixed_logits
from trainer.models import packed_logits
from trainer.plugin.discovery import registry
from trainer.runtime.precision import precision_for

OPTIONS = {
    "sequences": 16, "budget": "updates=6", "student": "distilbert:1", "log-every": 1, "micro-batch-tokens": "64",
    "checkpoint-every": "2",
}  # fmt: skip


@pytest.fixture
def two(tmp_path: Path, make: ModuleType) -> list[Path]:
    """Two teachers of one vocabulary, the second wider than the first."""
    one = make.teacher_folder(tmp_path / "one")
    return [one, make.teacher_folder(tmp_path / "two", model=make.bert(2, hidden=24, seed=4))]


def double_engine(
    make: ModuleType, student: Any, teachers: list[Any], shares: tuple[float, ...], *losses: str
) -> Engine:
    made = [registry.make("losses", text) for text in losses]
    precision = precision_for("fp32", torch.device("cpu"))
    return Engine(student, teachers[0], made, precision=precision, others=teachers[1:], shares=shares, chunk=7)


def test_mixed_logits_have_the_mean_of_the_distributions_at_their_temperature() -> None:
    torch.manual_seed(0)
    logits = [torch.randn(5, 9, dtype=torch.float64) * 5 for _ in range(3)]
    mixed = mixed_logits(logits, (0.5, 0.3, 0.2), temperature=3.0)
    mean = 0.5 * torch.softmax(logits[0] / 3, 1) + 0.3 * torch.softmax(logits[1] / 3, 1)
    mean += 0.2 * torch.softmax(logits[2] / 3, 1)
    assert torch.allclose(torch.softmax(mixed / 3.0, 1), mean, atol=1e-14, rtol=0)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_the_soft_target_of_two_teachers_is_the_plain_formula_in_float64(make: ModuleType, direction: str) -> None:
    student, packed, shares = make.bert(1).double(), make.packed(6), (0.7, 0.3)
    teachers = [make.bert(2, seed=1).double(), make.bert(1, hidden=24, seed=2).double()]
    engine = double_engine(make, student, teachers, shares, f"soft-target:temperature=2.5,direction={direction}")
    engine.backward(packed, make.counts(packed))
    found = make.gradients(student)
    student.zero_grad()
    logs = torch.log_softmax(packed_logits(student, packed) / 2.5, 1)
    first, second = (torch.softmax(packed_logits(of, packed).detach() / 2.5, 1) for of in teachers)
    mean = shares[0] * first + shares[1] * second
    over, under = (logs, mean.log()) if direction == "reverse" else (mean.log(), logs)
    loss = (over.exp() * (over - under)).sum(1).mean() * 2.5**2
    loss.backward()
    assert float(engine.evaluate(packed)) / packed.tokens == pytest.approx(loss.item(), abs=1e-12)
    assert torch.allclose(found, make.gradients(student), atol=1e-12, rtol=0)


def test_two_teachers_that_are_one_teach_what_it_teaches(make: ModuleType) -> None:
    student, packed, losses = make.bert(1).double(), make.packed(6), ("soft-target", "masked-lm", "cosine")
    one = double_engine(make, student, [make.bert(2, seed=1).double()], (1.0,), *losses).evaluate(packed)
    same = [make.bert(2, seed=1).double() for _ in range(2)]
    both = double_engine(make, student, same, (0.25, 0.75), *losses).evaluate(packed)
    assert torch.allclose(one, both, atol=1e-10, rtol=0)


@pytest.mark.slow
def test_a_run_of_two_teachers_is_resumed_with_both_and_the_same_bytes(
    two: list[Path], tmp_path: Path, make: ModuleType
) -> None:
    options = {**OPTIONS, "teacher-weight": [3.0, 1.0]}
    distill(make.rows(60), two, tmp_path / "whole", options=options)
    distill(make.rows(60), two, tmp_path / "run", options=options, stop_after="0s")
    assert distill(make.rows(60), out=tmp_path / "run", resume=True).status == "finished"
    assert make.weights_hash(tmp_path / "run" / "student") == make.weights_hash(tmp_path / "whole" / "student")
    card = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert [(entry["model"], entry["share"]) for entry in card["teachers"]] == [
        (str(two[0]), 0.75),
        (str(two[1]), 0.25),
    ]
    distill(make.rows(60), two[:1], tmp_path / "alone", options=OPTIONS)
    assert make.weights_hash(tmp_path / "run" / "student") != make.weights_hash(tmp_path / "alone" / "student")


def test_a_resume_with_other_teachers_or_weights_is_refused(two: list[Path], tmp_path: Path, make: ModuleType) -> None:
    distill(make.rows(60), two, tmp_path / "run", options=OPTIONS, stop_after="0s")
    with pytest.raises(OtherRecipe, match="number of teachers is 2, not 1"):
        distill(make.rows(60), two[:1], tmp_path / "run", resume=True)
    with pytest.raises(OtherRecipe, match=r"teacher is .*one \(weights .*\), not .*two"):
        distill(make.rows(60), two[::-1], tmp_path / "run", resume=True)
    with pytest.raises(OtherRecipe, match=r"teacher-weight = None, not \[3.0, 1.0\]"):
        distill(make.rows(60), out=tmp_path / "run", options={"teacher-weight": [3.0, 1.0]}, resume=True)


@pytest.mark.parametrize(
    ("weights", "said"),
    [([1.0], "1 teacher-weight for 2 teacher"), ([1.0, 0.0], "teacher-weight is 0"), ([1.0, -1.0], "of at least 0")],
)
def test_weights_that_fit_no_teacher_are_refused(
    two: list[Path], make: ModuleType, weights: list[float], said: str
) -> None:
    with pytest.raises(OptionError, match=said):
        distill(make.rows(60), two, "never", options={**OPTIONS, "teacher-weight": weights})


def test_a_second_teacher_that_no_loss_would_follow_is_refused(
    two: list[Path], tmp_path: Path, make: ModuleType
) -> None:
    with pytest.raises(OptionError, match=r"2 teachers are averaged on their logits, which cosine, masked-lm does not"):
        distill(make.rows(9), two, tmp_path / "run", options={"loss": ["cosine", "masked-lm"]})
    assert not (tmp_path / "run").exists()


def test_teachers_of_two_vocabularies_are_refused_by_name(two: list[Path], tmp_path: Path, make: ModuleType) -> None:
    other = make.teacher_folder(tmp_path / "other")
    make.tokenizer_file(other, words=44)
    with pytest.raises(
        VocabularyMismatch, match=r"the vocabulary of .*other \(49 pieces\) differs from that of .*one \(50\)"
    ):
        distill(make.rows(60), [two[0], other], tmp_path / "run", options=OPTIONS)
    assert not (tmp_path / "run").exists()


def test_another_width_is_one_error_whose_advice_works(two: list[Path], tmp_path: Path, make: ModuleType) -> None:
    options = {**OPTIONS, "student": "distilbert:1,hidden=8,positions=frozen"}
    with pytest.raises(ModelError, match="8 wide and the teacher 16.*start from its layers or use the loss") as found:
        distill(make.rows(60), two[0], tmp_path / "run", options=options)
    words = str(found.value).partition("; use ")[2].partition(", or leave")[0].split()
    student, *losses = words[1::2]
    advised = {**OPTIONS, "student": student, "loss": losses}
    assert words[0::2] == ["--student", *["--loss"] * 3] and "hidden-state:weight=0.33" in losses
    assert distill(make.rows(60), two[0], tmp_path / "run", options=advised).status == "finished"


def test_the_width_of_the_teacher_is_no_other_width(two: list[Path], tmp_path: Path, make: ModuleType) -> None:
    options = {**OPTIONS, "student": "distilbert:1,hidden=16,feed-forward=32", "budget": "updates=0"}
    assert distill(make.rows(60), two[0], tmp_path / "run", options=options).status == "finished"
