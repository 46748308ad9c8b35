"""Pool the vectors of tokens into one vector per sentence."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

Pooling = Literal["mean", "cls", "max"]


def pooled(hidden: Tensor, offsets: Tensor, *, pooling: Pooling = "mean") -> Tensor:
    """The vectors of packed sequences, pooled as in sentence-transformers: [CLS] and [SEP] count as tokens.

    Args:
        hidden: [tokens, width].
        offsets: [sequences + 1], int64: sequence i is tokens[offsets[i]:offsets[i + 1]]; none is empty.
        pooling: the mean over tokens, the first token's vector, or the largest value of each dimension.

    Returns:
        [sequences, width].
    """
    if pooling == "cls":
        return hidden[offsets[:-1]]
    reduce: Literal["mean", "max"] = "mean" if pooling == "mean" else "max"
    return torch.segment_reduce(hidden, reduce, offsets=offsets, axis=0)
