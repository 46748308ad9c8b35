"""The mask-tokens plugin, as users meet it."""

import numpy as np
import pytest

from corpora import Context, DatasetError, Sequences, registry
from corpora.testing import check_transform

plugin = pytest.importorskip("corpora_mask_tokens", reason="pip install -e plugins/mask-tokens")
VOCABULARY = Context(vocabulary=("[MASK]", "a", "b"))


def test_it_keeps_the_contract_of_transforms():
    check_transform(plugin.MaskTokens(rate=0.3, span=3))


def test_a_span_ends_with_its_row():
    class Always:
        def random(self, size):
            return np.array([1.0, 0.0, 1.0, 1.0])

    block = plugin.MaskTokens(rate=0.5, span=9).apply(Sequences.from_rows([[1, 1, 1], [2]]), VOCABULARY, Always())
    assert [block.row(row).tolist() for row in range(2)] == [[1, 0, 0], [2]]


def test_rate_one_hides_everything():
    block = plugin.MaskTokens(rate=1.0).apply(Sequences.from_rows([[1, 2], []]), VOCABULARY, np.random.default_rng(0))
    assert block.values.tolist() == [0, 0]


def test_a_vocabulary_without_a_mask_is_refused():
    with pytest.raises(DatasetError, match=r"has no \[MASK\]"):
        plugin.MaskTokens().apply(Sequences.from_rows([[0]]), Context(vocabulary=("a",)), np.random.default_rng(0))


def test_it_is_offered_under_its_name():
    assert registry.find("transforms", "mask-tokens") is plugin.MaskTokens
