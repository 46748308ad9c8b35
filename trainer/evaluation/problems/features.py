"""Examples as token ids, in batches of similar length, padded only to the longest row of each batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from corpora import sha256_of
from trainer.models import as_text, positions_of

if TYPE_CHECKING:
    import torch
    from transformers import BatchEncoding, PreTrainedConfig, PreTrainedTokenizerBase

Row: TypeAlias = Sequence[int] | NDArray[np.integer]
"""[tokens], the ids of one row."""
Targets: TypeAlias = Sequence[object] | NDArray[np.generic]
"""[rows], the target of each row: a class, a value, a class per token, or a pair of positions."""
Offsets: TypeAlias = NDArray[np.int32]
"""[tokens, 2], each token's first character and the one after its last, in the question or the context."""

POOL = 16
"""Number of batches sorted by length together: enough to avoid most padding, few enough to keep rows mixed."""


@dataclass(frozen=True)
class Reader:
    """A model's tokenizer and its limits."""

    tokenizer: PreTrainedTokenizerBase
    positions: int | None
    """The model's maximum tokens per row; None if its config does not say."""
    types: bool
    """Whether the model uses `token_type_ids`, which mark the second text of a pair."""

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase, config: PreTrainedConfig) -> Reader:
        """The reader of a model with this tokenizer and config."""
        return cls(tokenizer, positions_of(config), getattr(config, "type_vocab_size", 1) > 1)

    @cached_property
    def sha256(self) -> str:
        """The hash of everything that affects token ids, taken before the tokenizer keeps options of the first text."""
        own = self.tokenizer
        decides = [own.backend_tokenizer.to_str(), own.truncation_side, own.unk_token_id]
        return sha256_of([*decides, self.positions, self.types, "literals are text"])

    def length(self, wanted: int) -> int:
        """The maximum tokens per row: the requested number, or the model's maximum if that is smaller."""
        return min(wanted, self.positions or wanted)

    def encode(
        self, first: Sequence[str] | Sequence[list[str]], second: Sequence[str] | None, **how: object
    ) -> BatchEncoding:
        """Tokenize texts or pairs of texts, with special tokens.

        Args:
            first: sentences, or lists of words.
            second: the other sentence of each pair; None without pairs.
            how: options of the tokenizer, such as `truncation`.
        """
        pairs = (list(first),) if second is None else (list(first), list(second))
        how |= {"return_token_type_ids": self.types, "return_attention_mask": False}
        made: BatchEncoding = as_text(self.tokenizer, *pairs, add_special_tokens=True, **how)
        return made


@dataclass(frozen=True)
class SpanPlaces:
    """The positions of each window's tokens in its context."""

    context: list[tuple[int, int]] = field(default_factory=list)
    """[rows], the first token of the context, and the one after its last."""
    offsets: list[Offsets] = field(default_factory=list)
    """[rows], for dev examples only, whose answers are cut out of the context."""


@dataclass(frozen=True)
class Features:
    """Rows of token ids with their targets."""

    input_ids: Sequence[Row]
    """[rows], special tokens included."""
    token_type_ids: Sequence[Row] | None
    """[rows], 0 for the first text and 1 for the second; None for models that do not use them."""
    targets: Targets
    example: NDArray[np.int64]
    """[rows], the number of each row's example."""
    truncated: int = 0
    """Number of examples that were cut or split because they were longer than the model or the preset allows."""
    unknown_rate: float = 0.0
    """Share of tokens that are not in the vocabulary."""
    narrowed: int = 0
    """Number of questions too long for the stride, whose windows share fewer tokens."""
    labelled: int | None = None
    """How many rows, counted from the first, have labels; None for all."""
    spans: SpanPlaces | None = None
    """Set for span problems only."""
    words: Sequence[Sequence[int]] | None = None
    """[rows], the number of the word of each token with a target, in order; set for tagging only. Words without tokens,
    such as zero-width spaces, do not occur."""

    def __len__(self) -> int:
        return len(self.input_ids)

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """[rows], the number of tokens."""
        return np.fromiter(map(len, self.input_ids), np.int64, len(self.input_ids))


def joined(parts: Sequence[Features], *, labelled: int) -> Features:
    """Concatenate features for training.

    Args:
        parts: labelled rows first.
        labelled: how many rows have labels.
    """
    ids = [row for part in parts for row in part.input_ids]
    types = [row for part in parts for row in part.token_type_ids or ()]
    sizes = np.asarray([sum(map(len, part.input_ids)) for part in parts], dtype=np.float64)
    return Features(
        ids, types or None, [target for part in parts for target in part.targets], np.arange(len(ids)),
        truncated=sum(part.truncated for part in parts), narrowed=sum(part.narrowed for part in parts),
        unknown_rate=float(np.dot([part.unknown_rate for part in parts], sizes) / max(1.0, sizes.sum())),
        labelled=labelled,
    )  # fmt: skip


def compact(rows: Sequence[Sequence[int]]) -> list[NDArray[np.int32]]:
    """Token ids as arrays, which use an eighth of the memory of lists and are faster to pad.

    Args:
        rows: token ids or type ids, one list per row.

    Returns:
        For each row, an array of the shape [tokens].
    """
    return [np.asarray(row, dtype=np.int32) for row in rows]


def unknown_rate(input_ids: Sequence[Row], unknown_id: int | None) -> float:
    """The share of unknown tokens.

    Args:
        input_ids: [rows], special tokens included.
        unknown_id: the id of the unknown token; None if the tokenizer has none.
    """
    total = sum(map(len, input_ids))
    if unknown_id is None or not total:
        return 0.0
    return sum(int(np.count_nonzero(np.asarray(row) == unknown_id)) for row in input_ids) / total


def training_batches(lengths: NDArray[np.int64], batch_size: int, rng: Generator) -> list[NDArray[np.int64]]:
    """One epoch of batches in random order, each with rows of similar length.

    Rows are shuffled, sorted by length within pools of 16 batches, and the batches are shuffled again over the whole
    epoch, so that lengths are mixed throughout.

    Args:
        lengths: [rows], in tokens.
        batch_size: rows per batch.
        rng: decides the order.

    Returns:
        The row numbers of each batch.
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
    """Every row once, longest first, in batches with a limited number of padded tokens.

    Args:
        lengths: [rows], in tokens.
        tokens: the limit per batch, padding included; a longer row is a batch of its own.
    """
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        rows = max(1, tokens // max(1, int(lengths[order[start]])))
        yield order[start : start + rows]
        start += rows


def padded(
    features: Features, rows: NDArray[np.int64], pad_id: int, device: torch.device | str = "cpu"
) -> dict[str, torch.Tensor]:
    """One batch as tensors: `input_ids`, `attention_mask` and, if the features have them, `token_type_ids`.

    Args:
        features: all rows.
        rows: [batch], the numbers of the batch's rows.
        pad_id: the id that fills short rows.
        device: the device of the tensors.

    Returns:
        [batch, length], int64; length is that of the longest row in the batch.
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
