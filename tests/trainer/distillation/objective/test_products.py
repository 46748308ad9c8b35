"""The vocabulary projection on a CPU in bf16, beside float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from trainer.builtin.losses.masked_lm.module import MaskedLMLoss
from trainer.builtin.losses.soft_target.module import SoftTargetLoss
from trainer.distillation.objective.products import BLOCK_WORDS, MixedProducts, Products, Projection
from trainer.distillation.objective.projection import Term, logits_losses

TOKENS, WIDTH, WORDS, PICKED = 45, 16, BLOCK_WORDS + 100, 7
SHARES = (0.5 / TOKENS, 0.25 / PICKED)


def tensors(seed: int, dtype: torch.dtype) -> list[Tensor]:
    """Hidden states, weight and bias, of values that bf16 has too."""
    made = torch.Generator().manual_seed(seed)
    shapes = ((TOKENS, WIDTH), (WORDS, WIDTH), (WORDS,))
    return [torch.randn(shape, generator=made).bfloat16().to(dtype).requires_grad_() for shape in shapes]


def gradients(dtype: torch.dtype, *, mixed: bool, chunk: int, scale: float = 1.0) -> tuple[Tensor, list[Tensor]]:
    """The losses' sums, and the gradients by the student's three tensors."""
    student, teacher = tensors(1, dtype), [tensor.detach() for tensor in tensors(2, dtype)]
    labels = torch.full((TOKENS,), -100)
    labels[:PICKED] = torch.arange(PICKED) * 300
    shares = [torch.tensor(share, dtype=dtype) for share in SHARES]
    modules = SoftTargetLoss(2.0), MaskedLMLoss()
    terms = [
        Term("soft-target", modules[0], modules[0].loss_and_gradient, shares[0], False, 2.0),
        Term("masked-lm", modules[1], modules[1].loss_and_gradient, shares[1], True),
    ]
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=mixed):
        total, sums = logits_losses(
            Projection(*student), [Projection(*teacher)], labels, terms=terms, picked=PICKED, chunk=chunk
        )
    (total * scale).backward()
    return sums, [tensor.grad for tensor in student if tensor.grad is not None]


@pytest.mark.parametrize("chunk", [7, 20, 1000])
def test_losses_and_gradients_in_bf16_stay_near_those_in_float64(chunk: int) -> None:
    sums, found = gradients(torch.float32, mixed=True, chunk=chunk)
    exact_sums, exact = gradients(torch.float64, mixed=False, chunk=chunk)
    torch.testing.assert_close(sums.double(), exact_sums, rtol=2e-3, atol=0)
    assert len(found) == len(exact) == 3
    for ours, right in zip(found, exact, strict=True):
        assert ours.dtype == torch.float32
        assert float((ours.double() - right).norm() / right.norm()) < 6e-3


def test_the_chunk_does_not_change_the_bias_gradient_in_bf16() -> None:
    found = [gradients(torch.float32, mixed=True, chunk=chunk)[1][2] for chunk in (16, 1000)]
    torch.testing.assert_close(found[0], found[1], rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("mixed", [True, False])
def test_the_gradient_is_scaled_by_what_comes_from_above(mixed: bool) -> None:
    one = gradients(torch.float32, mixed=mixed, chunk=20)[1]
    four = gradients(torch.float32, mixed=mixed, chunk=20, scale=4.0)[1]
    for single, scaled in zip(one, four, strict=True):
        assert torch.equal(single * 4, scaled)


def test_only_bf16_on_a_cpu_takes_the_mixed_products() -> None:
    student = Projection(*(tensor.detach() for tensor in tensors(1, torch.float32)))
    kinds = {
        held: type(Products.of(student, [], held=held, chunk=9))
        for held in (torch.float64, torch.float32, torch.bfloat16)
    }
    assert kinds == {torch.float64: Products, torch.float32: Products, torch.bfloat16: MixedProducts}
