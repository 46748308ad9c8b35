"""Teachers are looked at before anything else is done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForSequenceClassification

from trainer import (
    CasingMismatch,
    DamagedWeights,
    ModelError,
    NoLanguageModelHead,
    PickledWeights,
    VocabularyMismatch,
    distill,
    inspect_model,
)
from trainer.models.files.weights import weight_shapes
from trainer.models.teachers import load_teacher
from trainer.models.tokenization.tokenizers import check_tokenizers, load_tokenizer


@pytest.fixture
def teacher(tmp_path: Path, make: ModuleType) -> Path:
    folder: Path = make.teacher_folder(tmp_path / "teacher")
    return folder


def test_inspect_tells_family_head_vocabulary_casing_and_size(teacher: Path, make: ModuleType) -> None:
    found = inspect_model(teacher)
    assert (found.family, found.masked_lm_head, found.casing) == ("bert", True, "lower-cased")
    assert (found.vocabulary, found.layers, found.hidden) == (make.VOCABULARY, 3, 16)
    assert found.parameters == sum(parameter.numel() for parameter in make.bert(3).parameters())


def test_a_fine_tuned_classifier_cannot_teach(tmp_path: Path, make: ModuleType) -> None:
    config = BertConfig(
        vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )  # fmt: skip
    folder = make.teacher_folder(tmp_path / "classifier", model=BertForSequenceClassification(config))
    assert not inspect_model(folder).masked_lm_head
    with pytest.raises(NoLanguageModelHead, match="train a head for this body first: trainer pretrain --from"):
        load_teacher(folder)


def test_a_pickle_is_refused_with_the_line_that_converts_it(teacher: Path, make: ModuleType) -> None:
    (teacher / "model.safetensors").unlink()
    torch.save(make.bert(3).state_dict(), teacher / "pytorch_model.bin")
    with pytest.raises(PickledWeights, match=r"--allow-pickle.*save_pretrained"):
        load_teacher(teacher)
    assert load_teacher(teacher, allow_pickle=True).config.num_hidden_layers == 3


@pytest.mark.slow
def test_the_line_that_converts_a_pickled_classifier_keeps_its_head(tmp_path: Path, make: ModuleType) -> None:
    config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    model = BertForSequenceClassification(config)
    folder = make.teacher_folder(tmp_path / "classifier", model=model)
    (folder / "model.safetensors").unlink()
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(PickledWeights) as refused:
        weight_shapes(folder)
    subprocess.run([sys.executable, "-c", str(refused.value).split('"')[1]], check=True)
    kept = BertForSequenceClassification.from_pretrained(folder, use_safetensors=True)
    assert torch.equal(kept.classifier.weight, model.classifier.weight)
    assert not inspect_model(folder).masked_lm_head


def test_a_teacher_without_a_tokenizer_is_said_to_have_none(teacher: Path, make: ModuleType, tmp_path: Path) -> None:
    (teacher / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match="has no tokenizer; add the tokenizer.json"):
        distill(make.rows(9), teacher, tmp_path / "run")


def test_a_tokenizer_that_cannot_be_read_is_named(teacher: Path) -> None:
    for content in ("{", "[]", "{}", '{"model": {"type": "WordPiece"}}'):
        (teacher / "tokenizer.json").write_text(content, encoding="utf-8")
        with pytest.raises(ModelError, match="the tokenizer of .*teacher cannot be read"):
            load_tokenizer(teacher)


def test_truncated_weights_are_named(teacher: Path) -> None:
    weights = teacher / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(DamagedWeights, match=r"model\.safetensors is cut short"):
        load_teacher(teacher)


def test_weights_that_are_missing_are_named(teacher: Path) -> None:
    (teacher / "model.safetensors").unlink()
    with pytest.raises(DamagedWeights, match="has no weights"):
        inspect_model(teacher)


def test_a_folder_without_a_config_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no config\.json"):
        inspect_model(tmp_path)


def test_what_is_neither_a_folder_nor_on_the_hub_is_named() -> None:
    with pytest.raises(ModelError, match="nobody/nothing is neither a model folder nor a readable hub id"):
        inspect_model("nobody/nothing")


@pytest.mark.parametrize("path", ["/nowhere/model", "./nowhere", "~/nowhere", "../a/b/nowhere"])
def test_a_path_that_does_not_exist_is_not_looked_for_on_the_hub(path: str) -> None:
    with pytest.raises(ModelError, match=f"^{path} is neither .*: there is no such folder"):
        inspect_model(path)


def test_weights_in_several_files_without_their_index_are_refused(tmp_path: Path, make: ModuleType) -> None:
    folder = make.teacher_folder(tmp_path / "teacher")
    (folder / "model.safetensors").rename(folder / "model-00001-of-00001.safetensors")
    with pytest.raises(DamagedWeights, match=r"neither model\.safetensors nor model\.safetensors\.index"):
        inspect_model(folder)


def test_a_file_of_a_model_is_not_its_folder(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=r"config\.json is not a model folder: it is a file; give the folder that"):
        inspect_model(tmp_path / "config.json")


def test_a_config_without_a_model_type_says_so(tmp_path: Path, make: ModuleType) -> None:
    folder = make.teacher_folder(tmp_path / "teacher")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    del config["model_type"]
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert str(inspect_model(folder).obstacle).startswith("config.json has no model_type; known: bert")


def test_the_student_of_a_run_is_found_in_the_run_folder(tmp_path: Path, make: ModuleType) -> None:
    make.teacher_folder(tmp_path / "run" / "student")
    assert inspect_model(tmp_path / "run").folder.endswith("student")


def test_the_teachers_master_weights_are_float32_whatever_it_was_saved_in(tmp_path: Path, make: ModuleType) -> None:
    folder = make.teacher_folder(tmp_path / "half", model=make.bert(1).half())
    assert load_teacher(folder).dtype == torch.float32


def test_a_dataset_of_another_vocabulary_is_refused(tmp_path: Path, teacher: Path, make: ModuleType) -> None:
    other = make.tokenizer_file(tmp_path, words=44)
    with pytest.raises(VocabularyMismatch, match=r"49 pieces.*1 piece, such as 'w44'"):
        check_tokenizers(load_tokenizer(teacher), other, dataset="mine", teacher="T")


def test_a_dataset_of_another_casing_is_refused(tmp_path: Path, teacher: Path, make: ModuleType) -> None:
    cased = make.tokenizer_file(tmp_path, lowercase=False)
    with pytest.raises(CasingMismatch, match="keeps case, but the teacher's tokenizer lower-cases"):
        check_tokenizers(load_tokenizer(teacher), cased, dataset="mine", teacher="T")


def test_the_datasets_own_tokenizer_is_taken(tmp_path: Path, teacher: Path, make: ModuleType) -> None:
    check_tokenizers(load_tokenizer(teacher), make.tokenizer_file(tmp_path), dataset="mine", teacher="T")


def in_shards(folder: Path) -> list[Path]:
    """Save a model again in several files; gives them."""
    from transformers import AutoModelForMaskedLM

    model = AutoModelForMaskedLM.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="8KB")
    return sorted(folder.glob("model-*.safetensors"))


def test_a_model_in_several_files_is_refused_if_one_of_them_is_missing(teacher: Path) -> None:
    whole, shards = inspect_model(teacher).parameters, in_shards(teacher)
    assert len(shards) > 2 and inspect_model(teacher).parameters == whole
    shards[1].unlink()
    with pytest.raises(
        DamagedWeights, match=f"has {len(shards) - 1} of {len(shards)} weight files; .*{shards[1].name}"
    ):
        inspect_model(teacher)


@pytest.mark.parametrize("index", ["{", "[]", '{"weight_map": 3}'])
def test_a_damaged_index_of_several_files_is_one_clear_error(index: str, teacher: Path) -> None:
    in_shards(teacher)
    (teacher / "model.safetensors.index.json").write_text(index, encoding="utf-8")
    with pytest.raises(DamagedWeights, match=r"index\.json is damaged"):
        inspect_model(teacher)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused_before_training(value: float, teacher: Path) -> None:
    tensors = load_file(teacher / "model.safetensors")
    name = next(name for name in tensors if name.endswith("layer.0.output.dense.weight"))
    tensors[name][0, 0] = value
    save_file(tensors, teacher / "model.safetensors", {"format": "pt"})
    with pytest.raises(DamagedWeights, match=f"{name} contains NaN or infinity"):
        load_teacher(teacher)
