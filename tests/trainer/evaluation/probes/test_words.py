"""Word boundaries of WordPiece, byte-level BPE and SentencePiece vocabularies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from trainer.evaluation.probes.likelihood import masked_in_turn, tokenized
from trainer.evaluation.probes.words import WordStarts

TEXT = "unbelievable tokens, don't unbelievable 12 tokens believable"


def trained(kind: str, *, split: bool = True) -> PreTrainedTokenizerFast:
    """A small tokenizer whose words fall into pieces."""
    special = ["[UNK]", "[MASK]"]
    trainer: Any
    if kind == "wordpiece":
        made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=45, special_tokens=special, show_progress=False)
    elif kind == "bytes":
        made = Tokenizer(models.BPE())
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(
            vocab_size=275, special_tokens=special, show_progress=False, initial_alphabet=alphabet
        )
    else:
        made = Tokenizer(models.BPE(unk_token="[UNK]"))
        made.pre_tokenizer = pre_tokenizers.Metaspace(split=split)
        trainer = trainers.BpeTrainer(vocab_size=40, special_tokens=special, show_progress=False)
    made.train_from_iterator([TEXT, "the token is believable"] * 4, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=made, unk_token="[UNK]", mask_token="[MASK]")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("wordpiece", ["unbelievable", "tokens", ",", "don", "'", "t", "unbelievable", "12", "tokens", "believable"]),
        ("bytes", ["unbelievable", "tokens", ",", "don", "'t", "unbelievable", "12", "tokens", "believable"]),
        ("sentencepiece", TEXT.split()),
    ],
)
def test_pieces_are_put_together_as_the_tokenizer_cut_them(kind: str, words: list[str]) -> None:
    tokenizer = trained(kind)
    (made,) = tokenized(tokenizer, [TEXT], longest=None)
    assert len(made.ids) > len(words)
    pieces = tokenizer.convert_ids_to_tokens(made.ids.tolist())
    spelled = ["".join(p for p, w in zip(pieces, made.words, strict=True) if w == n) for n in range(len(words))]
    assert [word.replace("##", "").strip("▁Ġ") for word in spelled] == words


def test_words_of_a_tokenizer_that_does_not_cut_at_spaces_end_at_spaces() -> None:
    (made,) = tokenized(trained("sentencepiece", split=False), ["believable tokens"], longest=None)
    assert made.words.max() == 1


@pytest.mark.parametrize("kind", ["wordpiece", "bytes", "sentencepiece"])
def test_ids_alone_tell_the_same_words(kind: str) -> None:
    tokenizer = trained(kind)
    text = TEXT.replace("don't", "do") if kind != "sentencepiece" else TEXT
    (made,) = tokenized(tokenizer, [text], longest=None)
    starts = np.diff(made.words, prepend=-1) > 0
    assert WordStarts(tokenizer)(made.ids).tolist() == starts.tolist()


def test_a_scored_token_hides_the_later_ones_of_its_word_only() -> None:
    tokenizer = trained("wordpiece")
    (made,) = tokenized(tokenizer, ["tokens believable"], longest=None)
    mask, first = tokenizer.mask_token_id, int((made.words == 0).sum())
    copies = list(masked_in_turn(made, mask_id=mask))
    assert len(copies) == len(made.ids)
    assert (copies[1].ids[:first] == [made.ids[0], *[mask] * (first - 1)]).all()
    assert (copies[1].ids[first:] == made.ids[first:]).all()
    assert copies[1].blanks.tolist() == [1]
