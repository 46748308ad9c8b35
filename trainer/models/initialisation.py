"""What a student starts from: which of the teacher's layers, and how they are copied."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import nn
from transformers import PreTrainedModel

from trainer.errors import ModelError
from trainer.models.families import family_of, layers_of

Rule = Literal["sanh", "uniform", "first", "random"]


def chosen_layers(rule: Rule, *, student: int, teacher: int) -> list[int]:
    """The teacher's layers, from 0, that a student's layers start from.

    `sanh` spreads them from the first to the last: 0, 2, 4, 7, 9, 11 for 6 of 12, as DistilBERT does.
    `uniform` takes every (teacher / student)-th from the first: 0, 2, 4, 6, 8, 10. `first` takes the lowest.

    Raises:
        ModelError: the student is deeper than the teacher.
    """
    if student > teacher:
        raise ModelError(f"a student of {student} layers cannot start from a teacher of {teacher}; add start=random")
    if rule == "sanh":
        return [round(number * (teacher - 1) / max(student - 1, 1)) for number in range(student)]
    if rule == "uniform":
        return [number * teacher // student for number in range(student)]
    return list(range(student))


_BERT_PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mix": "attention.output.dense",
    "mix norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "norm": "output.LayerNorm",
}
_DISTILBERT_PARTS = {
    "query": "attention.q_lin",
    "key": "attention.k_lin",
    "value": "attention.v_lin",
    "mix": "attention.out_lin",
    "mix norm": "sa_layer_norm",
    "widen": "ffn.lin1",
    "narrow": "ffn.lin2",
    "norm": "output_layer_norm",
}
EMBEDDINGS = ("word_embeddings", "position_embeddings", "token_type_embeddings", "LayerNorm")
_HEADS = {
    "bert": ("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.decoder"),
    "distilbert": ("vocab_transform", "vocab_layer_norm", "vocab_projector"),
}
_ROBERTA_HEAD = ("lm_head.dense", "lm_head.layer_norm", "lm_head.decoder")


@torch.no_grad()
def start_from(student: PreTrainedModel, teacher: PreTrainedModel, *, rule: Rule, positions: str) -> None:
    """Copy the teacher's embeddings, head and chosen layers into a student of the same width.

    Args:
        rule: see `chosen_layers`; `random` copies nothing.
        positions: `copied`, `frozen` (copied, and not trained) or `random`.

    Raises:
        ModelError: another width, fewer layers than the student has, or nothing to freeze.
    """
    if rule == "random" and positions == "frozen":
        raise ModelError(
            "positions=frozen keeps the teacher's position embeddings, and start=random takes nothing from it; "
            "choose another start, or leave positions out"
        )
    if rule != "random":
        _check_widths(student, teacher)
        _copy_embeddings(student, teacher, with_positions=positions != "random")
        numbers = chosen_layers(rule, student=len(layers_of(student)), teacher=len(layers_of(teacher)))
        for layer, number in zip(layers_of(student), numbers, strict=True):
            _copy_parts(layer, _parts(student), layers_of(teacher)[number], _parts(teacher))
        for ours, theirs in zip(_head(student), _head(teacher), strict=True):
            _copy(student.get_submodule(ours), teacher.get_submodule(theirs))
    if positions == "frozen":
        _embeddings(student).position_embeddings.weight.requires_grad_(False)


def _check_widths(student: PreTrainedModel, teacher: PreTrainedModel) -> None:
    ours, theirs = (tuple(_inner(model).weight.shape) for model in (student, teacher))
    if ours != theirs:
        raise ModelError(
            f"a student {ours[1]} wide ({ours[0]} inside its feed-forward blocks) cannot start from a teacher "
            f"{theirs[1]} wide ({theirs[0]} inside); add start=random, or leave its width out"
        )


def _inner(model: PreTrainedModel) -> Any:
    return layers_of(model)[0].get_submodule(_parts(model)["widen"])


def _copy_embeddings(student: PreTrainedModel, teacher: PreTrainedModel, *, with_positions: bool) -> None:
    ours, theirs = _embeddings(student), _embeddings(teacher)
    for name in EMBEDDINGS:
        if hasattr(ours, name) and hasattr(theirs, name) and (with_positions or name != "position_embeddings"):
            _copy(getattr(ours, name), getattr(theirs, name))


def _copy_parts(ours: nn.Module, our_names: dict[str, str], theirs: nn.Module, their_names: dict[str, str]) -> None:
    for part, name in our_names.items():
        _copy(ours.get_submodule(name), theirs.get_submodule(their_names[part]))


def _copy(ours: nn.Module, theirs: nn.Module) -> None:
    for name, value in theirs.named_parameters():
        ours.get_parameter(name).copy_(value)


def _embeddings(model: PreTrainedModel) -> Any:
    return model.get_submodule(family_of(model).body).embeddings


def _parts(model: PreTrainedModel) -> dict[str, str]:
    return _DISTILBERT_PARTS if model.config.model_type == "distilbert" else _BERT_PARTS


def _head(model: PreTrainedModel) -> tuple[str, ...]:
    return _HEADS.get(str(model.config.model_type), _ROBERTA_HEAD)
