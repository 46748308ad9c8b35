"""Configurations and tokenizers that are read without transformers say what transformers says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoConfig, BertConfig, BertTokenizer, DistilBertConfig

from trainer.models.files.plain_config import SIZES, STATED, plain_config
from trainer.models.tokenization.plain_casing import plain_casing

WORDS = {word: number for number, word in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"))}


def saved(folder: Path, model_type: str = "bert") -> dict[str, Any]:
    made = BertConfig() if model_type == "bert" else DistilBertConfig()
    made.save_pretrained(folder)
    content: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("model_type", SIZES)
def test_a_plain_configuration_has_the_values_that_transformers_gives_it(model_type: str, tmp_path: Path) -> None:
    found = plain_config(saved(tmp_path, model_type))
    theirs = AutoConfig.from_pretrained(str(tmp_path))
    assert found is not None
    for name in (*SIZES[model_type], *STATED, "tie_word_embeddings"):
        assert getattr(found, name) == getattr(theirs, name)
    assert getattr(found, "is_decoder", False) == getattr(theirs, "is_decoder", False)


@pytest.mark.parametrize(
    "values",
    [
        {"hidden_act": "made-up"},
        {"hidden_act": 5},
        {"is_decoder": True},
        {"is_decoder": 0},
        {"num_attention_heads": 7},
        {"num_attention_heads": 0},
        {"hidden_dropout_prob": "0.1"},
        {"hidden_dropout_prob": 7.0},
        {"architectures": [1]},
        {"vocab_size": "many"},
        {"vocab_size": True},
        {"pad_token_id": 3},
        {"embedding_size": 128},
        {"model_type": "electra"},
        {"model_type": ["bert"]},
        {"quantization_config": {}},
    ],
)
def test_what_is_not_plain_is_left_to_transformers(values: dict[str, Any], tmp_path: Path) -> None:
    content = saved(tmp_path)
    assert plain_config(content)
    assert plain_config({**content, **values}) is None


@pytest.mark.parametrize("name", (*SIZES["bert"], *STATED, "model_type"))
def test_a_size_that_is_not_stated_is_left_to_transformers(name: str, tmp_path: Path) -> None:
    content = saved(tmp_path)
    del content[name]
    assert plain_config(content) is None


@pytest.mark.parametrize("lowers", [True, False])
def test_the_casing_is_that_of_the_tokenizer(lowers: bool, tmp_path: Path) -> None:
    BertTokenizer(vocab=WORDS, do_lower_case=lowers).save_pretrained(tmp_path)
    assert plain_casing(tmp_path, longest_bytes=1000_000) is lowers
    assert plain_casing(tmp_path, longest_bytes=10) is None


@pytest.mark.parametrize("told", ['{"tokenizer_class": "BertTokenizer", "do_lower_case": false}', "{}", "[]", "{"])
def test_files_that_differ_or_say_nothing_are_left_to_transformers(told: str, tmp_path: Path) -> None:
    BertTokenizer(vocab=WORDS, do_lower_case=True).save_pretrained(tmp_path)
    (tmp_path / "tokenizer_config.json").write_text(told, encoding="utf-8")
    assert plain_casing(tmp_path, longest_bytes=1000_000) is None
