"""Products of oneDNN on a CPU: linear layers in float32, and in bf16 with weights in oneDNN's own layout.

torch's own float32 products use MKL, which has AVX-512 code for Intel's processors only: on others, oneDNN takes half
the time. The results differ in the last bits, so layers are changed only where a version says so. In bf16, torch uses
oneDNN too, which brings the weights into its layout for every product; a `PackedMatrix` does it once.
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


class PackedMatrix:
    """A weight in bf16 and in oneDNN's layout, whose products on a CPU take a tenth to a quarter less time.

    Args:
        weight: [out, in], on a CPU; later changes of it are not seen.
    """

    def __init__(self, weight: Tensor) -> None:
        held = weight.detach().to(torch.bfloat16).contiguous()
        self._packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(held)

    def product(self, states: Tensor, bias: Tensor | None = None) -> Tensor:
        """states @ weight.T + bias, without a gradient; equal to torch's own product in bf16.

        Args:
            states: [..., in], bf16, not empty.
            bias: [out], bf16.

        Returns:
            [..., out], bf16.
        """
        return cast("Tensor", torch.ops.mkldnn._linear_pointwise(states, self._packed, bias, "none", [], ""))

    def __deepcopy__(self, _: dict[int, object]) -> PackedMatrix:
        return self  # it never changes


@cache
def packs() -> bool:
    """Whether this processor multiplies in bf16, and this torch offers its product with packed weights."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    offered = ("_linear_pointwise", "_reorder_linear_weight", "_is_mkldnn_bf16_supported")
    return all(hasattr(torch.ops.mkldnn, name) for name in offered) and bool(
        torch.ops.mkldnn._is_mkldnn_bf16_supported()
    )


class FrozenLinear(nn.Linear):
    """A linear layer that is not trained: in bf16 on a CPU, its weight is converted and packed once."""

    _kept: tuple[int, PackedMatrix, Tensor | None] | None = None
    """The weight's version when it was packed, the packed weight, and the bias in bf16."""

    def forward(self, input: Tensor) -> Tensor:
        """input @ weight.T + bias.

        Args:
            input: [..., width].
        """
        mixed = torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") == torch.bfloat16
        exact = torch.float64 in (input.dtype, self.weight.dtype)  # which autocast leaves alone
        if not mixed or exact or torch.is_grad_enabled() or torch.compiler.is_compiling() or not input.numel():
            return linear(input, self.weight, self.bias)
        if self._kept is None or self._kept[0] != self.weight._version:
            bias = None if cast("Tensor | None", self.bias) is None else self.bias.detach().to(torch.bfloat16)
            self._kept = self.weight._version, PackedMatrix(self.weight), bias
        _, packed, half_bias = self._kept
        return packed.product(input.to(torch.bfloat16), half_bias)


def freeze(model: nn.Module) -> None:
    """Switch the linear layers of a model that is not trained to packed weights, if it is on a CPU that gains by it.

    Args:
        model: changed in place; its weights and their names stay. In bf16 it needs half as much memory again.
    """
    if not packs():
        return
    for layer in model.modules():
        if type(layer) is nn.Linear and layer.weight.device.type == "cpu":
            layer.__class__ = FrozenLinear


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
