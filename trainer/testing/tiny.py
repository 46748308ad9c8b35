"""What components are tried on: a tiny BERT and a few packed sequences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from trainer.data import IGNORED, Packed

LENGTHS = (3, 5, 5, 9)
VOCABULARY = 40
SPECIAL = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}


def tiny_bert(*, layers: int = 2, seed: int = 0) -> Any:
    """A BERT of 40 words and a width of 16, with random weights, in float64, without dropout."""
    from transformers import BertConfig, BertForMaskedLM

    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=layers, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=16, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return BertForMaskedLM(config).double()


def tiny_batch() -> Packed:
    """Four packed sequences, of which every third token is to be predicted."""
    tokens = sum(LENGTHS)
    ids = torch.arange(tokens) * 7 % 35 + 5
    labels = torch.where(torch.arange(tokens) % 3 == 0, ids, IGNORED)
    positions = torch.cat([torch.arange(length) for length in LENGTHS])
    return Packed(ids, positions, torch.repeat_interleave(torch.arange(4), torch.tensor(LENGTHS)), LENGTHS, labels)


def tiny_teacher(folder: Path) -> Path:
    """A model folder that can teach: a BERT of three layers and the tokenizer of its 40 words."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    tiny_bert(layers=3).float().save_pretrained(folder)
    pieces = [*SPECIAL.values(), *(f"w{number}" for number in range(VOCABULARY - len(SPECIAL)))]
    made = Tokenizer(models.WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    fast: Any = PreTrainedTokenizerFast
    fast(tokenizer_object=made, **SPECIAL).save_pretrained(folder)
    return folder
