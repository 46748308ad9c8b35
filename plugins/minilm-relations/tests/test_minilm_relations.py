"""The minilm-relations plugin, as users meet it."""

import types

import pytest
import torch

from corpora import OptionError
from trainer import LossInputs
from trainer.plugin.discovery import registry
from trainer.testing import check_loss

plugin = pytest.importorskip("trainer_minilm_relations", reason="pip install -e plugins/minilm-relations")


def model(width):
    return types.SimpleNamespace(config=types.SimpleNamespace(hidden_size=width))


def test_it_keeps_the_contract_of_losses():
    check_loss(plugin.MinilmRelations(heads=2, teacher_layer=2))


def test_by_hand_for_one_head_and_two_tokens():
    loss = plugin.MinilmRelations(heads=1)
    teacher, student = torch.tensor([[1.0], [0.0]]), torch.tensor([[0.0], [0.0]])
    given = LossInputs(
        *({f"{part}:-1": x for part in plugin.PARTS} for x in (student, teacher)), None, torch.tensor([0, 2])
    )
    p = torch.tensor([1.0, 0.0]).softmax(0)
    by_hand = 3 * float((p * (p / 0.5).log()).sum())
    assert loss.build(model(1), model(1))(given).tolist() == pytest.approx([by_hand, 0.0], abs=1e-6)


def test_the_widths_of_teacher_and_student_may_differ():
    states = (
        {f"{part}:-1": torch.randn(3, 4) for part in plugin.PARTS},
        {f"{p}:-1": torch.randn(3, 6) for p in plugin.PARTS},
    )
    given = LossInputs(*states, None, torch.tensor([0, 1, 3]))
    assert plugin.MinilmRelations(heads=2).build(model(6), model(4))(given).shape == (3,)


def test_a_width_that_does_not_divide_is_refused():
    with pytest.raises(OptionError, match="a width of 8 does not divide into 3 heads"):
        plugin.MinilmRelations(heads=3).build(model(9), model(8))


def test_it_is_offered_under_its_name():
    assert registry.find("losses", "minilm-relations") is plugin.MinilmRelations
