"""Dropout from random bits: its rate, its scale and its gradient."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch
from torch import nn

from trainer.distillation.objective.dropout import BitDropout, kept, use_bit_dropout
from trainer.distillation.objective.gradients import Engine
from trainer.plugin.discovery import registry
from trainer.runtime.precision import precision_for


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5, 0.97])
def test_the_share_of_dropped_values_is_the_rate(rate: float) -> None:
    torch.manual_seed(0)
    values = 1_000_001
    dropped = 1 - float(kept(torch.Size([values]), rate).double().mean())
    assert dropped == pytest.approx(rate, abs=5 * (rate * (1 - rate) / values) ** 0.5)


def test_neighbours_are_dropped_independently() -> None:
    torch.manual_seed(0)
    mask = kept(torch.Size([500_000, 2]), 0.5)
    both = float((mask[:, 0] & mask[:, 1]).double().mean())
    assert both == pytest.approx(0.25, abs=0.004)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_stays_is_divided_by_its_share_and_the_gradient_follows(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    states = torch.ones(3, 1001, dtype=dtype, requires_grad=True)
    made = BitDropout(0.1)(states)
    made.backward(torch.full_like(made, 2))
    scale = torch.tensor(1 / 0.9, dtype=torch.float64).to(dtype)
    assert set(made.unique().tolist()) == {0.0, float(scale)}
    assert states.grad is not None
    assert torch.equal(states.grad, 2 * made.detach())


def test_a_value_in_bf16_is_rounded_once() -> None:
    torch.manual_seed(0)
    states = torch.randn(10_000).bfloat16()
    made = BitDropout(0.1)(states)
    assert torch.equal(made[made != 0], (states[made != 0].double() / 0.9).bfloat16())


def test_a_seed_gives_the_same_mask_with_any_number_of_threads() -> None:
    threads, masks = torch.get_num_threads(), []
    for number in (1, 2, 3):
        torch.set_num_threads(number)
        torch.manual_seed(5)
        masks.append(kept(torch.Size([7, 9973]), 0.3))
    torch.set_num_threads(threads)
    assert torch.equal(masks[0], masks[1])
    assert torch.equal(masks[0], masks[2])


def test_outside_training_and_without_a_rate_nothing_is_dropped() -> None:
    states = torch.randn(5, 7)
    assert torch.equal(BitDropout(0.5).train(False)(states), states)
    assert torch.equal(BitDropout(0.0)(states), states)
    assert not BitDropout(1.0)(states).any()


@pytest.mark.parametrize(("precision", "kind"), [("bf16", BitDropout), ("fp32", nn.Dropout)])
def test_students_in_bf16_alone_take_it(precision: str, kind: type[nn.Dropout], make: ModuleType) -> None:
    student = make.bert(1, dropout=0.5)
    chosen = precision_for(precision, torch.device("cpu"))
    Engine(student, None, [registry.make("losses", "masked-lm")], precision=chosen)
    assert {type(layer) for layer in student.modules() if isinstance(layer, nn.Dropout)} == {kind}


def test_only_torchs_own_layers_are_switched() -> None:
    class Other(nn.Dropout):
        """Somebody's own."""

    model = nn.Sequential(nn.Dropout(0.1), Other(0.1))
    use_bit_dropout(model)
    assert [type(layer) for layer in model] == [BitDropout, Other]
