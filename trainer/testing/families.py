"""Check that a family's models on packed tokens give the same results as transformers, sequence by sequence."""

from __future__ import annotations

import copy
import tempfile
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor

from corpora.testing import ContractBroken, called, check_component, require
from trainer.data import Packed, pack
from trainer.errors import ModelError
from trainer.models import (
    family_of,
    groups_of,
    layers_of,
    packed_logits,
    quiet_transformers,
    states,
    use_packed_attention,
)
from trainer.plugin import Family, registry

if TYPE_CHECKING:
    from transformers import PreTrainedModel

OUTPUTS, GRADIENTS = 1e-12, 1e-11
"""The maximum difference of results in float64, relative to the largest number."""


def check_family(given: type[Family] | Family, model: PreTrainedModel, *, longest: int = 12) -> None:
    """Check a family's contract on a tiny model with random weights.

    With packed tokens, the model has the same logits and gradients as for each sequence alone; its states have a row
    per token; a student with all layers equals its teacher, and a student with fewer layers can be built, saved and
    opened; its head is found in its weights, and not in those of its body.

    Args:
        given: the class, registered by a plugin.
        model: a masked-language model of the family with at least three layers; it is not changed.
        longest: tokens in the longest sequence; more than a local window, if the family has one.

    Raises:
        ContractBroken: the check failed; the message says how.
    """
    component = check_component(given, Family, travels=False)
    model = copy.deepcopy(model).double().train(False)
    kind = str(model.config.model_type)
    require(
        kind in component.types(), component, f"it covers {', '.join(component.types())}, but the model is a {kind}"
    )
    require(type(family_of(model)) is type(component), component, f"another family covers {kind}; register this one")
    packed = _sequences(model.config.vocab_size, longest)
    _check_head(component, model)
    alone, expected = _one_by_one(model, packed)
    called(component, "prepare", use_packed_attention, model)
    _check_results(component, model, packed, alone, expected)
    _check_states(component, model, packed)
    called(component, "restore", component.restore, model)
    again, _ = _one_by_one(model, packed)
    require(torch.equal(alone, again), component, "after restore, the model does not run as it did before prepare")
    _check_students(component, model, packed)


def _sequences(vocabulary: int, longest: int) -> Packed:
    """Five sequences of 3 to `longest` tokens, with random ids from a fixed seed."""
    generator = torch.Generator().manual_seed(0)
    lengths = sorted({3, 4, longest // 2, longest - 1, longest})
    rows = [torch.randint(6, vocabulary, (length - 2,), generator=generator).numpy() for length in lengths]
    return pack(rows, torch.arange(len(rows)).numpy(), first_id=4, last_id=5)


def _one_by_one(model: PreTrainedModel, packed: Packed) -> tuple[Tensor, Tensor]:
    """Logits of every sequence from transformers alone, [tokens, vocabulary], and the gradients of a sum of them."""
    model.zero_grad()
    ids = packed.input_ids
    logits = torch.cat([model(ids[a:b].unsqueeze(0)).logits[0] for a, b in pairwise(packed.offsets.tolist())])
    return logits.detach(), _gradients(model, logits)


def _gradients(model: PreTrainedModel, logits: Tensor) -> Tensor:
    weights = torch.randn(logits.shape, generator=torch.Generator().manual_seed(1), dtype=logits.dtype)
    (logits * weights).sum().backward()  # type: ignore[no-untyped-call]
    parameters = [parameter for parameter in model.parameters() if parameter.grad is not None]
    return torch.cat([parameter.grad.flatten() for parameter in parameters if parameter.grad is not None])


def _check_results(component: Family, model: PreTrainedModel, packed: Packed, alone: Tensor, expected: Tensor) -> None:
    model.zero_grad()
    logits = called(component, "run", packed_logits, model, packed)
    _need_close(component, "logits", logits, alone, OUTPUTS)
    _need_close(component, "gradients", _gradients(model, logits), expected, GRADIENTS)


def _need_close(component: Family, what: str, found: Tensor, wanted: Tensor, tolerance: float) -> None:
    found = found.detach()
    require(found.shape == wanted.shape, component, f"packed, {what} have the shape {list(found.shape)}, alone "
         f"{list(wanted.shape)}")  # fmt: skip
    apart = float((found - wanted).abs().max() / wanted.abs().max().clamp(min=1.0))
    require(apart <= tolerance, component, f"{what} on packed tokens differ by {apart:.1e} from those of each sequence "
         f"alone; at most {tolerance:.0e} is allowed")  # fmt: skip


def _check_states(component: Family, model: PreTrainedModel, packed: Packed) -> None:
    """Check that every state has one row per token."""
    layers = len(layers_of(model))
    asked = [f"hidden:{k}" for k in range(layers + 1)]
    asked += [f"{what}:{k}" for what in ("query", "key", "value") for k in range(1, layers + 1)]
    groups = groups_of(packed.lengths, packed.input_ids.device)
    found = called(component, "state_module", states, model, packed, groups, asked)
    wrong = {name: list(found[name].shape) for name in asked if len(found[name]) != packed.tokens}
    require(not wrong, component, f"states must be [tokens, width] for {packed.tokens} tokens; found {wrong}")


def _check_head(component: Family, model: PreTrainedModel) -> None:
    own = list(model.state_dict())
    require(component.has_head(own), component, "has_head does not find the head of a masked-language model")
    body = [name for name in own if name.startswith(f"{model.base_model_prefix}.")]
    require(not component.has_head(body), component, "has_head finds a head in the weights of a body alone")


def _check_students(component: Family, model: PreTrainedModel, packed: Packed) -> None:
    """Build students with all and with fewer layers, save one, and open it again."""
    layers = len(layers_of(model))
    whole = _student(component, model, layers)
    apart = [name for name, value in whole.named_parameters() if not torch.equal(value, model.get_parameter(name))]
    require(
        not apart,
        component,
        f"a student with all layers does not get the teacher's {', '.join(apart[:3])}; add its module in layer_parts, "
        "body_parts or head_parts",
    )
    small = _student(component, model, layers - 1)
    require(
        len(layers_of(small)) == layers - 1,
        component,
        f"a student with {layers - 1} layers has {len(layers_of(small))}",
    )
    before, _ = _one_by_one(small, packed)
    with tempfile.TemporaryDirectory() as folder, quiet_transformers():
        small.save_pretrained(folder)
        opened = type(small).from_pretrained(folder, dtype=torch.float64).train(False)
    after, _ = _one_by_one(opened, packed)
    require(
        torch.allclose(before, after, atol=OUTPUTS), component, "a student differs after it was saved and opened again"
    )


def _student(component: Family, model: PreTrainedModel, layers: int) -> PreTrainedModel:
    try:
        student = registry.make("students", f"layers:{layers}").build(model)
    except ModelError as error:
        raise ContractBroken(f"{component.name}: a student with {layers} layers cannot be built: {error}") from error
    return cast("PreTrainedModel", student.double().train(False))
