"""The built-in losses, against numbers worked by hand."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trainer import LossInputs, ModelError, VocabularyMismatch
from trainer.builtin.losses.cosine.module import CosineLoss
from trainer.builtin.losses.hidden_state.module import HiddenStateLoss
from trainer.builtin.losses.masked_lm.module import MaskedLMLoss
from trainer.builtin.losses.soft_target.module import SoftTargetLoss, soft_target_loss

LOGITS = torch.tensor([[0.0, math.log(3.0)]], dtype=torch.float64)
EVEN = torch.zeros(1, 2, dtype=torch.float64)
NONE = torch.empty(0, dtype=torch.long)


def test_soft_target_by_hand_at_temperature_one() -> None:
    by_hand = 0.5 * math.log(0.5 / 0.25) + 0.5 * math.log(0.5 / 0.75)
    assert float(soft_target_loss(LOGITS, EVEN, temperature=1.0)) == pytest.approx(by_hand, abs=1e-12)


def test_soft_target_by_hand_in_the_reverse_direction() -> None:
    by_hand = 0.25 * math.log(0.25 / 0.5) + 0.75 * math.log(0.75 / 0.5)
    assert float(soft_target_loss(LOGITS, EVEN, temperature=1.0, reverse=True)) == pytest.approx(by_hand, abs=1e-12)


def test_temperature_two_softens_and_multiplies_by_four() -> None:
    root = math.sqrt(3.0)
    by_hand = 4 * (0.5 * math.log(0.5 * (1 + root)) + 0.5 * math.log(0.5 * (1 + root) / root))
    assert float(soft_target_loss(LOGITS, EVEN, temperature=2.0)) == pytest.approx(by_hand, abs=1e-12)


@given(st.integers(0, 1000), st.sampled_from([0.5, 1.0, 2.0, 5.0]), st.booleans())
def test_the_closed_form_is_the_plain_formula_and_its_gradient(seed: int, temperature: float, reverse: bool) -> None:
    generator = torch.Generator().manual_seed(seed)
    student, teacher = (torch.randn(3, 7, dtype=torch.float64, generator=generator) * 4 for _ in range(2))
    student.requires_grad_()
    plain = soft_target_loss(student, teacher, temperature=temperature, reverse=reverse)
    plain.sum().backward()  # type: ignore[no-untyped-call]
    given = LossInputs({"logits": student.detach()}, {"logits": teacher}, NONE, NONE)
    gradient = torch.empty_like(teacher)
    loss = SoftTargetLoss(temperature, reverse=reverse).loss_and_gradient(given, gradient)
    assert loss == pytest.approx(plain.detach(), abs=1e-9)
    assert gradient == pytest.approx(student.grad, abs=1e-9)


def test_the_closed_form_leaves_the_logits_as_they_were() -> None:
    student, teacher = LOGITS.clone(), EVEN.clone()
    given = LossInputs({"logits": student}, {"logits": teacher}, NONE, NONE)
    SoftTargetLoss(2.0).loss_and_gradient(given, torch.empty_like(student))
    assert torch.equal(student, LOGITS)
    assert torch.equal(teacher, EVEN)


def test_soft_targets_over_two_vocabularies_are_refused() -> None:
    with pytest.raises(VocabularyMismatch, match="shared vocabulary"):
        soft_target_loss(torch.zeros(1, 3), torch.zeros(1, 4), temperature=2.0)


def test_masked_lm_by_hand_and_nothing_where_nothing_is_predicted() -> None:
    logits = LOGITS.expand(2, 2)
    given = LossInputs({"logits": logits}, {}, torch.tensor([1, -100]), NONE)
    gradient = torch.empty_like(logits)
    loss = MaskedLMLoss().loss_and_gradient(given, gradient)
    assert loss.tolist() == pytest.approx([-math.log(0.75), 0.0])
    assert gradient.tolist() == [pytest.approx([0.25, -0.25]), [0.0, 0.0]]
    assert MaskedLMLoss()(given).tolist() == pytest.approx(loss.tolist())


def test_cosine_by_hand() -> None:
    states = {"hidden:-1": torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 0.0]])}
    taught = {"hidden:-1": torch.tensor([[5.0, 0.0], [1.0, 0.0], [-2.0, 0.0]])}
    loss = CosineLoss("hidden:-1", "hidden:-1")(LossInputs(states, taught, NONE, NONE))
    assert loss.tolist() == pytest.approx([0.0, 1 - math.sqrt(0.5), 2.0], abs=1e-6)


def test_hidden_states_of_one_width_start_with_the_plain_difference() -> None:
    module = HiddenStateLoss(2, 2, student_state="hidden:1", teacher_state="hidden:2")
    given = LossInputs({"hidden:1": torch.tensor([[1.0, 2.0]])}, {"hidden:2": torch.tensor([[0.0, 4.0]])}, NONE, NONE)
    assert module(given).tolist() == [2.5]


def test_cosine_between_two_widths_names_the_loss_that_can() -> None:
    from transformers import BertConfig, BertModel

    narrow, wide = (BertModel(BertConfig(hidden_size=h, num_attention_heads=1, num_hidden_layers=1)) for h in (4, 8))
    with pytest.raises(ModelError, match="hidden-state"):
        CosineLoss.between(wide, narrow, "hidden:-1", "hidden:-1")


def test_a_closed_form_does_not_write_into_the_gradient_of_an_earlier_call() -> None:
    module, first, second = SoftTargetLoss(2.0), torch.empty_like(LOGITS), torch.empty_like(LOGITS)
    module.loss_and_gradient(LossInputs({"logits": LOGITS}, {"logits": EVEN}, NONE, NONE), first)
    kept = first.clone()
    module.loss_and_gradient(LossInputs({"logits": EVEN}, {"logits": LOGITS}, NONE, NONE), second)
    assert torch.equal(first, kept)
    assert not torch.equal(first, second)
