"""What a student starts from."""

from __future__ import annotations

import copy
from types import ModuleType
from typing import Any

import pytest
import torch
from transformers import RobertaConfig, RobertaForMaskedLM

from trainer import ModelError, chosen_layers
from trainer.models.attention import NAME
from trainer.models.families import packed_logits, use_packed_attention
from trainer.plugin.discovery import registry


def build(text: str, teacher: Any) -> Any:
    return registry.make("students", text).build(teacher)


def test_sanh_takes_the_layers_that_distilbert_took() -> None:
    assert chosen_layers("sanh", student=6, teacher=12) == [0, 2, 4, 7, 9, 11]


@pytest.mark.parametrize(("rule", "layers"), [("uniform", [0, 2, 4, 6, 8, 10]), ("first", [0, 1, 2, 3, 4, 5])])
def test_other_rules_take_other_layers(rule: Any, layers: list[int]) -> None:
    assert chosen_layers(rule, student=6, teacher=12) == layers


def test_a_student_deeper_than_its_teacher_must_start_at_random(make: ModuleType) -> None:
    with pytest.raises(ModelError, match="start=random"):
        build("layers:4", make.bert(3))
    assert len(build("layers:4,start=random", make.bert(3)).bert.encoder.layer) == 4


def test_the_studys_student_has_66_million_parameters() -> None:
    from transformers import BertConfig, BertForMaskedLM

    with torch.device("meta"):
        teacher = BertForMaskedLM(BertConfig())
        student = build("distilbert:6,start=random", teacher)
    assert sum(parameter.numel() for parameter in student.distilbert.parameters()) == 66_362_880


def test_a_student_of_all_layers_is_its_teacher(make: ModuleType) -> None:
    teacher, packed = make.bert(2).train(False), make.packed()
    student = build("layers:2", teacher).train(False)
    for model in (student, teacher):
        use_packed_attention(model)
    assert torch.equal(packed_logits(student, packed), packed_logits(teacher, packed))


def test_a_distilbert_of_all_layers_is_its_teacher_but_for_token_types(make: ModuleType) -> None:
    teacher, packed = make.bert(2).train(False), make.packed()
    with torch.no_grad():
        teacher.bert.embeddings.token_type_embeddings.weight.zero_()
    student = build("distilbert:2", teacher).train(False)
    for model in (student, teacher):
        use_packed_attention(model)
    with torch.no_grad():
        assert packed_logits(student, packed) == pytest.approx(packed_logits(teacher, packed), abs=1e-5)


def test_frozen_positions_are_the_teachers_and_stay(make: ModuleType) -> None:
    teacher = make.bert(2)
    positions = build("distilbert:1,positions=frozen", teacher).distilbert.embeddings.position_embeddings.weight
    assert not positions.requires_grad
    assert torch.equal(positions, teacher.bert.embeddings.position_embeddings.weight)


def test_frozen_positions_must_come_from_somewhere(make: ModuleType) -> None:
    with pytest.raises(ModelError, match="start=random copies nothing from it; choose another start"):
        build("layers:1,start=random,positions=frozen", make.bert(2))


def test_random_positions_are_not_the_teachers(make: ModuleType) -> None:
    teacher = make.bert(2)
    positions = build("layers:1,positions=random", teacher).bert.embeddings.position_embeddings.weight
    assert not torch.equal(positions, teacher.bert.embeddings.position_embeddings.weight)


def test_another_width_must_start_at_random(make: ModuleType) -> None:
    with pytest.raises(ModelError, match="a student 8 wide .32 inside"):
        build("distilbert:1,hidden=8", make.bert(2))
    assert build("layers:1,hidden=8,start=random", make.bert(2)).config.intermediate_size == 32


def test_distilbert_of_a_roberta_names_what_can_follow_it() -> None:
    config = RobertaConfig(
        vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32
    )  # fmt: skip
    teacher = RobertaForMaskedLM(config)
    with pytest.raises(ModelError, match="use --student layers:1"):
        build("distilbert:1", teacher)
    assert len(build("layers:1", teacher).roberta.encoder.layer) == 1


def test_building_a_student_leaves_the_teachers_config_alone(make: ModuleType) -> None:
    teacher = make.bert(2)
    use_packed_attention(teacher)
    before = copy.deepcopy(teacher.config.to_dict())
    build("layers:1,dropout=0.3", teacher)
    assert teacher.config.to_dict() == before
    assert teacher.config._attn_implementation == NAME
