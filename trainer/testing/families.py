"""Check that a family runs its models on packed tokens as transformers runs them one sequence at a time."""

from __future__ import annotations

import copy
import tempfile
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor

from corpora.testing import ContractBroken, called, check_component, need
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
"""How far the results of float64 may lie apart, relative to the largest number."""


def check_family(given: type[Family] | Family, model: PreTrainedModel, *, longest: int = 12) -> None:
    """Check that a family keeps its contract, on a tiny model with random weights.

    Packed, the model gives the logits and the gradients that it gives to each sequence alone; its states have a row
    per token; a student of all layers is its teacher, and a student of fewer layers can be built, saved and opened;
    its head is found in its weights and not in those of its body.

    Args:
        given: the class, offered by a plugin.
        model: a masked-language model of the family with three layers or more; it stays as it is.
        longest: tokens of the longest sequence; more than a local window, if the family has one.

    Raises:
        ContractBroken: it does not; the message says what was found.
    """
    component = check_component(given, Family, travels=False)
    model = copy.deepcopy(model).double().train(False)
    kind = str(model.config.model_type)
    need(kind in component.types(), component, f"it covers {', '.join(component.types())}, and the model is a {kind}")
    need(type(family_of(model)) is type(component), component, f"another plugin's family serves {kind}; offer this one")
    packed = _sequences(model.config.vocab_size, longest)
    _check_head(component, model)
    alone, expected = _one_by_one(model, packed)
    called(component, "prepare", use_packed_attention, model)
    _check_results(component, model, packed, alone, expected)
    _check_states(component, model, packed)
    called(component, "restore", component.restore, model)
    again, _ = _one_by_one(model, packed)
    need(torch.equal(alone, again), component, "after restore, the model does not run as it did before prepare")
    _check_students(component, model, packed)


def _sequences(vocabulary: int, longest: int) -> Packed:
    """Five sequences of 3 to `longest` tokens, of ids from a fixed seed."""
    generator = torch.Generator().manual_seed(0)
    lengths = sorted({3, 4, longest // 2, longest - 1, longest})
    rows = [torch.randint(6, vocabulary, (length - 2,), generator=generator).numpy() for length in lengths]
    return pack(rows, torch.arange(len(rows)).numpy(), first_id=4, last_id=5)


def _one_by_one(model: PreTrainedModel, packed: Packed) -> tuple[Tensor, Tensor]:
    """Logits of every sequence by transformers alone, [tokens, vocabulary], and the gradients of a sum over them."""
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
    need(found.shape == wanted.shape, component, f"packed, {what} have the shape {list(found.shape)}, alone "
         f"{list(wanted.shape)}")  # fmt: skip
    apart = float((found - wanted).abs().max() / wanted.abs().max().clamp(min=1.0))
    need(apart <= tolerance, component, f"{what} on packed tokens differ by {apart:.1e} from those of each sequence "
         f"alone; {tolerance:.0e} is allowed")  # fmt: skip


def _check_states(component: Family, model: PreTrainedModel, packed: Packed) -> None:
    """Check that every state has one row per token."""
    layers = len(layers_of(model))
    asked = [f"hidden:{k}" for k in range(layers + 1)]
    asked += [f"{what}:{k}" for what in ("query", "key", "value") for k in range(1, layers + 1)]
    groups = groups_of(packed.lengths, packed.input_ids.device)
    found = called(component, "state_module", states, model, packed, groups, asked)
    wrong = {name: list(found[name].shape) for name in asked if len(found[name]) != packed.tokens}
    need(not wrong, component, f"states must be [tokens, width] for {packed.tokens} tokens; found {wrong}")


def _check_head(component: Family, model: PreTrainedModel) -> None:
    own = list(model.state_dict())
    need(component.has_head(own), component, "has_head does not find the head of a masked-language model")
    body = [name for name in own if name.startswith(f"{model.base_model_prefix}.")]
    need(not component.has_head(body), component, "has_head finds a head in the weights of a body alone")


def _check_students(component: Family, model: PreTrainedModel, packed: Packed) -> None:
    """Build students of all and of fewer layers, save one, and open it again."""
    layers = len(layers_of(model))
    whole = _student(component, model, layers)
    apart = [name for name, value in whole.named_parameters() if not torch.equal(value, model.get_parameter(name))]
    need(not apart, component, f"a student of all layers does not get the teacher's {', '.join(apart[:3])}; name its "
         "module in layer_parts, body_parts or head_parts")  # fmt: skip
    small = _student(component, model, layers - 1)
    need(
        len(layers_of(small)) == layers - 1, component, f"a student of {layers - 1} layers has {len(layers_of(small))}"
    )
    before, _ = _one_by_one(small, packed)
    with tempfile.TemporaryDirectory() as folder, quiet_transformers():
        small.save_pretrained(folder)
        opened = type(small).from_pretrained(folder, dtype=torch.float64).train(False)
    after, _ = _one_by_one(opened, packed)
    need(torch.allclose(before, after, atol=OUTPUTS), component, "a student that was saved and opened is another model")


def _student(component: Family, model: PreTrainedModel, layers: int) -> PreTrainedModel:
    try:
        student = registry.make("students", f"layers:{layers}").build(model)
    except ModelError as error:
        raise ContractBroken(f"{component.name}: a student of {layers} layers cannot be built: {error}") from error
    return cast("PreTrainedModel", student.double().train(False))
