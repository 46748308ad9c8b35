"""Linear layers whose float32 products on a CPU use oneDNN, which runs AVX-512 on processors of every maker.

torch's own float32 products use MKL, which has AVX-512 code for Intel's processors only: on others, oneDNN takes half
the time. The results differ in the last bits, so layers are changed only where a version says so.
"""

from __future__ import annotations

from functools import cache
from typing import cast

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.nn.functional import linear


class OneDnnLinear(nn.Linear):
    """A linear layer with products from oneDNN, for inputs in float32 on a CPU; for others, as it was."""

    def forward(self, input: Tensor) -> Tensor:
        """input @ weight.T + bias.

        Args:
            input: [..., width].
        """
        exact = input.dtype == self.weight.dtype == torch.float32 and input.device.type == "cpu"
        if not exact or not input.numel() or torch.is_autocast_enabled("cpu") or torch.compiler.is_compiling():
            return linear(input, self.weight, self.bias)
        return cast("Tensor", _Linear.apply(input, self.weight, self.bias))  # type: ignore[no-untyped-call]


def use_onednn(model: nn.Module) -> None:
    """Switch a model's linear layers to oneDNN, if this processor gains by it.

    Args:
        model: changed in place; its weights and their names stay.
    """
    if not _gains():
        return
    for layer in model.modules():
        if type(layer) is nn.Linear:
            layer.__class__ = OneDnnLinear


@cache
def _gains() -> bool:
    """Whether oneDNN has AVX-512 here, and this torch offers its product."""
    there = bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
    offered = there and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    return offered and torch.backends.cpu.get_cpu_capability().startswith("AVX512")


def _product(left: Tensor, right: Tensor, bias: Tensor | None = None) -> Tensor:
    """left @ right.T + bias, of matrices in any layout."""
    return cast("Tensor", torch.ops.mkldnn._linear_pointwise(left, right, bias, "none", [], ""))


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, states: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """[..., in] to [..., out]; `weight` is [out, in]."""
        ctx.save_for_backward(states, weight)
        return _product(states, weight, bias)

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        """The gradients of states, weight and bias, if needed."""
        states, weight = ctx.saved_tensors  # type: ignore[attr-defined]
        of_states, of_weight, of_bias = ctx.needs_input_grad  # type: ignore[attr-defined]
        # oneDNN multiplies rows that are apart in memory, as first tokens of sequences are, a hundred times as slowly.
        gradient = gradients[0].reshape(-1, len(weight)).contiguous()
        rows = states.reshape(-1, states.shape[-1]).contiguous()
        return (
            _product(gradient, weight.T).view_as(states) if of_states else None,
            _product(gradient.T, rows.T) if of_weight else None,
            gradient.sum(0) if of_bias else None,
        )
