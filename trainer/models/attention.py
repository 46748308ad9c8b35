"""Attention on packed tokens: every sequence attends only to itself, and is padded only inside this module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
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
"""The maximum ratio of the longest to the shortest sequence in a group."""


@dataclass(frozen=True)
class Group:
    """Sequences of similar length, padded to the same length for one call of attention."""

    start: int
    """The index of the first token."""
    stop: int
    """The index after the last token."""
    sequences: int
    longest: int
    slots: Tensor | None
    """[tokens], int64: each token's index in the padded block; None if all sequences have the same length."""
    keep: Tensor | None
    """[sequences, 1, 1, longest], bool: where there are tokens and not padding; None if there is no padding."""

    def padded(self, states: Tensor) -> Tensor:
        """Pad the states of the group's tokens.

        Args:
            states: [all tokens, …], of the whole micro-batch.

        Returns:
            [sequences, longest, …], zero where there is no token.
        """
        own = states[self.start : self.stop]
        shape = (self.sequences, self.longest, *own.shape[1:])
        if self.slots is None:
            return own.reshape(shape)
        return cast("Tensor", _Place.apply(own, self.slots, shape[0] * shape[1])).view(shape)  # type: ignore[no-untyped-call]

    def flat(self, blocks: Tensor) -> Tensor:
        """The inverse of `padded`, for the group's tokens.

        Args:
            blocks: [sequences, longest, …].

        Returns:
            [tokens of the group, …].
        """
        flat = blocks.reshape(-1, *blocks.shape[2:])
        return flat if self.slots is None else cast("Tensor", _Take.apply(flat, self.slots))  # type: ignore[no-untyped-call]


class Groups:
    """The groups of a micro-batch, in the order of their tokens.

    It is not a tuple, because torch.compile would guard on its length and recompile for each number of groups.

    Args:
        groups: next to each other, the first from token 0.
        slots: [all tokens], int64: each token's index in the padded blocks, one after the other; None without
            padding.
    """

    def __init__(self, groups: Iterable[Group], slots: Tensor | None) -> None:
        self._groups, self._slots = tuple(groups), slots

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups)

    def padded(self, states: Tensor) -> list[Tensor]:
        """Pad the states of all groups at once, which takes fewer passes than one group after the other.

        Args:
            states: [all tokens, …].

        Returns:
            [sequences, longest, …] of each group, zero where there is no token.
        """
        sizes = [group.sequences * group.longest for group in self._groups]
        if self._slots is not None:
            states = _Place.apply(states, self._slots, sum(sizes))  # type: ignore[no-untyped-call]
        parts = zip(self._groups, torch.split(states, sizes), strict=True)
        return [part.reshape(group.sequences, group.longest, *part.shape[1:]) for group, part in parts]

    def flat(self, blocks: Iterable[Tensor]) -> Tensor:
        """The inverse of `padded`.

        Args:
            blocks: [sequences, longest, …] of each group.

        Returns:
            [all tokens, …].
        """
        joined = torch.cat([block.reshape(-1, *block.shape[2:]) for block in blocks])
        return joined if self._slots is None else cast("Tensor", _Take.apply(joined, self._slots))  # type: ignore[no-untyped-call]


def groups_of(lengths: tuple[int, ...], device: torch.device) -> Groups:
    """Group neighbouring sequences, the last of each group at most a quarter longer than the first.

    Args:
        lengths: tokens of each sequence, ascending.
        device: of the groups' tensors.
    """
    groups, slots, first, token, slot = list[Group](), [np.empty(0, np.int64)], 0, 0, 0
    while first < len(lengths):
        last = int(np.searchsorted(lengths, int(lengths[first] * GROWTH), side="right"))
        part = np.asarray(lengths[first:last])
        keep = np.arange(part[-1])[None, :] < part[:, None]
        groups.append(_group(part, token, keep, device))
        slots.append(slot + np.flatnonzero(keep))
        first, token, slot = last, token + int(part.sum()), slot + keep.size
    padding = slot > token
    whole = torch.from_numpy(np.concatenate(slots)).to(device, non_blocking=True) if padding else None
    return Groups(groups, whole)


def _group(lengths: NDArray[np.int64], start: int, keep: NDArray[np.bool_], device: torch.device) -> Group:
    longest, stop = int(lengths[-1]), start + int(lengths.sum())
    if lengths[0] == longest:
        return Group(start, stop, len(lengths), longest, None, None)
    slots = torch.from_numpy(np.flatnonzero(keep))
    there = [of.to(device, non_blocking=True) for of in (slots, torch.from_numpy(keep[:, None, None, :]))]
    return Group(start, stop, len(lengths), longest, *there)


