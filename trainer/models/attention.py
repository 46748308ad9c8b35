"""Attention on packed tokens: every sequence sees itself alone, and padding lives only in here, for a moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

NAME = "trainer_packed"
GROWTH = 1.25
"""How much longer than the shortest the longest sequence of one group may be."""


@dataclass(frozen=True)
class Group:
    """Sequences of about one length, which are padded to one length for one call of attention."""

    start: int
    """The number of its first token."""
    stop: int
    """The number of the token after its last."""
    sequences: int
    longest: int
    slots: Tensor | None
    """[tokens], int64: where each token stands in the padded block; None where all are of one length."""
    keep: Tensor | None
    """[sequences, 1, 1, longest], bool: the places that hold a token; None where all do."""


class Groups:
    """The groups of a micro-batch, in the order of their tokens.

    No tuple: torch.compile would watch its length, and compile anew for each number of groups.
    """

    def __init__(self, groups: Iterable[Group]) -> None:
        self._groups = tuple(groups)

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups)


def groups_of(lengths: tuple[int, ...], device: torch.device) -> Groups:
    """Groups of neighbours, each at most a quarter longer at its end than at its start.

    Args:
        lengths: tokens of each sequence, rising.
    """
    groups, first, token = [], 0, 0
    while first < len(lengths):
        last = int(np.searchsorted(lengths, int(lengths[first] * GROWTH), side="right"))
        part = np.asarray(lengths[first:last])
        groups.append(_group(part, token, device))
        first, token = last, token + int(part.sum())
    return Groups(groups)


def _group(lengths: Any, start: int, device: torch.device) -> Group:
    longest = int(lengths[-1])
    stop = start + int(lengths.sum())
    if lengths[0] == longest:
        return Group(start, stop, len(lengths), longest, None, None)
    keep = torch.from_numpy(np.arange(longest)[None, :] < lengths[:, None])
    slots = keep.flatten().nonzero().flatten()
    there = [tensor.to(device, non_blocking=True) for tensor in (slots, keep[:, None, None, :])]
    return Group(start, stop, len(lengths), longest, *there)


@torch.compiler.disable  # type: ignore[untyped-decorator]
def packed_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    groups: Iterable[Group] = (),
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[Tensor, None]:
    """What transformers calls under the name of this module's `NAME`.

    Args:
        query: [1, heads, tokens, width]; key and value alike.
        groups: which tokens are sequences together.
        dropout: applied to the attention weights; 0 outside training.

    Returns:
        [1, tokens, heads, width], and no weights.
    """
    parts = [_one_group(query[0], key[0], value[0], group, scaling=scaling, dropout=dropout) for group in groups]
    return torch.cat(parts).unsqueeze(0), None


def _one_group(
    query: Tensor, key: Tensor, value: Tensor, group: Group, *, scaling: float | None, dropout: float
) -> Tensor:
    """Attention of one group: [heads, all tokens, width] three times -> [tokens of the group, heads, width]."""
    shape = (group.sequences, group.longest, query.shape[0], query.shape[2])
    blocks = [
        _padded(states[:, group.start : group.stop].transpose(0, 1), group, shape) for states in (query, key, value)
    ]
    q, k, v = (block.transpose(1, 2) for block in blocks)
    mixed = scaled_dot_product_attention(q, k, v, attn_mask=group.keep, dropout_p=dropout, scale=scaling)
    flat = mixed.transpose(1, 2).reshape(-1, shape[2], shape[3])
    if group.slots is None:
        return flat
    taken: Tensor = _Take.apply(flat, group.slots)  # type: ignore[no-untyped-call]
    return taken


def _padded(states: Tensor, group: Group, shape: tuple[int, ...]) -> Tensor:
    """[tokens, heads, width] -> [sequences, longest, heads, width], zeros where there is no token."""
    if group.slots is None:
        return states.reshape(shape)
    placed: Tensor = _Place.apply(states, group.slots, shape[0] * shape[1])  # type: ignore[no-untyped-call]
    return placed.view(shape)


class _Place(torch.autograd.Function):
    """Rows to their slots among zeros; the way back takes them out (a plain index would add atomically)."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, slots: Tensor, size: int) -> Tensor:
        ctx.save_for_backward(slots)
        return states.new_zeros(size, *states.shape[1:]).index_copy_(0, slots, states)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (slots,) = ctx.saved_tensors
        return gradients[0].index_select(0, slots), None, None


class _Take(torch.autograd.Function):
    """Rows out of their slots; the way back puts them among zeros."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, slots: Tensor) -> Tensor:
        ctx.save_for_backward(slots)
        ctx.size = len(states)
        return states.index_select(0, slots)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (slots,) = ctx.saved_tensors
        gradient = gradients[0].contiguous()
        return gradient.new_zeros(ctx.size, *gradient.shape[1:]).index_copy_(0, slots, gradient), None


AttentionInterface.register(NAME, packed_attention)
