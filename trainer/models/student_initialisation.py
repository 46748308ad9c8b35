"""Initialise a student: choose layers of the teacher, and copy them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import torch
from torch import nn

from corpora.errors import counted
from trainer.errors import ModelError
from trainer.models.families import family_of, layers_of

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Rule = Literal["sanh", "uniform", "first", "random"]


def chosen_layers(rule: Rule, *, student: int, teacher: int) -> list[int]:
    """The teacher's layers, from 0, that a student's layers start from.

    `sanh` spaces them from the first to the last: 0, 2, 4, 7, 9, 11 for 6 of 12, as in DistilBERT.
    `uniform` uses every (teacher / student)-th, starting with the first: 0, 2, 4, 6, 8, 10. `first` uses the lowest.

    Args:
        rule: `sanh`, `uniform` or `first`.
        student: the student's number of layers.
        teacher: the teacher's number of layers.

    Raises:
        ModelError: the student is deeper than the teacher.
    """
    if student > teacher:
        raise ModelError(
            f"a student with {counted(student, 'layer')} cannot start from a teacher with {teacher}; "
            f"add start=random, or take at most {teacher}, as with --student layers:{teacher}"
        )
    if rule == "sanh":
        return [round(number * (teacher - 1) / max(student - 1, 1)) for number in range(student)]
    if rule == "uniform":
        return [number * teacher // student for number in range(student)]
    return list(range(student))


@torch.no_grad()
def start_from(student: PreTrainedModel, teacher: PreTrainedModel, *, rule: Rule, positions: str) -> None:
    """Copy the teacher's embeddings, head and chosen layers into a student of the same width.

    Args:
        student: changed in place.
        teacher: the model to copy from.
        rule: see `chosen_layers`; `random` copies nothing.
        positions: `copied`, `frozen` (copied, and not trained) or `random`.

    Raises:
        ModelError: the teacher has another width, fewer layers or layers of another kind; or there is nothing to
            freeze.
    """
    if rule == "random" and positions == "frozen":
        raise ModelError(
            "positions=frozen keeps the teacher's position embeddings, but start=random copies nothing from it; "
            "choose another start, or leave out positions"
        )
    _check_positions(student, positions)
    if rule != "random":
        _check_widths(student, teacher)
        _copy_body(student, teacher, with_positions=positions != "random")
        numbers = chosen_layers(rule, student=len(layers_of(student)), teacher=len(layers_of(teacher)))
        ours, theirs = family_of(student), family_of(teacher)
        for layer, number in zip(layers_of(student), numbers, strict=True):
            _copy_all(layer, ours.layer_parts, layers_of(teacher)[number], theirs.layer_parts)
        _copy_all(student, ours.head_parts, teacher, theirs.head_parts)
    if positions == "frozen":
        embeddings = student.base_model.get_submodule(family_of(student).body_parts["positions"])
        embeddings.requires_grad_(False)


def _check_positions(student: PreTrainedModel, positions: str) -> None:
    """Check that there are position embeddings if they are to be frozen or random.

    Raises:
        ModelError: there are none.
    """
    path = family_of(student).body_parts.get("positions")
    if positions != "copied" and (path is None or not _has(student.base_model, path)):
        name = student.config.model_type
        raise ModelError(f"positions={positions}: this {name} model has no position embeddings; leave out positions")


def _check_widths(student: PreTrainedModel, teacher: PreTrainedModel) -> None:
    ours, theirs = _widths(student), _widths(teacher)
    if ours != theirs:
        raise ModelError(
            f"a student {ours[0]} wide ({ours[1]} inside its feed-forward blocks) cannot start from a teacher "
            f"{theirs[0]} wide ({theirs[1]} inside); add start=random, or leave out the width"
        )


def _widths(model: PreTrainedModel) -> tuple[int, int]:
    sizes = family_of(model).sizes
    return int(getattr(model.config, sizes["hidden"][0])), int(getattr(model.config, sizes["feed_forward"][0]))


def _copy_body(student: PreTrainedModel, teacher: PreTrainedModel, *, with_positions: bool) -> None:
    """Copy the modules outside the layers that both bodies have."""
    ours, theirs = family_of(student).body_parts, family_of(teacher).body_parts
    for part, path in ours.items():
        there = theirs.get(part)
        if there is None or (part == "positions" and not with_positions):
            continue
        if _has(student.base_model, path) and _has(teacher.base_model, there):
            _copy(part, student.base_model.get_submodule(path), teacher.base_model.get_submodule(there))


def _copy_all(ours: nn.Module, our_parts: Mapping[str, str], theirs: nn.Module, their_parts: Mapping[str, str]) -> None:
    """Copy every part that the student has.

    Raises:
        ModelError: the teacher has no such part.
    """
    for part, path in our_parts.items():
        if not _has(ours, path):
            continue
        if part not in their_parts or not _has(theirs, their_parts[part]):
            raise ModelError(f"the teacher has no {part!r} to start from; add start=random")
        _copy(part, ours.get_submodule(path), theirs.get_submodule(their_parts[part]))


def _copy(part: str, ours: nn.Module, theirs: nn.Module) -> None:
    own = dict(ours.named_parameters())
    for name, value in theirs.named_parameters():
        if name not in own or own[name].shape != value.shape:
            shape = list(own[name].shape) if name in own else "none"
            raise ModelError(
                f"the student's {part} cannot start from the teacher's: {name} is {shape}, the teacher's "
                f"{list(value.shape)}; add start=random"
            )
        own[name].copy_(value)


def _has(module: nn.Module, path: str) -> bool:
    """Whether a module has the submodule; some have None instead."""
    try:
        return module.get_submodule(path) is not None
    except AttributeError:
        return False
