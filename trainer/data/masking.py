"""Masked-language-model targets: which tokens are predicted, and what replaces them in the input."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from corpora import seed_of
from trainer.data.packing import IGNORED, Packed
from trainer.errors import TransferError

SMOOTHING = 0.7
"""How strongly rarer words are preferred: counts to the power of minus this (Lample & Conneau 2019, DistilBERT)."""
MASK, KEEP = 0.8, 0.9
"""Below the first, a token becomes [MASK]; between the two, it is kept; above the second, it is replaced at random."""
BITS = 53


@dataclass(frozen=True)
class Masker:
    """Selects tokens for prediction with an integer hash of (seed, epoch, row, position).

    The bits are the same on every device, in any batch and on any rank; no state is kept.
    """

    thresholds: Tensor
    """[vocabulary], int64: a token is selected if its 53 random bits are below the entry of its id."""
    mask_id: int
    seed: int

    def to(self, device: torch.device) -> Masker:
        """The same masker on another device.

        Args:
            device: where `mask` will be called.
        """
        return replace(self, thresholds=self.thresholds.to(device))

    def mask(self, packed: Packed, *, epoch: int) -> Packed:
        """The micro-batch with `labels` set; of the selected tokens, 80 % are masked, 10 % kept and 10 % random.

        Args:
            packed: [tokens], without labels.
            epoch: from 0; each epoch selects different tokens.
        """
        place = splitmix64(packed.rows * 1_048_573 + packed.positions)
        picked = _bits(place, self._key(epoch, "pick")) < self.thresholds[packed.input_ids]
        outcome = _bits(place, self._key(epoch, "fate"))
        anything = _bits(place, self._key(epoch, "word")) % len(self.thresholds)
        changed = torch.where(outcome < int(MASK * 2**BITS), self.mask_id, packed.input_ids)
        changed = torch.where(outcome >= int(KEEP * 2**BITS), anything, changed)
        return replace(
            packed,
            input_ids=torch.where(picked, changed, packed.input_ids),
            labels=torch.where(picked, packed.input_ids, IGNORED),
        )

    def _key(self, epoch: int, purpose: str) -> int:
        return seed_of("mask", self.seed, epoch, purpose) - 2**63


def masker(
    counts: NDArray[np.int64],
    *,
    vocabulary: int,
    special_ids: frozenset[int],
    sequences: int,
    mask_id: int,
    seed: int,
    rate: float = 0.15,
    smoothing: float = SMOOTHING,
) -> Masker:
    """A masker that selects an expected share `rate` of all tokens, [CLS] and [SEP] included.

    Each token is selected independently with probability 1 - exp(-t * max(count, 1) ** -smoothing), where t is solved
    once: the same rates as drawing a fixed share without replacement, but independent of the batch.

    Args:
        counts: [ids], how often each id occurs in the dataset, without the special tokens around rows.
        vocabulary: the number of ids.
        special_ids: ids that are never selected.
        sequences: the number of rows; each adds two special tokens.
        mask_id: the id of [MASK].
        seed: decides which tokens are selected.
        rate: from 0 to 1.
        smoothing: how strongly rare words are preferred; 0 selects every word at the same rate.

    Raises:
        TransferError: too many tokens are special for the rate to be reached.
    """
    padded = np.zeros(vocabulary, np.float64)
    padded[: len(counts)] = counts
    allowed = np.ones(vocabulary, bool)
    allowed[list(special_ids)] = False
    wanted = rate * (float(padded.sum()) + 2 * sequences)
    if wanted >= float(padded[allowed].sum()):
        raise TransferError(
            f"masking {rate:.0%} of all tokens is not possible: only {padded[allowed].sum():,.0f} "
            f"of {padded.sum() + 2 * sequences:,.0f} are words; lower the mask rate"
        )
    pull = np.maximum(padded, 1.0) ** -smoothing
    chances = np.where(allowed, -np.expm1(-_solve(padded * allowed, pull, wanted) * pull), 0.0)
    return Masker(torch.from_numpy((chances * 2.0**BITS).astype(np.int64)), mask_id, seed)


def _solve(counts: NDArray[np.float64], pull: NDArray[np.float64], wanted: float) -> float:
    """The t at which sum(counts * (1 - exp(-t * pull))) is `wanted`, by bisection on its logarithm."""
    low, high = -60.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2
        expected = float((counts * -np.expm1(-np.exp(middle) * pull)).sum())
        low, high = (middle, high) if expected < wanted else (low, middle)
    return float(np.exp((low + high) / 2))


def _bits(place: Tensor, key: int) -> Tensor:
    """53 random bits per token, int64 and never negative."""
    return _shifted(splitmix64(place ^ key), 64 - BITS)


def splitmix64(values: Tensor) -> Tensor:
    """SplitMix64 in int64: multiplication wraps around, and right shifts drop the sign extension.

    Args:
        values: of any shape, int64.

    Returns:
        Scrambled values of the same shape, int64.
    """
    values = values - 0x61C8864680B583EB
    values = (values ^ _shifted(values, 30)) * -0x40A7B892E31B1A47
    values = (values ^ _shifted(values, 27)) * -0x6B2FB644ECCEEE15
    return values ^ _shifted(values, 31)


def _shifted(values: Tensor, bits: int) -> Tensor:
    return (values >> bits) & ((1 << (64 - bits)) - 1)
