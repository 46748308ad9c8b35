"""Run the bodies of masked-language models on packed tokens, and access the parts of their heads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from torch import Tensor, nn
from torch.nn.functional import linear

from corpora.errors import counted
from trainer.data import Packed
from trainer.errors import ModelError
from trainer.models import attention
from trainer.models.family_lookup import family_of_config
from trainer.plugin import Family, Loss

if TYPE_CHECKING:
    from transformers import PreTrainedModel

STATES = ("hidden", "query", "key", "value")


class Projection(NamedTuple):
    """The projection to the vocabulary."""

    weight: Tensor
    """[vocabulary, width]."""
    bias: Tensor
    """[vocabulary]; zeros if the model has none."""

    def __call__(self, hidden: Tensor) -> Tensor:
        """The logits, [tokens, vocabulary]."""
        return linear(hidden, self.weight, self.bias)


def family_of(model: PreTrainedModel) -> Family:
    """The family of a model.

    Raises:
        ModelError: no plugin has the family, or the configuration cannot be trained.
    """
    return family_of_config(model.config)


def layers_of(model: PreTrainedModel) -> nn.ModuleList:
    """The transformer layers of a model, starting at the embeddings.

    Raises:
        ModelError: see `family_of`; or the layers are not in a ModuleList.
    """
    layers = model.base_model.get_submodule(family_of(model).layers)
    if not isinstance(layers, nn.ModuleList):
        raise ModelError(f"{type(model).__name__} keeps its layers in a {type(layers).__name__}, not a ModuleList")
    return layers


def head_of(model: PreTrainedModel) -> tuple[Callable[[Tensor], Tensor], Projection]:
    """A model's head.

    Returns:
        The transform of the hidden states, [tokens, hidden], and the projection of the result to the vocabulary.
    """
    transform, decoder = family_of(model).head(model)
    weight, bias = decoder.weight, decoder.bias
    return transform, Projection(weight, weight.new_zeros(len(weight)) if bias is None else bias)


def use_packed_attention(model: PreTrainedModel) -> None:
    """Switch a model's attention to sequences of packed tokens, so that `states` can run its body."""
    family_of(model).prepare(model)


def compile_layers(model: PreTrainedModel) -> None:
    """Compile a model's layers, except attention, for any number of tokens."""
    for layer in layers_of(model):
        layer.compile(dynamic=True)


def states(
    model: PreTrainedModel, packed: Packed, groups: attention.Groups, needs: Collection[str]
) -> dict[str, Tensor]:
    """Run a model's body on packed tokens.

    Args:
        model: with packed attention; see `use_packed_attention`.
        packed: a micro-batch on the model's device.
        groups: of the micro-batch, from `attention.groups_of`.
        needs: `hidden:K`, `query:K`, `key:K`, `value:K`; see `Loss.needs`.

    Returns:
        [tokens, width] for each of them, by name, and `last`, the input of the head.

    Raises:
        ModelError: the model does not have such a layer.
    """
    family = family_of(model)
    tops = {f"hidden:{number}" for number in (-1, len(layers_of(model)))}
    positions = packed.positions + family.first_position(model.config)
    with recorded_states(model, [need for need in needs if need != "logits" and need not in tops]) as found:
        last = family.run(model.base_model, packed.input_ids.unsqueeze(0), positions.unsqueeze(0), groups)[0]
    inside = {need: state[0] for need, state in found.items()}
    return {**inside, **dict.fromkeys(tops.intersection(needs), last), "last": last}


@contextmanager
def recorded_states(model: PreTrainedModel, needs: Collection[str]) -> Iterator[dict[str, Tensor]]:
    """Record the states that a model computes inside this block, with forward hooks.

    Args:
        model: with or without a head.
        needs: `hidden:K`, `query:K`, `key:K`, `value:K`.

    Yields:
        [batch, length, width] by name, filled when the model runs.

    Raises:
        ModelError: no such state, or no such layer.
    """
    found: dict[str, Tensor] = {}

    def keep(need: str, part: int | None, _: nn.Module, given: object, output: Tensor | tuple[Tensor, ...]) -> None:
        state = output[0] if isinstance(output, tuple) else output
        found[need] = state if part is None else state.chunk(3, dim=-1)[part]

    places = {need: place_of(model, need) for need in needs}
    hooks = [module.register_forward_hook(partial(keep, need, part)) for need, (module, part) in places.items()]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


def place_of(model: PreTrainedModel, need: str) -> tuple[nn.Module, int | None]:
    """The module that outputs a state.

    Args:
        model: with or without a head.
        need: `hidden:K`, `query:K`, `key:K` or `value:K`; layers count from 1, negative ones from the end.

    Returns:
        The module, and which third of its output the state is; None for the whole output.

    Raises:
        ModelError: no such state, or no such layer.
    """
    family, layers = family_of(model), layers_of(model)
    what, _, number = need.partition(":")
    if what not in STATES or not number.lstrip("-").isdigit():
        raise ModelError(f"there is no state {need}; use logits, hidden:K, query:K, key:K or value:K")
    k = int(number) if int(number) >= 0 else len(layers) + 1 + int(number)
    if not (0 if what == "hidden" else 1) <= k <= len(layers):
        raise ModelError(f"{need}: {type(model).__name__} has only {counted(len(layers), 'layer')}")
    if what == "hidden":
        return family.state_module(model.base_model, k), None
    part = STATES.index(what) - 1
    fused = len(set(family.projections)) == 1
    return layers[k - 1].get_submodule(family.projections[part]), part if fused else None


def check_states(losses: Iterable[Loss], student: PreTrainedModel, teacher: PreTrainedModel | None) -> None:
    """Check that student and teacher have every layer that losses read.

    Args:
        losses: the terms of the loss.
        student: the model to train, with or without a head.
        teacher: None if there is none.

    Raises:
        ModelError: a layer does not exist; the message names the loss and the model.
    """
    for loss in losses:
        for role, model, needs in (("student", student, loss.needs), ("teacher", teacher, loss.teacher_needs)):
            if model is None:
                continue
            for need in needs:
                if need == "logits":
                    continue
                try:
                    place_of(model, need)
                except ModelError as error:
                    raise ModelError(f"the loss {loss.short()} does not fit the {role}: {error}") from error


def packed_logits(model: PreTrainedModel, packed: Packed) -> Tensor:
    """All logits of a micro-batch, computed at once; for small inputs.

    Args:
        model: with packed attention; see `use_packed_attention`.
        packed: a micro-batch on the model's device.

    Returns:
        [tokens, vocabulary].
    """
    groups = attention.groups_of(packed.lengths, packed.input_ids.device)
    transform, decoder = head_of(model)
    return decoder(transform(states(model, packed, groups, ())["last"]))
