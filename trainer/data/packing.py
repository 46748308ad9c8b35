"""Pack rows of token ids into micro-batches: sequences end to end, without padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

IGNORED = -100


@dataclass(frozen=True)
class Packed:
    """A micro-batch. Sequence i is tokens[offsets[i]:offsets[i + 1]]; the longest come last."""

    input_ids: Tensor
    """[tokens], int64, with [CLS] and [SEP]; tokens to predict may be masked."""
    positions: Tensor
    """[tokens], int64: each token's position in its sequence, from 0."""
    rows: Tensor
    """[tokens], int64: each token's row in the dataset."""
    lengths: tuple[int, ...]
    """[sequences], the number of tokens in each, in ascending order."""
    labels: Tensor
    """[tokens], int64: the true id of a token to predict, -100 for the others."""

    @property
    def tokens(self) -> int:
        """The number of tokens; none is padding."""
        return len(self.input_ids)

    @property
    def offsets(self) -> Tensor:
        """Where each sequence starts, and where the last ends: [sequences + 1], int64."""
        return torch.tensor([0, *np.cumsum(self.lengths)]).to(self.input_ids.device, non_blocking=True)

    def to(self, device: torch.device) -> Packed:
        """The same micro-batch on another device.

        Args:
            device: where the model is; the tensors are copied only if they are elsewhere.
        """
        return replace(
            self,
            **{
                name: getattr(self, name).to(device, non_blocking=True)
                for name in ("input_ids", "positions", "rows", "labels")
            },
        )


def pack(ids: Sequence[NDArray[np.integer]], rows: NDArray[np.int64], *, first_id: int, last_id: int) -> Packed:
    """Put [CLS] before and [SEP] after each row, and join the rows, shortest first.

    Args:
        ids: the rows' ids, without special tokens.
        rows: [rows], their numbers in the dataset.
        first_id: the token that begins a sequence ([CLS], <s>).
        last_id: the token that ends it ([SEP], </s>).
    """
    lengths = np.fromiter((len(row) for row in ids), np.int64, len(ids))
    order = np.argsort(lengths, kind="stable")
    lengths = lengths[order] + 2
    stops = np.cumsum(lengths)
    starts = stops - lengths
    inner = np.ones(int(lengths.sum()), bool)
    inner[starts] = inner[stops - 1] = False
    flat = np.empty(len(inner), np.int64)
    flat[starts], flat[stops - 1] = first_id, last_id
    flat[inner] = np.concatenate([ids[i] for i in order]) if len(order) else 0
    return Packed(
        input_ids=torch.from_numpy(flat),
        positions=torch.from_numpy(np.arange(len(flat)) - np.repeat(starts, lengths)),
        rows=torch.from_numpy(np.repeat(rows[order], lengths)),
        lengths=tuple(lengths.tolist()),
        labels=torch.full((len(flat),), IGNORED),
    )


def micro_batches(packed: Packed, *, budget: int) -> Iterator[Packed]:
    """Cut a packed update into micro-batches of at most `budget` tokens; a longer sequence is a batch of its own.

    Args:
        packed: [tokens], all sequences of an update on this rank.
        budget: tokens, special ones included.
    """
    offsets = [0, *np.cumsum(packed.lengths).tolist()]
    start = 0
    while start < len(packed.lengths):
        stop = max(start + 1, int(np.searchsorted(offsets, offsets[start] + budget, side="right")) - 1)
        span = slice(offsets[start], offsets[stop])
        yield Packed(
            packed.input_ids[span],
            packed.positions[span],
            packed.rows[span],
            packed.lengths[start:stop],
            packed.labels[span],
        )
        start = stop
