"""The losses `attention` and `mse`: their contract, and numbers worked by hand."""

from __future__ import annotations

import pytest
import torch

from trainer import LossInputs, ModelError, VocabularyMismatch
from trainer.builtin.losses.attention import Attention
from trainer.builtin.losses.attention.module import AttentionLoss
from trainer.builtin.losses.mse import MeanSquaredError
from trainer.builtin.losses.mse.module import MeanSquaredErrorLoss
from trainer.testing import check_loss, tiny_bert

NONE = torch.empty(0, dtype=torch.long)


@pytest.mark.parametrize("loss", [MeanSquaredError(), Attention(), Attention(layer=1, teacher_layer=2)])
def test_the_contract_of_losses_holds(loss: MeanSquaredError | Attention) -> None:
    check_loss(loss)


def test_mse_by_hand() -> None:
    one, other = torch.tensor([[1.0, 3.0], [0.0, 0.0]]), torch.tensor([[0.0, 1.0], [0.0, 2.0]])
    assert MeanSquaredErrorLoss()(LossInputs({"logits": one}, {"logits": other}, NONE, NONE)).tolist() == [2.5, 2.0]


def test_mse_of_different_outputs_is_refused() -> None:
    with pytest.raises(VocabularyMismatch, match="mse compares logits one by one"):
        MeanSquaredErrorLoss()(LossInputs({"logits": torch.ones(2, 3)}, {"logits": torch.ones(2, 4)}, NONE, NONE))


def test_attention_by_hand_with_two_heads_of_one_number_and_two_sequences() -> None:
    ours = {
        "q": torch.tensor([[1.0, 2.0], [3.0, 0.0], [1.0, 1.0]]),
        "k": torch.tensor([[1.0, 1.0], [2.0, 0.0], [1.0, 1.0]]),
    }
    theirs = {name: torch.zeros(3, 2) for name in ours}
    loss = AttentionLoss(2, ("q", "k"), ("q", "k"))(LossInputs(ours, theirs, NONE, torch.tensor([0, 2, 3])))
    # Token 1: heads give (1, 2) and (2, 0); token 2: (3, 6) and (0, 0); token 3, alone: (1) and (1).
    assert loss.tolist() == [(1 + 4 + 4 + 0) / 4, (9 + 36) / 4, 1.0]


def test_other_numbers_of_heads_are_refused() -> None:
    teacher, student = tiny_bert(layers=1), tiny_bert(layers=1)
    teacher.config.num_attention_heads = 1
    with pytest.raises(ModelError, match="heads are compared one by one"):
        Attention().build(teacher, student)
