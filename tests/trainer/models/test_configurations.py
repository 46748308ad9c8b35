"""A configuration that is wrong, or of another model than the weights, is one line before anything is built."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from transformers import (
    AutoModel,
    BartConfig,
    BartForConditionalGeneration,
    FlaubertConfig,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedConfig,
    ViTConfig,
)

from corpora import CorporaError
from trainer import DamagedWeights, ModelError, distill, inspect_model
from trainer.evaluation.problems.encoders import load_encoder
from trainer.evaluation.problems.lookup import problem_of
from trainer.models.teachers import load_teacher
from trainer.models.tokenization.tokenizers import load_tokenizer
from trainer.plugin import Head

LABELS = Head("classification", ("accuracy",), ("no", "yes"))


@pytest.fixture
def teacher(tmp_path: Path, make: ModuleType) -> Path:
    folder: Path = make.teacher_folder(tmp_path / "teacher")
    return folder


def changed(folder: Path, **values: object) -> Path:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **values}), encoding="utf-8")
    return folder


def doors() -> list[Callable[[Path], object]]:
    """Everything that opens a model folder."""
    return [inspect_model, load_teacher, lambda folder: load_encoder(folder, problem_of(LABELS))]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"vocab_size": "many"}, "vocab_size is 'many'; it must be a whole number from 1 to 16,777,216"),
        ({"vocab_size": 10**15}, "vocab_size is 1000000000000000; it must"),
        ({"num_hidden_layers": 1e9}, "num_hidden_layers is 1000000000.0; it must be a whole number from 1 to 1,000"),
        ({"num_hidden_layers": True}, "num_hidden_layers is True"),
        ({"num_hidden_layers": 900}, "num_hidden_layers.: the config says 900 layers, the weights have 3 layers"),
        (
            {"vocab_size": 60},
            r"vocab_size.: the config says .* of shape \[60, 16\], .*50, 16",
        ),
        ({"hidden_size": 8}, r"config.json and the weights do not fit each other \(hidden_size\)"),
        ({"intermediate_size": 64}, r"config.json and the weights do not fit each other \(intermediate_size\)"),
        ({"max_position_embeddings": 1 << 19}, "max_position_embeddings.: the config says"),
        ({"model_type": 3}, "model_type is 3; it must be a name such as bert"),
        ({"model_type": "distilbert"}, "(do not fit each other|does not describe a model)"),
    ],
)
def test_a_size_that_is_impossible_or_not_that_of_the_weights_is_named(
    values: dict[str, object], said: str, teacher: Path
) -> None:
    for door in doors():
        with pytest.raises(ModelError, match=said) as refused:
            door(changed(teacher, **values))
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("values", [{"type_vocab_size": 5}, {"num_attention_heads": 3}, {"hidden_act": "swoosh"},
                                    {"hidden_dropout_prob": 7}, {"pad_token_id": 999}])  # fmt: skip
def test_what_only_loading_can_tell_is_one_line_too(values: dict[str, object], teacher: Path) -> None:
    for door in doors()[1:]:
        with pytest.raises(
            ModelError, match=r"(do not fit|cannot be loaded|does not describe|weights of the body)"
        ) as refused:
            door(changed(teacher, **values))
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", ["", "[]", "{", '"bert"', "[" * 100_000, "{}", "null"])
def test_a_configuration_that_is_none_is_named(content: str, teacher: Path) -> None:
    (teacher / "config.json").write_text(content, encoding="utf-8")
    for door in doors()[1:]:
        with pytest.raises(ModelError):
            door(teacher)


def test_a_decoder_or_a_seq2seq_is_refused_in_one_line_by_everything(tmp_path: Path, make: ModuleType) -> None:
    gpt = GPT2LMHeadModel(GPT2Config(n_layer=1, n_embd=16, n_head=2, vocab_size=50, n_positions=16))
    bart = BartForConditionalGeneration(BartConfig(
        vocab_size=50, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16, max_position_embeddings=16,
    ))  # fmt: skip
    for name, model in (("gpt2", gpt), ("bart", bart)):
        folder = make.teacher_folder(tmp_path / name, model=model)
        found = inspect_model(folder)
        assert found.obstacle is not None and found.obstacle.startswith(f"{name} is not a known family; known: bert")
        assert found.masked_lm_head is None
        with pytest.raises(ModelError, match=f"^{folder}: {name} is not a known family; known: bert"):
            distill(make.rows(9), folder, tmp_path / "run")
        with pytest.raises(ModelError, match=f"is not an encoder: {name} is not a known family"):
            load_encoder(folder, problem_of(LABELS))


def test_weights_that_are_not_floating_point_are_named(teacher: Path) -> None:
    weights = teacher / "model.safetensors"
    weights.write_bytes(weights.read_bytes().replace(b'"F32"', b'"I32"'))
    for door in doors():
        with pytest.raises(DamagedWeights, match="is stored as I32, but weights must be floating-point"):
            door(teacher)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_mutated_files_never_end_in_anything_but_one_line(name: str, teacher: Path) -> None:
    """Bytes of the file, or of its header, changed at random from a fixed seed."""
    path, chance = teacher / name, random.Random(name)
    whole = path.read_bytes()
    end = len(whole) if name == "config.json" else 8 + int.from_bytes(whole[:8], "little")
    refused = 0
    for _ in range(60):
        spoilt = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            spoilt[chance.randrange(end)] = chance.choice(b'0123456789"{}[],:-eaz\x00\xff')
        path.write_bytes(bytes(spoilt))
        try:
            load_teacher(teacher)
        except CorporaError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 10


@pytest.mark.parametrize(
    ("config", "layers", "hidden"),
    [
        (FlaubertConfig(vocab_size=50, emb_dim=32, n_layers=3, n_heads=2), 3, 32),
        (
            BartConfig(
                vocab_size=50, d_model=32, encoder_layers=2, decoder_layers=1, encoder_ffn_dim=64, decoder_ffn_dim=64,
                encoder_attention_heads=2, decoder_attention_heads=2, max_position_embeddings=40,
            ),
            2, 32,
        ),
    ],
    ids=["flaubert", "bart"],
)  # fmt: skip
def test_sizes_of_families_that_are_not_known_are_found_under_their_own_names(
    tmp_path: Path, config: PreTrainedConfig, layers: int, hidden: int
) -> None:
    AutoModel.from_config(config).save_pretrained(tmp_path)
    found = inspect_model(tmp_path)
    assert (found.layers, found.hidden, found.masked_lm_head) == (layers, hidden, None)
    assert found.obstacle is not None and "is not a known family" in found.obstacle


def test_a_model_of_another_kind_whose_sizes_do_not_fit_is_said_to_be_maybe_no_text_encoder(tmp_path: Path) -> None:
    config = ViTConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, image_size=32)
    config.vocab_size = 777
    AutoModel.from_config(config).save_pretrained(tmp_path)
    with pytest.raises(DamagedWeights, match="vocab_size.*or vit is not a text encoder"):
        inspect_model(tmp_path)


@pytest.mark.parametrize(("content", "said"), [("[]", "contains a list"), ('{"a"', "cannot be read")])
def test_a_damaged_configuration_is_not_blamed_on_the_tokenizer(teacher: Path, content: str, said: str) -> None:
    (teacher / "config.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=rf"^\S+config\.json {said}"):
        load_tokenizer(teacher)


def test_a_pointer_of_git_lfs_says_how_to_get_the_weights(teacher: Path) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 440473133\n"
    (teacher / "model.safetensors").write_text(pointer, encoding="utf-8")
    with pytest.raises(DamagedWeights, match=r"safetensors is a pointer of Git LFS.*git lfs pull"):
        inspect_model(teacher)
