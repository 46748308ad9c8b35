"""Each family goes through distillation, resume, fine-tuning and transformers' own loading."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForMaskedLM, ElectraConfig, ElectraForPreTraining

from trainer import NoLanguageModelHead, distill, inspect_model
from trainer.evaluation.problems.encoders import load_encoder
from trainer.evaluation.problems.lookup import problem_of
from trainer.models.teachers import load_teacher
from trainer.plugin import Head

SHAPE: dict[str, Any] = {
    "vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 32, "pad_token_id": 0,
}  # fmt: skip
MODELS: dict[str, dict[str, Any]] = {
    "modernbert": SHAPE | {"local_attention": 4, "bos_token_id": 2, "eos_token_id": 3, "cls_token_id": 2,
                           "sep_token_id": 3, "layer_types": None},
    "electra": SHAPE | {"embedding_size": 8},
    "deberta-v2": SHAPE | {"relative_attention": True, "pos_att_type": "p2c|c2p", "position_buckets": 4,
                           "share_att_key": True, "position_biased_input": False, "legacy": False},
    "mpnet": SHAPE,
}  # fmt: skip
OPTIONS = {"sequences": 16, "budget": "updates=8", "log-every": 1, "learning-rate": 5e-3, "student": "layers:2"}
STATES = ["soft-target", "masked-lm", "cosine", "hidden-state:layer=1"]


@pytest.fixture(params=MODELS)
def teacher(request: pytest.FixtureRequest, tmp_path: Path, make: ModuleType) -> Path:
    """A folder with a tiny teacher of one family."""
    torch.manual_seed(0)
    config = AutoConfig.for_model(request.param, **MODELS[request.param])
    model: Any = AutoModelForMaskedLM.from_config(config)  # type: ignore[no-untyped-call]
    folder: Path = make.teacher_folder(tmp_path / "teacher", model=model)
    return folder


@pytest.mark.parametrize(
    "teacher",
    ["modernbert", *(pytest.param(family, marks=pytest.mark.slow) for family in ("electra", "deberta-v2", "mpnet"))],
    indirect=True,
)
def test_a_student_learns_resumes_to_the_same_bits_and_opens_in_transformers(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    options = {**OPTIONS, "loss": STATES}
    whole = distill(make.rows(60), teacher, tmp_path / "whole", options=options)
    log = [json.loads(line) for line in (tmp_path / "whole" / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert log[-1]["loss"] < log[0]["loss"]
    assert distill(make.rows(60), teacher, tmp_path / "cut", options=options, stop_after="0s").status == "stopped"
    distill(make.rows(60), out=tmp_path / "cut", resume=True)
    assert make.weights_hash(tmp_path / "cut" / "student") == make.weights_hash(tmp_path / "whole" / "student")
    opened = AutoModelForMaskedLM.from_pretrained(whole.student)
    assert opened.config.num_hidden_layers == 2
    assert type(opened) is type(load_teacher(teacher))


def test_a_model_can_be_fine_tuned_on_every_kind_of_problem(teacher: Path) -> None:
    for head in (Head("classification", ("accuracy",), ("no", "yes")), Head("regression", ("pearson",)),
                 Head("tagging", ("accuracy",), ("a", "b", "c")), Head("spans", ("exact match", "f1"))):  # fmt: skip
        problem = problem_of(head)
        encoder = load_encoder(teacher, problem)
        output = encoder.model(torch.tensor([[2, 7, 8, 3]]))
        assert torch.isfinite(problem.logits(output)).all()


def test_inspect_finds_the_head_and_counts_the_parameters(teacher: Path) -> None:
    found = inspect_model(teacher)
    assert (found.masked_lm_head, found.obstacle, found.layers, found.hidden) == (True, None, 4, 16)
    assert found.parameters == sum(parameter.numel() for parameter in load_teacher(teacher).parameters())


def test_a_body_or_a_fine_tuned_model_of_the_family_has_no_head(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    encoder = load_encoder(teacher, problem_of(Head("classification", ("accuracy",), ("no", "yes"))))
    for name, model in (("body", load_teacher(teacher).base_model), ("tuned", encoder.model)):
        folder = make.teacher_folder(tmp_path / name, model=model)
        assert inspect_model(folder).masked_lm_head is False
        with pytest.raises(NoLanguageModelHead, match="has no masked-language-model head"):
            load_teacher(folder)


def test_an_electra_discriminator_is_said_to_be_one(tmp_path: Path, make: ModuleType) -> None:
    folder = make.teacher_folder(tmp_path / "disc", model=ElectraForPreTraining(ElectraConfig(**MODELS["electra"])))
    with pytest.raises(NoLanguageModelHead, match="a discriminator cannot be a teacher"):
        load_teacher(folder)


def test_deberta_v3_teaches_although_its_config_does_not_name_its_head(tmp_path: Path, make: ModuleType) -> None:
    config = AutoConfig.for_model("deberta-v2", **MODELS["deberta-v2"])
    model: Any = AutoModelForMaskedLM.from_config(config)  # type: ignore[no-untyped-call]
    folder = make.teacher_folder(tmp_path / "v3", model=model)
    said = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**said, "legacy": True}), encoding="utf-8")
    assert inspect_model(folder).masked_lm_head
    assert torch.equal(
        load_teacher(folder).lm_predictions.lm_head.dense.weight, model.lm_predictions.lm_head.dense.weight
    )


def test_layers_of_a_modernbert_student_attend_as_far_as_those_they_start_from(
    tmp_path: Path, make: ModuleType
) -> None:
    from trainer import registry

    config = AutoConfig.for_model("modernbert", **MODELS["modernbert"])
    model: Any = AutoModelForMaskedLM.from_config(config)  # type: ignore[no-untyped-call]
    student = registry.make("students", "layers:2").build(model)
    assert model.config.layer_types == ["full_attention", "sliding_attention", "sliding_attention", "full_attention"]
    assert student.config.layer_types == ["full_attention", "full_attention"]
