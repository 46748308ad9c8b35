"""Tiny vocabularies, models, datasets and runs, made on the spot; the fixture `make` gives these functions."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

from corpora import Sequences
from trainer.data import Rows
from trainer.engine import Counts, Engine
from trainer.masking import masker
from trainer.packing import IGNORED, Packed, pack
from trainer.precision import precision_for
from trainer.registry import registry

torch.set_num_threads(1)

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VOCABULARY = 50


def tokenizer_file(folder: Path, *, lowercase: bool = True, words: int = VOCABULARY - 5) -> Path:
    """A word-piece tokenizer of a few made-up words, as `tokenizer.json`."""
    pieces = SPECIAL + [f"w{number}" for number in range(words)]
    tokenizer = Tokenizer(WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    path = folder / "tokenizer.json"
    tokenizer.save(str(path))
    return path


def rows(number: int = 40, *, seed: int = 0, **about: Any) -> Rows:
    """Random rows of 1 to 12 words, some words far more frequent than others."""
    rng = np.random.default_rng(seed)
    lists = [5 + rng.geometric(0.2, size=rng.integers(1, 13)) % (VOCABULARY - 5) for _ in range(number)]
    return Rows([Sequences.from_rows(lists)], **{"name": "made", "fingerprint": f"f{seed}", **about})


def bert(layers: int = 2, *, hidden: int = 16, dropout: float = 0.0, seed: int = 0, spread: float = 0.3) -> Any:
    """A BERT with random weights, large enough that every part matters."""
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=VOCABULARY, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=2,
        intermediate_size=2 * hidden, max_position_embeddings=32, hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout, pad_token_id=0,
    )  # fmt: skip
    model = BertForMaskedLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(spread * torch.randn_like(parameter))
    return model


def teacher_folder(folder: Path, *, model: Any = None, lowercase: bool = True) -> Path:
    """A model folder that can teach."""
    folder.mkdir(parents=True, exist_ok=True)
    (model if model is not None else bert(3)).save_pretrained(folder)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    made = tokenizer_file(folder, lowercase=lowercase)
    PreTrainedTokenizerFast(tokenizer_file=str(made), **names).save_pretrained(folder)
    return folder


def packed(number: int = 6, *, seed: int = 1, rate: float = 0.3, most: int = 12) -> Packed:
    """A masked update of a few rows of 1 to 12 words."""
    rng = np.random.default_rng(seed)
    ids = [rng.integers(5, VOCABULARY, size=rng.integers(1, most + 1)) for _ in range(number)]
    counts = np.bincount(np.concatenate(ids), minlength=VOCABULARY)
    picks = masker(
        counts,
        vocabulary=VOCABULARY,
        special_ids=frozenset(range(5)),
        sequences=number,
        mask_id=4,
        seed=seed,
        rate=rate,
    )
    return picks.mask(pack(ids, np.arange(number), first_id=2, last_id=3), epoch=0)


def counts(batch: Packed) -> Counts:
    """Tokens of an update, and those to be predicted."""
    return Counts(batch.tokens, int((batch.labels != IGNORED).sum()))


def engine(
    student: Any, teacher: Any, *losses: str, chunk: int = 7, precision: str = "fp32", compiled: bool = False
) -> Engine:
    """An engine on the CPU, with chunks that do not divide anything."""
    made = [registry.make("losses", text) for text in losses]
    chosen = precision_for(precision, torch.device("cpu"))
    return Engine(student, teacher, made, precision=chosen, chunk=chunk, compiled=compiled)


def gradients(model: Any) -> torch.Tensor:
    """All gradients of a model, one after the other."""
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def weights_hash(folder: Path) -> str:
    """The sha256 of a model's weights."""
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


@pytest.fixture
def make() -> Any:
    """The functions of this file."""
    return sys.modules[__name__]