Bias = Callable[[Group, Tensor, Tensor], Tensor | None]
"""(group, queries, keys) -> the bias of the attention scores, [sequences or 1, heads, longest, longest]. Queries and
keys are [sequences, heads, longest, width]."""


@torch.compiler.disable  # type: ignore[untyped-decorator]
def packed_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None = None,
    *,
    groups: Groups,
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    bias: Bias | None = None,
    **_: object,
) -> tuple[Tensor, None]:
    """Attention inside each sequence; transformers calls it under the name `NAME`.

    Args:
        module: the layer that attends; not used, but transformers passes it to every implementation.
        query: [1, heads, tokens, width].
        key: the same shape.
        value: the same shape.
        attention_mask: not used, since `groups` decides which tokens see each other.
        groups: the sequences, from `groups_of`.
        scaling: the factor of the scores; None is 1 / sqrt(width).
        dropout: of the attention weights; 0 outside training.
        sliding_window: a token attends to tokens at a distance below this; None for its whole sequence.
        bias: added to the scores.

    Returns:
        [1, tokens, heads, width], and None for the weights.
    """
    held = _held(query)
    padded = [groups.padded(tensor[0].transpose(0, 1).to(held)) for tensor in (query, key, value)]
    blocks = []
    for group, *states in zip(groups, *padded, strict=True):
        q, k, v = (block.transpose(1, 2) for block in states)
        added = bias(group, q.to(query.dtype), k.to(query.dtype)) if bias else None
        mask = _mask(group, sliding_window, None if added is None else added.to(held), q.device)
        with _as_given(q, plain=held == query.dtype):
            mixed = scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout, scale=scaling)
        blocks.append(mixed.transpose(1, 2))
    return groups.flat(blocks).to(query.dtype).unsqueeze(0), None


def _as_given(states: Tensor, *, plain: bool) -> AbstractContextManager[object]:
    """No change if `plain`, else no autocast, which would round the states again."""
    return nullcontext() if plain else torch.autocast(states.device.type, enabled=False)


def _held(query: Tensor) -> torch.dtype:
    """The dtype of attention: float32 for bf16 on a CPU, whose bf16 kernel takes up to ten times as long backward."""
    half = query.device.type == "cpu" and query.dtype in (torch.bfloat16, torch.float16)
    return torch.float32 if half else query.dtype


def _mask(group: Group, window: int | None, bias: Tensor | None, device: torch.device) -> Tensor | None:
    """The mask of a group's scores: bool, or the bias with -inf where there is no token."""
    keep = group.keep
    if window is not None and window < group.longest:
        places = torch.arange(group.longest, device=device)
        near = (places[:, None] - places).abs() < window
        # Padding beyond the window of the last token would see no token, and softmax over none is NaN.
        keep = near if keep is None else (near & keep) | (places[:, None] == places)
    if bias is None or keep is None:
        return keep if bias is None else bias
    return bias.masked_fill(~keep, float("-inf"))


class _Place(torch.autograd.Function):
    """Scatter rows into slots of a zero tensor; backward gathers them (plain indexing would add atomically)."""

    @staticmethod
    def forward(ctx: FunctionCtx, states: Tensor, slots: Tensor, size: int) -> Tensor:
        """[rows, …] to [size, …]; `slots` is [rows]."""
        ctx.save_for_backward(slots)
        return states.new_zeros(size, *states.shape[1:]).index_copy_(0, slots, states)

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor, None, None]:
        """[size, …] to [rows, …]."""
        (slots,) = ctx.saved_tensors  # type: ignore[attr-defined]
        return gradients[0].index_select(0, slots), None, None


class _Take(torch.autograd.Function):
    """Gather rows from their slots; backward scatters them into zeros."""

    @staticmethod
    def forward(ctx: FunctionCtx, states: Tensor, slots: Tensor) -> Tensor:
        """[size, …] to [rows, …]; `slots` is [rows]."""
        ctx.save_for_backward(slots)
        ctx.size = len(states)  # type: ignore[attr-defined]
        return states.index_select(0, slots)

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor, None]:
        """[rows, …] to [size, …]."""
        (slots,) = ctx.saved_tensors  # type: ignore[attr-defined]
        gradient = gradients[0].contiguous()
        return gradient.new_zeros(ctx.size, *gradient.shape[1:]).index_copy_(0, slots, gradient), None  # type: ignore[attr-defined]


AttentionInterface.register(NAME, packed_attention)
