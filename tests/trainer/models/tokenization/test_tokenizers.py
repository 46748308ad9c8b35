"""Texts of users as a model's tokenizer reads them."""

import json

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertTokenizerFast, PreTrainedTokenizerFast

from trainer.errors import ModelError
from trainer.models import as_text, load_tokenizer

CONTROL = ("<s>", "</s>", "<pad>", "<unk>", "<mask>")


@pytest.fixture
def bert(tmp_path):
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[", "]", "mask", "sep", "cls", "a"]
    (tmp_path / "vocab.txt").write_text("\n".join(pieces))
    return BertTokenizerFast(str(tmp_path / "vocab.txt"))


@pytest.fixture
def sentence_pieces():
    """A tokenizer whose control tokens are pieces of its model too, as in XLM-R."""
    letters = [(letter, -2.0) for letter in "\u2039\u2581<>/abcmskpdnu"]
    made = Tokenizer(models.Unigram([*((name, 0.0) for name in CONTROL), *letters], 3, False))
    made.normalizer, made.pre_tokenizer = normalizers.NFKC(), pre_tokenizers.Metaspace()
    roles = dict(zip(("cls_token", "sep_token", "pad_token", "unk_token", "mask_token"), CONTROL, strict=True))
    return PreTrainedTokenizerFast(tokenizer_object=made, **roles)


def test_literals_of_control_tokens_stay_text_in_texts_pairs_and_words(bert):
    control = {bert.mask_token_id, bert.sep_token_id, bert.cls_token_id}
    assert bert.mask_token_id in bert("a [MASK]")["input_ids"]
    for given in ((["a [MASK] a [SEP]"],), (["a [SEP]"], ["[CLS] a"])):
        assert not control & set(as_text(bert, *given, add_special_tokens=False)["input_ids"][0])
    words = as_text(bert, [["a", "[MASK]"]], is_split_into_words=True, add_special_tokens=False)["input_ids"]
    assert not control & set(words[0])
    assert as_text(bert, ["a [MASK]"])["input_ids"][0][0] == bert.cls_token_id


def test_the_tokenizer_itself_is_unchanged_so_that_a_saved_student_still_fills_masks(bert, tmp_path):
    as_text(bert, ["a [MASK]"])
    bert.save_pretrained(tmp_path / "saved")
    saved = BertTokenizerFast.from_pretrained(tmp_path / "saved")
    assert saved.mask_token_id in saved("a [MASK]")["input_ids"]


def test_a_literal_that_is_a_piece_of_the_model_too_stays_text_at_its_place(sentence_pieces):
    made = as_text(sentence_pieces, ["a <s> b <mask> c"], add_special_tokens=False, return_offsets_mapping=True)
    assert not {0, 1, 2, 4} & set(made["input_ids"][0]) and made["offset_mapping"][0][-1][1] == 16


def test_a_length_that_is_not_a_number_is_one_clear_error(bert, tmp_path):
    bert.save_pretrained(tmp_path)
    told = json.loads((tmp_path / "tokenizer_config.json").read_text())
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({**told, "model_max_length": {"a": 1}}))
    with pytest.raises(ModelError, match=r"tokenizer_config.json: model_max_length is .*; it must be a number"):
        load_tokenizer(tmp_path)
