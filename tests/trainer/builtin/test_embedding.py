"""The embedding loss: pooled as sentence-transformers does it, averaged over sequences, saved as a body."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModel, BertConfig, BertModel

from trainer import ModelError, distill, pooled
from trainer.builtin.losses.embedding import Embedding
from trainer.data import open_rows
from trainer.distillation.pretraining import tokenizer_of
from trainer.distillation.settings import resolve
from trainer.distillation.setup.preparation import distillation
from trainer.testing import check_loss

OPTIONS = {
    "loss": ["embedding"], "mask-rate": 0.0, "student": "layers:1", "sequences": 8, "budget": "updates=6",
    "log-every": 1, "checkpoint-every": "3",
}  # fmt: skip


@pytest.fixture
def encoder(tokens: Any, tmp_path: Path) -> Path:
    """A body without a head, saved as sentence-transformers does it."""
    torch.manual_seed(3)
    tokenizer = tokenizer_of(open_rows(tokens))
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=130, initializer_range=0.5, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    folder = tmp_path / "encoder"
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": 16, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
    modules += [{"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
    (folder / "modules.json").write_text(json.dumps(modules))
    return folder


@pytest.mark.parametrize("options", [{}, {"pooling": "cls"}, {"pooling": "max", "distance": "mse"}])
def test_it_keeps_the_contract(options: dict[str, Any]) -> None:
    check_loss(Embedding, **options)


def test_pooling_is_that_of_each_sequence_alone() -> None:
    hidden, offsets = torch.randn(9, 4), torch.tensor([0, 2, 9])
    assert torch.allclose(pooled(hidden, offsets)[1], hidden[2:].mean(0), atol=1e-6)
    assert torch.equal(pooled(hidden, offsets, pooling="cls"), hidden[[0, 2]])
    assert torch.equal(pooled(hidden, offsets, pooling="max")[0], hidden[:2].max(0).values)


def test_the_loss_of_an_update_is_the_mean_over_its_sentences(encoder: Path, tokens: Any, tmp_path: Path) -> None:
    options = {
        **OPTIONS,
        "budget": "updates=1",
        "micro-batch-tokens": "40",
        "student": "layers:1,dropout=0",
        "precision": "fp32",
    }
    distill(tokens.reference, encoder, tmp_path / "run", options=options)
    logged = json.loads((tmp_path / "run" / "log.jsonl").read_text().splitlines()[0])["losses"]["embedding"]
    teacher = AutoModel.from_pretrained(encoder).eval()
    job = distillation(tokens.reference, [encoder], resolve("study", options), preset="study")
    student, numbers = job.training.engine.student.base_model, job.training.plan.rows_of(0)
    student.set_attn_implementation("sdpa")
    student.eval()
    each = []
    for row in job.training.rows.take(numbers):
        ids = torch.tensor([[job.tokenizer.cls_token_id, *row.tolist(), job.tokenizer.sep_token_id]])
        with torch.no_grad():
            one, other = (model(ids).last_hidden_state[0].mean(0) for model in (student, teacher))
        each.append(1 - torch.cosine_similarity(one, other, dim=0))
    assert logged == pytest.approx(float(torch.stack(each).mean()), abs=1e-6)


def test_a_body_alone_teaches_and_the_student_is_saved_as_one(encoder: Path, tokens: Any, tmp_path: Path) -> None:
    distill(tokens.reference, encoder, tmp_path / "whole", options=OPTIONS)
    distill(tokens.reference, encoder, tmp_path / "cut", options=OPTIONS, stop_after="0s")
    made = distill(out=tmp_path / "cut", resume=True).student
    assert made is not None
    one, other = (AutoModel.from_pretrained(place).state_dict() for place in (tmp_path / "whole/student", made))
    assert all(torch.equal(one[name], other[name]) for name in one if "pooler" not in name)
    assert json.loads((made / "modules.json").read_text())[1]["path"] == "1_Pooling"
    assert (made / "1_Pooling" / "config.json").is_file()
    assert json.loads((made / "config.json").read_text())["architectures"] == ["BertModel"]


@pytest.mark.slow
def test_distillation_brings_the_vectors_closer(encoder: Path, tokens: Any, tmp_path: Path) -> None:
    options = {**OPTIONS, "budget": "updates=60", "learning-rate": 3e-3}
    distill(tokens.reference, encoder, tmp_path / "run", options=options)
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert lines[-1]["losses"]["embedding"] < 0.5 * lines[0]["losses"]["embedding"]


def test_a_loss_on_logits_needs_a_head(encoder: Path, tokens: Any, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="trainer pretrain --from"):
        distill(tokens.reference, encoder, tmp_path / "run", options={**OPTIONS, "loss": ["embedding", "soft-target"]})


def test_a_student_of_another_width_is_refused(encoder: Path, tokens: Any, tmp_path: Path) -> None:
    options = {**OPTIONS, "student": "layers:1,hidden=8,heads=2,start=random"}
    with pytest.raises(ModelError, match="8 wide and the teacher 16|vectors are 8 wide"):
        distill(tokens.reference, encoder, tmp_path / "run", options=options)
