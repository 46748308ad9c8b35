"""Pre-training continued from a body: a new head, a frozen body, resume, and what is refused."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForMaskedLM, BertConfig, BertModel

from trainer import ModelError, OtherRecipe, Shape, distill, pretrain
from trainer.distillation import Start
from trainer.models.families import head_of
from trainer.models.masked_lm_head import load_body

OPTIONS = {"sequences": 16, "budget": "updates=6", "log-every": 1, "checkpoint-every": "2", "weight-decay": 0.1}


@pytest.fixture
def body(tokens: Any, tmp_path: Path) -> Path:
    """A BERT without a head, with the tokenizer of the registered tokens."""
    from trainer.data import open_rows
    from trainer.distillation.pretraining import tokenizer_of

    tokenizer = tokenizer_of(open_rows(tokens))
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=130,
    )  # fmt: skip
    BertModel(config).save_pretrained(tmp_path / "body")
    tokenizer.save_pretrained(tmp_path / "body")
    return tmp_path / "body"


def test_a_new_head_passes_hidden_states_on_and_is_tied_to_the_embeddings(body: Path) -> None:
    begun = load_body(body)
    transform, decoder = head_of(begun.model)
    hidden = torch.randn(5, 16)
    expected = torch.nn.functional.layer_norm(torch.nn.functional.gelu(hidden), (16,), eps=1e-12)
    assert begun.new_head
    torch.testing.assert_close(transform(hidden), expected)
    assert decoder.weight is begun.model.get_input_embeddings().weight
    assert not decoder.bias.any()


def test_a_body_becomes_a_teacher(body: Path, tokens: Any, tmp_path: Path) -> None:
    taught = pretrain(tokens.reference, tmp_path / "teacher", start=Start(str(body)), options=OPTIONS)
    options = {"sequences": 16, "budget": "updates=2", "student": "layers:1"}
    assert distill(tokens.reference, taught.student, tmp_path / "run", options=options).status == "finished"


def test_a_head_that_is_there_is_kept(body: Path, tokens: Any, tmp_path: Path) -> None:
    pretrain(tokens.reference, tmp_path / "teacher", start=Start(str(body)), options=OPTIONS)
    before = load_file(tmp_path / "teacher" / "model.safetensors")
    again = load_body(tmp_path / "teacher")
    assert not again.new_head
    torch.testing.assert_close(
        again.model.state_dict()["cls.predictions.transform.dense.weight"],
        before["cls.predictions.transform.dense.weight"],
    )


def test_a_frozen_body_stays_bit_for_bit_while_the_head_is_trained(body: Path, tokens: Any, tmp_path: Path) -> None:
    with pytest.raises(OtherRecipe, match="covers all 6 updates"):
        pretrain(tokens.reference, tmp_path / "t", start=Start(str(body), freeze_body=6), options=OPTIONS)
    frozen = Start(str(body), freeze_body=5)
    options = {**OPTIONS, "warmup": 0.0, "keep": 3}
    pretrain(tokens.reference, tmp_path / "t", start=frozen, options=options)
    [at_4] = (load_file(file) for file in (tmp_path / "t" / "checkpoints").glob("*4/*.safetensors"))
    was = BertModel.from_pretrained(body).state_dict()
    for name, value in was.items():
        if "pooler" not in name:
            assert torch.equal(at_4[f"weights.student.bert.{name}"], value), name
    assert not torch.equal(at_4["weights.student.cls.predictions.transform.dense.weight"], torch.eye(16))
    after = AutoModelForMaskedLM.from_pretrained(tmp_path / "t").state_dict()
    assert not torch.equal(
        after["bert.encoder.layer.0.output.dense.weight"], was["encoder.layer.0.output.dense.weight"]
    )


def test_a_resume_continues_with_the_same_bytes(body: Path, tokens: Any, tmp_path: Path, make: ModuleType) -> None:
    start = Start(str(body), freeze_body=3)
    pretrain(tokens.reference, tmp_path / "whole", start=start, options=OPTIONS)
    pretrain(tokens.reference, tmp_path / "cut", start=start, options=OPTIONS, stop_after="0s")
    pretrain(out=tmp_path / "cut", resume=True)
    assert make.weights_hash(tmp_path / "whole") == make.weights_hash(tmp_path / "cut")


def test_a_resume_from_another_model_is_refused(body: Path, tokens: Any, tmp_path: Path) -> None:
    pretrain(tokens.reference, tmp_path / "run", start=Start(str(body)), options=OPTIONS, stop_after="0s")
    pretrain(tokens.reference, tmp_path / "other", start=Start(str(body)), options={**OPTIONS, "budget": "updates=1"})
    with pytest.raises(OtherRecipe, match="started from other weights"):
        pretrain(out=tmp_path / "run", start=Start(str(tmp_path / "other")), resume=True)


def test_a_shape_beside_a_model_is_refused(body: Path, tokens: Any, tmp_path: Path) -> None:
    with pytest.raises(OtherRecipe, match="already has a shape"):
        pretrain(tokens.reference, tmp_path / "run", start=Start(str(body)), shape=Shape(layers=1), options=OPTIONS)


def test_a_body_whose_weights_are_missing_is_refused(body: Path, tokens: Any, tmp_path: Path) -> None:
    config = BertConfig.from_pretrained(body)
    config.num_hidden_layers = 3
    config.save_pretrained(body)
    with pytest.raises(ModelError, match="num_hidden_layers|lack 16 tensors"):
        pretrain(tokens.reference, tmp_path / "run", start=Start(str(body)), options=OPTIONS)


def test_a_teacher_without_a_head_names_the_command_that_trains_one(body: Path, tokens: Any, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="trainer pretrain --from"):
        distill(tokens.reference, body, tmp_path / "run", options={"budget": "updates=1"})
