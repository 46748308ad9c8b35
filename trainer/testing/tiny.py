"""A tiny BERT and a few packed sequences, for testing components."""

from __future__ import annotations

from pathlib import Path
from string import ascii_lowercase, punctuation
from typing import Any

import torch

from trainer.data import IGNORED, Packed

LENGTHS = (3, 5, 5, 9)
VOCABULARY = 40
SPECIAL = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}


def tiny_bert(*, layers: int = 2, seed: int = 0) -> Any:
    """A BERT with 40 words and a width of 16, in float64, without dropout.

    Args:
        layers: number of layers.
        seed: of the random weights.
    """
    from transformers import BertConfig, BertForMaskedLM

    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=layers, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=16, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return BertForMaskedLM(config).double()


def tiny_batch() -> Packed:
    """Four packed sequences, in which every third token is to be predicted."""
    tokens = sum(LENGTHS)
    ids = torch.arange(tokens) * 7 % 35 + 5
    labels = torch.where(torch.arange(tokens) % 3 == 0, ids, IGNORED)
    positions = torch.cat([torch.arange(length) for length in LENGTHS])
    return Packed(ids, positions, torch.repeat_interleave(torch.arange(4), torch.tensor(LENGTHS)), LENGTHS, labels)


def tiny_model_folder(folder: Path, *, layers: int = 2, seed: int = 0, positions: int = 128) -> Path:
    """A folder with a BERT with random weights, and a WordPiece tokenizer that spells words letter by letter.

    Args:
        folder: where to write the model.
        layers: number of layers.
        seed: of the random weights.
        positions: maximum tokens per sequence, special ones included.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

    names = ("pad", "unk", "cls", "sep", "mask")
    special = [f"[{name.upper()}]" for name in names]
    pieces = [*special, *ascii_lowercase, *(f"##{letter}" for letter in ascii_lowercase), *punctuation, "the", "a"]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokens = {f"{name}_token": text for name, text in zip(names, special, strict=True)}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **tokens)  # type: ignore[no-untyped-call]
    fast.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=layers, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=positions, initializer_range=0.5,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        BertForMaskedLM(config).save_pretrained(folder)
    return folder
