"""Examples as token ids, cut into batches of like length and padded no further than each batch needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from trainer.models import positions_of

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

POOL = 16
"""Batches that are sorted by length together: enough to save most padding, few enough to keep batches mixed."""


@dataclass(frozen=True)
class Features:
    """Rows of token ids with what is to be learnt from them."""

    input_ids: Sequence[Any]
    """[rows], special tokens included."""
    token_type_ids: Sequence[Any] | None
    """[rows], 0 for the first text and 1 for the second; None for models that take none."""
    targets: Sequence[Any] | NDArray[Any]
    """[rows], what the problem learns: a class, a value, a class a token, or a pair of positions."""
    example: NDArray[np.int64]
    """[rows], the example that each row was made from."""
    truncated: int = 0
    """Examples that lost text because they were longer than the model or the preset allows."""
    unknown_rate: float = 0.0
    """Share of the tokens that the vocabulary does not know."""
    spans: dict[str, Any] = field(default_factory=dict)
    """For span problems: where each token stands in its context."""

    def __len__(self) -> int:
        return len(self.input_ids)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """[rows], the number of tokens."""
        return np.fromiter(map(len, self.input_ids), np.int64, len(self.input_ids))


def encode(
    tokenizer: PreTrainedTokenizerBase, model: Any, first: Sequence[Any], second: Sequence[str] | None, **how: Any
) -> Any:
    """What the tokenizer makes of texts or pairs of texts, with type ids only where the model has them."""
    pairs = (list(first),) if second is None else (list(first), list(second))
    types = getattr(model.config, "type_vocab_size", 1) > 1
    return tokenizer(*pairs, add_special_tokens=True, return_token_type_ids=types, return_attention_mask=False, **how)


def longest(model: Any, wanted: int) -> int:
    """How many tokens a row may have: what is wanted, or what the model has positions for."""
    return min(wanted, positions_of(model.config) or wanted)


def unknown_rate(input_ids: Sequence[Any], unknown_id: int | None) -> float:
    """Share of the tokens that are the unknown one."""
    total = sum(map(len, input_ids))
    if unknown_id is None or not total:
        return 0.0
    return sum(int(np.count_nonzero(np.asarray(row) == unknown_id)) for row in input_ids) / total


def training_batches(lengths: NDArray[np.int64], batch_size: int, rng: Generator) -> list[NDArray[np.int64]]:
    """One epoch of batches in random order, each of rows of like length.

    Rows are shuffled, sorted by length within pools of 16 batches, and the batches shuffled again over
    the whole epoch, so no stretch of the epoch runs from short to long.
    """
    order = rng.permutation(len(lengths))
    pool = batch_size * POOL
    batches = []
    for start in range(0, len(order), pool):
        part = order[start : start + pool]
        part = part[np.argsort(lengths[part], kind="stable")]
        batches += [part[i : i + batch_size] for i in range(0, len(part), batch_size)]
    return [batches[i] for i in rng.permutation(len(batches))]


def scoring_batches(lengths: NDArray[np.int64], tokens: int = 8192) -> Iterator[NDArray[np.int64]]:
    """Every row once, longest first, in batches of at most so many padded tokens."""
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        rows = max(1, tokens // max(1, int(lengths[order[start]])))
        yield order[start : start + rows]
        start += rows


def padded(
    features: Features, rows: NDArray[np.int64], pad_id: int, device: torch.device | str = "cpu"
) -> dict[str, torch.Tensor]:
    """One batch as the model takes it: `input_ids`, `attention_mask` and, where it has them, `token_type_ids`.

    Returns:
        [batch, length], int64, length being that of the batch's longest row.
    """
    import torch

    longest_row = max(len(features.input_ids[row]) for row in rows)
    ids = np.full((len(rows), longest_row), pad_id, dtype=np.int64)
    mask, types = np.zeros_like(ids), np.zeros_like(ids)
    for place, row in enumerate(rows):
        length = len(features.input_ids[row])
        ids[place, :length] = features.input_ids[row]
        mask[place, :length] = 1
        if features.token_type_ids is not None:
            types[place, :length] = features.token_type_ids[row]
    batch = {"input_ids": ids, "attention_mask": mask}
    if features.token_type_ids is not None:
        batch["token_type_ids"] = types
    return {name: torch.from_numpy(values).to(device, non_blocking=True) for name, values in batch.items()}
