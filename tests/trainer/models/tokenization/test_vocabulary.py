"""A part of a WordPiece vocabulary: which pieces it keeps, how words are spelled with them, and a teacher cut to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

from corpora import OptionError, Sequences
from trainer import ModelError
from trainer.models import SmallerVocabulary, shared_vocabulary, smaller_vocabulary
from trainer.models.families import packed_logits, use_packed_attention

SPECIAL = ["[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = [*ascii_lowercase, *(f"##{letter}" for letter in ascii_lowercase), "é", "."]
WORDS = ["un", "##believ", "##able", "##bel", "play", "##ing", "##ed", "the", "then", "unable", "caf", "##fé", "café"]
PIECES = [*SPECIAL, *WORDS, *LETTERS]


def whole() -> Any:
    """A tokenizer whose special tokens are not its first ids."""
    made = Tokenizer(models.WordPiece({piece: n for n, piece in enumerate(PIECES)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=False)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 4), ("[CLS]", 3))
    names = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    return PreTrainedTokenizerFast(tokenizer_object=made, **names)


def ids_of(tokenizer: Any, texts: list[str]) -> Sequences:
    made = tokenizer.backend_tokenizer.encode_batch(texts, add_special_tokens=False)
    return Sequences.from_rows([encoding.ids for encoding in made])


def keeping(*pieces: str) -> SmallerVocabulary:
    """All special tokens and letters, and these."""
    counts = np.zeros(len(PIECES), np.int64)
    counts[[PIECES.index(piece) for piece in pieces]] = 1
    return smaller_vocabulary(whole(), counts, len(SPECIAL) - 1 + len(LETTERS) + len(pieces))


def spelled(vocabulary: SmallerVocabulary, *pieces: str) -> list[str]:
    row = Sequences.from_rows([[PIECES.index(piece) for piece in pieces]])
    return [vocabulary.pieces[number] for number in vocabulary.reencoded(row).values]


def test_the_most_frequent_pieces_stay_with_all_special_tokens_and_characters() -> None:
    counts = np.zeros(len(PIECES), np.int64)
    counts[[PIECES.index(piece) for piece in ("the", "##ing", "play")]] = 5, 9, 1
    kept = smaller_vocabulary(whole(), counts, len(SPECIAL) - 1 + len(LETTERS) + 2)
    assert set(kept.pieces) == {*SPECIAL, *LETTERS, "the", "##ing"} - {"[unused1]"}
    assert kept.kept.tolist() == sorted(kept.kept.tolist())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("ablevingthuncfpyé. ", max_size=30), min_size=1, max_size=4),
    st.sets(st.sampled_from(WORDS)),
)
def test_words_are_spelled_as_the_smaller_tokenizer_spells_the_text(texts: list[str], words: set[str]) -> None:
    vocabulary = keeping(*sorted(words))
    made, wanted = vocabulary.reencoded(ids_of(whole(), texts)), ids_of(vocabulary.tokenizer, texts)
    assert (made.values.tolist(), made.offsets.tolist()) == (wanted.values.tolist(), wanted.offsets.tolist())


def test_a_word_is_spelled_as_a_whole_not_piece_by_piece() -> None:
    assert spelled(keeping("un", "unable"), "un", "##able") == ["un", "##a", "##b", "##l", "##e"]
    assert spelled(keeping("un", "##able", "##bel"), "unable") == ["un", "##able"]
    assert spelled(keeping("##bel", "unable", "##able"), "un", "##believ", "##able")[:3] == ["u", "##n", "##bel"]


def test_pieces_that_are_no_word_of_the_text_are_spelled_one_by_one() -> None:
    vocabulary = keeping("the", "un", "##bel")
    assert spelled(vocabulary, "##ing", "the", "##able") == [
        *("##i", "##n", "##g"),
        "the",
        *("##a", "##b", "##l", "##e"),
    ]
    assert spelled(vocabulary, "[MASK]", "##ed", "[UNK]") == ["[MASK]", "##e", "##d", "[UNK]"]


def test_a_word_with_a_character_that_cannot_continue_it_is_unknown() -> None:
    assert spelled(keeping("caf"), "café") == ["[UNK]"]
    assert spelled(keeping("##fé"), "café") == ["c", "##a", "##fé"]


def test_the_smaller_tokenizer_is_saved_and_opened_again(tmp_path: Path) -> None:
    vocabulary = keeping("the", "##ing")
    vocabulary.write(tmp_path)
    opened = AutoTokenizer.from_pretrained(tmp_path)
    assert opened.convert_ids_to_tokens(opened("the")["input_ids"]) == ["[CLS]", "the", "[SEP]"]
    assert opened.get_vocab() == {piece: n for n, piece in enumerate(vocabulary.pieces)}
    shared = shared_vocabulary(opened, whole())
    assert shared is not None and shared.sha256 == vocabulary.sha256
    assert str(tmp_path) not in (tmp_path / "tokenizer_config.json").read_text()


def test_a_vocabulary_txt_is_written_if_the_teacher_has_one(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("\n".join(PIECES))
    vocabulary = keeping("the")
    vocabulary.whole.name_or_path = str(tmp_path)
    vocabulary.write(tmp_path / "small")
    assert (tmp_path / "small" / "vocab.txt").read_text().splitlines() == vocabulary.pieces


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (20, r"5 special tokens and 54 single characters .* use at least 59"),
        (99, "is 99, but the teacher's has only 73 pie"),
    ],
)
def test_a_size_that_cannot_be_is_one_line(size: int, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        smaller_vocabulary(whole(), np.zeros(1, np.int64), size)


@pytest.mark.parametrize(
    ("model", "why"),
    [(models.BPE(), "change the merges"), (models.Unigram([("a", 0.0)]), "by their probabilities")],
)
def test_other_tokenizers_than_wordpiece_are_refused_with_the_reason(model: Any, why: str) -> None:
    with pytest.raises(ModelError, match=f"only a WordPiece vocabulary can be made smaller; .*{why}"):
        smaller_vocabulary(PreTrainedTokenizerFast(tokenizer_object=Tokenizer(model)), np.zeros(1, np.int64), 1)


@pytest.mark.parametrize("tied", [True, False])
def test_a_teacher_cut_to_its_pieces_gives_the_same_logits_for_them(make: ModuleType, tied: bool) -> None:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(PIECES), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=16, pad_token_id=0, initializer_range=0.5, tie_word_embeddings=tied,
    )  # fmt: skip
    teacher, vocabulary = BertForMaskedLM(config).double().eval(), keeping("the", "##ing")
    torch.nn.init.normal_(teacher.cls.predictions.bias)
    cut, packed = vocabulary.teacher(teacher), make.packed()
    for model in (teacher, cut):
        use_packed_attention(model)
    kept = torch.from_numpy(vocabulary.kept)
    ours = replace(packed, input_ids=packed.input_ids % len(kept))
    theirs = replace(packed, input_ids=kept[ours.input_ids])
    with torch.no_grad():
        assert torch.equal(packed_logits(cut, ours), packed_logits(teacher, theirs)[:, kept])
    assert (cut.config.vocab_size, teacher.config.vocab_size) == (len(kept), len(PIECES))
