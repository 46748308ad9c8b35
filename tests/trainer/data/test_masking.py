"""Which tokens are to be predicted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from trainer import TransferError
from trainer.data.masking import Masker, masker
from trainer.data.packing import IGNORED, Packed, pack

WORDS, ROWS, LENGTH = 60, 4000, 30


@pytest.fixture(scope="module")
def corpus() -> list[Any]:
    """Rows of words of which some are a hundred times as frequent as others; id 1 is unknown."""
    rng = np.random.default_rng(0)
    chances = 1 / np.arange(1, WORDS - 3) ** 1.2
    return [np.append(rng.choice(np.arange(5, WORDS + 1), LENGTH, p=chances / chances.sum()), 1) for _ in range(ROWS)]


def masker_of(corpus: list[Any], **options: Any) -> Masker:
    given = {"rate": 0.15, "smoothing": 0.7, "seed": 0, **options}
    frequencies = np.bincount(np.concatenate(corpus), minlength=WORDS + 1)
    special = frozenset(range(5))
    return masker(frequencies, vocabulary=WORDS + 1, special_ids=special, sequences=ROWS, mask_id=4, **given)


def masked(corpus: list[Any], epoch: int = 0, **options: Any) -> tuple[Packed, Packed]:
    packed = pack(corpus, np.arange(ROWS), first_id=2, last_id=3)
    return packed, masker_of(corpus, **options).mask(packed, epoch=epoch)


def test_fifteen_percent_of_all_tokens_are_picked_and_no_special_one(corpus: list[Any]) -> None:
    packed, after = masked(corpus)
    picked = after.labels != IGNORED
    expected = 0.15 * packed.tokens
    assert abs(int(picked.sum()) - expected) < 4 * expected**0.5
    assert int(after.labels[picked].min()) >= 5


def test_each_word_is_picked_at_its_own_rate(corpus: list[Any]) -> None:
    packed, after = masked(corpus)
    chances = masker_of(corpus).thresholds.double().numpy() / 2**53
    seen = np.bincount(packed.input_ids.numpy(), minlength=WORDS + 1)[5:]
    hits = np.bincount(after.labels[after.labels != IGNORED].numpy(), minlength=WORDS + 1)[5:]
    expected = seen * chances[5:]
    assert chisquare([*hits, *(seen - hits)], [*expected, *(seen - expected)], sum_check=False).pvalue > 1e-3


def test_chances_follow_the_smoothed_counts(corpus: list[Any]) -> None:
    chances = masker_of(corpus).thresholds.double().numpy()[5:] / 2**53
    counts = np.bincount(np.concatenate(corpus), minlength=WORDS + 1)[5:]
    pulls = -np.log1p(-chances) * np.maximum(counts, 1) ** 0.7
    assert pulls == pytest.approx(np.full_like(pulls, pulls[0]))


def test_uniform_masking_picks_every_word_alike(corpus: list[Any]) -> None:
    chances = masker_of(corpus, smoothing=0.0).thresholds[5:]
    assert len(chances.unique()) == 1


def test_eighty_ten_ten_become_the_mask_themselves_and_any_word(corpus: list[Any]) -> None:
    packed, after = masked(corpus, rate=0.5)
    picked = after.labels != IGNORED
    now, was = after.input_ids[picked], packed.input_ids[picked]
    kinds = [int((now == 4).sum()), int((now == was).sum())]
    total = int(picked.sum())
    shares = np.array([0.8 + 0.1 / (WORDS + 1), 0.1 + 0.1 / (WORDS + 1)])
    expected = [*shares * total, total * (1 - shares.sum())]
    assert chisquare([*kinds, total - sum(kinds)], expected).pvalue > 1e-3


def test_random_words_are_uniform_over_the_vocabulary(corpus: list[Any]) -> None:
    packed, after = masked(corpus, rate=0.5)
    changed = (after.labels != IGNORED) & (after.input_ids != 4) & (after.input_ids != packed.input_ids)
    counts = np.bincount(after.input_ids[changed].numpy(), minlength=WORDS + 1)
    assert (counts[[0, 1, 2, 3]] > 0).all()
    assert counts.max() < 1.5 * np.median(counts)


def test_masks_depend_on_seed_epoch_row_and_position_only(corpus: list[Any]) -> None:
    packed, after = masked(corpus)
    alone = pack([corpus[7]], np.array([7]), first_id=2, last_id=3)
    labels = masker_of(corpus).mask(alone, epoch=0).labels
    assert torch.equal(after.labels[packed.rows == 7], labels)


def test_the_same_words_in_the_next_row_are_masked_otherwise(corpus: list[Any]) -> None:
    packed = pack([np.full(LENGTH, 9)] * 40, np.arange(40), first_id=2, last_id=3)
    picked = (masker_of(corpus, rate=0.5).mask(packed, epoch=0).labels != IGNORED).reshape(40, LENGTH + 2)
    for shift in range(3):
        same = picked[:-1, 1 + shift : -1] == picked[1:, 1 : LENGTH + 1 - shift]
        assert not bool(same.all())


def test_another_epoch_or_seed_masks_other_tokens(corpus: list[Any]) -> None:
    first, epoch, seed = (masked(corpus, **options)[1].labels for options in ({}, {"epoch": 1}, {"seed": 1}))
    for other in (epoch, seed):
        both = ((first != IGNORED) & (other != IGNORED)).sum() / (first != IGNORED).sum()
        assert both < 0.4


def test_the_hash_is_that_of_unsigned_arithmetic() -> None:
    from trainer.data.masking import splitmix64

    def splitmix(value: int) -> int:
        value = (value + 0x9E3779B97F4A7C15) % 2**64
        value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        value = (value ^ value >> 27) * 0x94D049BB133111EB % 2**64
        return value ^ value >> 31

    values = torch.tensor([0, 1, -1, 2**62, -(2**63), 123456789])
    assert [int(v) % 2**64 for v in splitmix64(values)] == [splitmix(int(v) % 2**64) for v in values]


def test_a_dataset_of_unknown_tokens_alone_cannot_be_masked() -> None:
    with pytest.raises(TransferError, match="only 0 of 12 are words"):
        masker(
            np.array([0, 10]), vocabulary=5, special_ids=frozenset(range(5)), sequences=1, mask_id=4, seed=0
        )  # fmt: skip
