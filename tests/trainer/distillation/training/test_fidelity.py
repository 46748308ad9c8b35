"""Held-out text that is too short to measure anything is refused."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from corpora import Sequences
from trainer.data.rows import Rows
from trainer.distillation.training.fidelity import held_out_batch
from trainer.errors import EmptyDataset
from trainer.models import load_tokenizer


@pytest.mark.parametrize("rows", [1, 40])
def test_a_divergence_over_no_masked_token_is_not_zero_but_refused(tmp_path: Path, make: ModuleType, rows: int) -> None:
    tokenizer = load_tokenizer(make.teacher_folder(tmp_path / "teacher"))
    made = Rows([Sequences.from_rows([np.array([7])] * rows)], name="short", fingerprint="f")
    numbers = np.arange(rows)
    if rows > 1:
        assert (held_out_batch(made, numbers, tokenizer, vocabulary=50).labels == 7).any()
        return
    with pytest.raises(EmptyDataset, match="none of the 3 tokens of short was masked"):
        held_out_batch(made, numbers, tokenizer, vocabulary=50)
