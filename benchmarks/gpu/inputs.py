"""What the GPU benchmark works on: models with random weights, rows of generated ids, a generated task."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

from corpora import Sequences
from trainer.data import Rows

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
CLS, SEP, MASK = 2, 3, 4
LOSSES = ("soft-target:weight=0.33,temperature=2", "masked-lm:weight=0.33", "cosine:weight=0.33")
"""The study's three."""


@dataclass(frozen=True)
class Scale:
    """The size of the models and of the work."""

    layers: int
    student_layers: int
    hidden: int
    vocabulary: int
    sequences: int
    """Sequences per update of our loop."""
    updates: int
    """Updates that are measured, after as many that warm up."""
    plain_batch: int
    """Sequences per forward pass of the plain bf16 loop."""
    plain_sequences: int
    """Sequences per update of the plain loop."""
    task_rows: int


BASE = Scale(12, 6, 768, 30_522, 4000, 12, 128, 1024, 2000)
"""BERT-base to six layers, with updates of about 110,000 tokens."""
TINY = Scale(2, 1, 32, 1200, 16, 2, 8, 16, 48)
"""Seconds on a CPU: it shows that everything runs, and measures nothing."""


def scale(*, tiny: bool) -> Scale:
    """The size asked for."""
    return TINY if tiny else BASE


def ids(number: int, vocabulary: int, *, seed: int) -> list[NDArray[np.int64]]:
    """Rows of ids whose lengths are those of sentences (log-normal, median 20, mean about 26) and whose
    frequencies fall as those of words do."""
    rng = np.random.default_rng(seed)
    lengths = np.clip(rng.lognormal(3.0, 0.7, number).astype(int), 10, 126)
    return [len(SPECIAL) + rng.zipf(1.3, size=n) % (vocabulary - len(SPECIAL)) for n in lengths]


def rows(number: int, vocabulary: int, *, seed: int = 0) -> Rows:
    """The same as a dataset in memory."""
    return Rows([Sequences.from_rows(ids(number, vocabulary, seed=seed))], name="generated", fingerprint=f"seed{seed}")


def bert(size: Scale, layers: int, *, dropout: float, seed: int = 0) -> BertForMaskedLM:
    """A BERT with random weights in float32."""
    import torch

    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=size.vocabulary, hidden_size=size.hidden, num_hidden_layers=layers,
        num_attention_heads=max(1, size.hidden // 64), intermediate_size=4 * size.hidden,
        hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout, pad_token_id=0,
    )  # fmt: skip
    return BertForMaskedLM(config).float()


def teacher_folder(folder: Path, size: Scale, *, dropout: float) -> Path:
    """A model folder that can teach. The student that starts from it has its dropout."""
    return _saved(folder, size, bert(size, size.layers, dropout=dropout))


def student_folder(folder: Path, size: Scale) -> Path:
    """A model folder of the student's size, to be fine-tuned."""
    return _saved(folder, size, bert(size, size.student_layers, dropout=0.1))


def _saved(folder: Path, size: Scale, model: BertForMaskedLM) -> Path:
    """The model, and a tokenizer of the words w0, w1, …"""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    pieces = [*SPECIAL, *(f"w{number}" for number in range(size.vocabulary - len(SPECIAL)))]
    tokenizer = Tokenizer(WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)]
    )
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    return folder


def sst2(folder: Path, size: Scale) -> Path:
    """SST-2 in GLUE's layout: a sentence is positive if it begins with w1, and negative if it begins with w2."""
    (folder / "SST-2").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(3)
    for split, number in (("train", size.task_rows), ("dev", max(size.task_rows // 4, 10))):
        lines = ["sentence\tlabel"]
        for row in range(number):
            words = rng.integers(3, size.vocabulary - len(SPECIAL), size=20)
            lines.append(" ".join([f"w{1 if row % 2 else 2}", *(f"w{word}" for word in words)]) + f"\t{row % 2}")
        (folder / "SST-2" / f"{split}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def operations(size: Scale, lengths: NDArray[np.int64]) -> float:
    """Floating-point operations per real token, soft loss on all tokens.

    Two per weight for the teacher's forward pass, six for the student's forward and backward; embeddings are
    looked up and cost nothing. Attention adds 4 x length x hidden per layer and forward pass, with the mean
    length of the sequence that a token is in. At length 128 and BERT-base to six layers this is 629 M.
    """
    length = float((lengths.astype(float) ** 2).sum() / lengths.sum())
    hidden = size.hidden

    def forward(layers: int) -> float:
        head = hidden * hidden + hidden * size.vocabulary
        return layers * (2 * 12 * hidden * hidden + 4 * length * hidden) + 2 * head

    return forward(size.layers) + 3 * forward(size.student_layers)
