"""Attention on packed tokens: every sequence attends to itself alone, and is padded only inside this module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

from trainer.plugin import PACKED

NAME = PACKED
GROWTH = 1.25
"""How much longer than the shortest the longest sequence of one group may be."""


@dataclass(frozen=True)
class Group:
    """Sequences of similar length, which are padded to one length for one call of attention."""

    start: int
    """The number of its first token."""
    stop: int
    """The number of the token after its last."""
    sequences: int
    longest: int
    slots: Tensor | None
    """[tokens], int64: the place of each token in the padded block; None where all are of one length."""
    keep: Tensor | None
    """[sequences, 1, 1, longest], bool: the places that hold a token; None where all do."""

    def padded(self, states: Tensor) -> Tensor:
        """[all tokens, …] -> [sequences, longest, …], with zeros where there is no token."""
        own = states[self.start : self.stop]
        shape = (self.sequences, self.longest, *own.shape[1:])
        if self.slots is None:
            return own.reshape(shape)
        return cast("Tensor", _Place.apply(own, self.slots, shape[0] * shape[1])).view(shape)  # type: ignore[no-untyped-call]

    def flat(self, blocks: Tensor) -> Tensor:
        """[sequences, longest, …] -> [tokens of the group, …]."""
        flat = blocks.reshape(-1, *blocks.shape[2:])
        return flat if self.slots is None else cast("Tensor", _Take.apply(flat, self.slots))  # type: ignore[no-untyped-call]


class Groups:
    """The groups of a micro-batch, in the order of their tokens.

    Not a tuple: torch.compile would guard on its length and compile again for each number of groups.
    """

    def __init__(self, groups: Iterable[Group]) -> None:
        self._groups = tuple(groups)

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups)


def groups_of(lengths: tuple[int, ...], device: torch.device) -> Groups:
    """Groups of neighbours, the last of each at most a quarter longer than the first.

    Args:
        lengths: tokens of each sequence, ascending.
    """
    groups, first, token = [], 0, 0
    while first < len(lengths):
        last = int(np.searchsorted(lengths, int(lengths[first] * GROWTH), side="right"))
        part = np.asarray(lengths[first:last])
        groups.append(_group(part, token, device))
        first, token = last, token + int(part.sum())
    return Groups(groups)


def _group(lengths: NDArray[np.int64], start: int, device: torch.device) -> Group:
    longest = int(lengths[-1])
    stop = start + int(lengths.sum())
    if lengths[0] == longest:
        return Group(start, stop, len(lengths), longest, None, None)
    keep = torch.from_numpy(np.arange(longest)[None, :] < lengths[:, None])
    slots = keep.flatten().nonzero().flatten()
    there = [tensor.to(device, non_blocking=True) for tensor in (slots, keep[:, None, None, :])]
    return Group(start, stop, len(lengths), longest, *there)


Bias = Callable[[Group, Tensor, Tensor], Tensor | None]
"""What is added to the attention scores of a group, [sequences or 1, heads, longest, longest]; it sees the group, and
its queries and keys, [sequences, heads, longest, width]."""


@torch.compiler.disable  # type: ignore[untyped-decorator]
def packed_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None = None,
    *,
    groups: Iterable[Group] = (),
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    bias: Bias | None = None,
    **_: object,
) -> tuple[Tensor, None]:
    """Attention inside each sequence; transformers calls it under the name `NAME`.

    Args:
        module: the layer that attends; not used, transformers gives it to every implementation.
        query: [1, heads, tokens, width]; key and value alike.
        attention_mask: not used; `groups` says which tokens see each other.
        groups: which tokens are sequences together.
        scaling: what the scores are multiplied by; 1 / sqrt(width) where None.
        dropout: applied to the attention weights; 0 outside training.
        sliding_window: a token attends to tokens at a distance below this; None for all of its sequence.
        bias: what is added to the scores.

    Returns:
        [1, tokens, heads, width], and no weights.
    """
    states = [tensor[0].transpose(0, 1) for tensor in (query, key, value)]
    parts = []
    for group in groups:
        q, k, v = (group.padded(tensor).transpose(1, 2) for tensor in states)
        mask = _mask(group, sliding_window, bias(group, q, k) if bias else None, q.device)
        mixed = scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout, scale=scaling)
        parts.append(group.flat(mixed.transpose(1, 2)))
    return torch.cat(parts).unsqueeze(0), None


def _mask(group: Group, window: int | None, bias: Tensor | None, device: torch.device) -> Tensor | None:
    """What the scores of a group are masked with: bool, or the bias with -inf where there is no token."""
    keep = group.keep
    if window is not None and window < group.longest:
        places = torch.arange(group.longest, device=device)
        near = (places[:, None] - places).abs() < window
        # Padding beyond the window of the last token would see nothing, and softmax over nothing is NaN.
        keep = near if keep is None else (near & keep) | (places[:, None] == places)
    if bias is None or keep is None:
        return keep if bias is None else bias
    return bias.masked_fill(~keep, float("-inf"))


class _Place(torch.autograd.Function):
    """Put rows into their slots among zeros; backward takes them out (plain indexing would add atomically)."""

    @staticmethod
    def forward(ctx: FunctionCtx, states: Tensor, slots: Tensor, size: int) -> Tensor:
        ctx.save_for_backward(slots)
        return states.new_zeros(size, *states.shape[1:]).index_copy_(0, slots, states)

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (slots,) = ctx.saved_tensors  # type: ignore[attr-defined]
        return gradients[0].index_select(0, slots), None, None


class _Take(torch.autograd.Function):
    """Take rows out of their slots; backward puts them among zeros."""

    @staticmethod
    def forward(ctx: FunctionCtx, states: Tensor, slots: Tensor) -> Tensor:
        ctx.save_for_backward(slots)
        ctx.size = len(states)  # type: ignore[attr-defined]
        return states.index_select(0, slots)

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor, None]:
        (slots,) = ctx.saved_tensors  # type: ignore[attr-defined]
        gradient = gradients[0].contiguous()
        return gradient.new_zeros(ctx.size, *gradient.shape[1:]).index_copy_(0, slots, gradient), None  # type: ignore[attr-defined]


AttentionInterface.register(NAME, packed_attention)
