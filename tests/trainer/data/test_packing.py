"""Rows as packed micro-batches."""

from __future__ import annotations

from itertools import pairwise
from types import ModuleType

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from trainer.data.packing import micro_batches, pack

LENGTHS = st.lists(st.integers(0, 20), min_size=1, max_size=30)


@given(LENGTHS)
def test_packing_keeps_every_id_between_its_own_first_and_last_token(lengths: list[int]) -> None:
    ids = [np.arange(n) + 100 * (i + 1) for i, n in enumerate(lengths)]
    packed = pack(ids, np.arange(len(ids)), first_id=2, last_id=3)
    offsets = packed.offsets.tolist()
    for start, stop in pairwise(offsets):
        row = ids[int(packed.rows[start])]
        assert packed.input_ids[start:stop].tolist() == [2, *row, 3]
        assert packed.positions[start:stop].tolist() == list(range(len(row) + 2))


@given(LENGTHS, st.integers(2, 60))
def test_micro_batches_are_the_update_cut_between_sequences_and_keep_to_the_budget(
    lengths: list[int], budget: int
) -> None:
    ids = [np.full(n, 9) for n in lengths]
    packed = pack(ids, np.arange(len(ids)), first_id=2, last_id=3)
    parts = list(micro_batches(packed, budget=budget))
    assert torch.equal(torch.cat([part.input_ids for part in parts]), packed.input_ids)
    assert sum((part.lengths for part in parts), ()) == packed.lengths
    assert all(part.tokens <= budget or len(part.lengths) == 1 for part in parts)


def test_a_packed_micro_batch_holds_no_padding(make: ModuleType) -> None:
    packed = make.packed(9)
    assert packed.tokens == sum(packed.lengths)
    assert list(packed.lengths) == sorted(packed.lengths)
