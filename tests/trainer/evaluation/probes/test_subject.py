"""Pseudo-log-likelihoods and blanks of packed sequences are those of one sequence at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

from trainer.errors import ProbeError
from trainer.evaluation.probes import LoadedModel
from trainer.plugin import MaskedSequence

SENTENCES = ["the cat sat", "a dog that ran home", "the cat sat", "who ?"]
Make = Callable[..., LoadedModel]


def plainly(folder: Path, sentence: str) -> float:
    """The same by definition: one unpacked forward pass for each token."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForMaskedLM.from_pretrained(folder).eval()
    encoding = tokenizer(sentence, return_tensors="pt")
    words, total = encoding.word_ids(0), 0.0
    for place, word in enumerate(words):
        if word is None:
            continue
        ids = encoding["input_ids"].clone()
        for later in range(place, len(words)):
            if words[later] == word:
                ids[0, later] = tokenizer.mask_token_id
        with torch.no_grad():
            logits = model(input_ids=ids).logits[0, place]
        total += float(logits.log_softmax(0)[encoding["input_ids"][0, place]])
    return total


def test_log_likelihoods_are_those_of_one_pass_a_token(subject: Make, model: Path) -> None:
    found = subject(model).log_likelihoods(SENTENCES)
    np.testing.assert_allclose(found, [plainly(model, sentence) for sentence in SENTENCES], atol=1e-4)


def test_blanks_come_once_each_with_a_distribution(subject: Make, model: Path) -> None:
    sequences = [MaskedSequence(np.arange(6, 6 + n), np.arange(0, n, 2)) for n in (5, 2, 9)]
    parts = list(subject(model).log_probabilities(sequences))
    found = [(int(s), int(p)) for part in parts for s, p in zip(part.sequences, part.places, strict=True)]
    assert sorted(found) == [(n, p) for n, sequence in enumerate(sequences) for p in sequence.blanks.tolist()]
    assert all(torch.allclose(part.log_probabilities.exp().sum(1), torch.ones(len(part.places))) for part in parts)


def test_no_context_of_torch_outlives_a_part(subject: Make, model: Path) -> None:
    for _ in subject(model).log_probabilities([MaskedSequence(np.array([6, 7]), np.array([0]))]):
        assert not torch.is_inference_mode_enabled()
        assert torch.is_grad_enabled()


def test_a_sentence_longer_than_the_model_reads_is_one_clear_line(subject: Make, model: Path) -> None:
    with pytest.raises(ProbeError, match=r"begins with 'x x.* has 200 tokens, but the model reads at most 126"):
        subject(model).log_likelihoods(["x " * 200])


def test_a_sentence_without_tokens_is_refused(subject: Make, model: Path) -> None:
    with pytest.raises(ProbeError, match="has no tokens"):
        subject(model).log_likelihoods(["the cat", " "])
