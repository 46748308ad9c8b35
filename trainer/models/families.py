"""The bodies of masked-language models, run on packed tokens, and the parts of their heads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from transformers import PreTrainedModel

from trainer.data import Packed
from trainer.errors import ModelError
from trainer.models import attention


@dataclass(frozen=True)
class Family:
    """Where a family of models keeps its parts, as dotted paths from the model with its head."""

    body: str
    layers: str
    attention: str
    """From a layer to the module that holds the query, key and value projections."""
    projections: tuple[str, str, str]
    output: str
    """From a layer to its feed-forward output's projection."""
    transform: tuple[str, ...]
    """The head's modules before the vocabulary projection, in order; `gelu` is the function."""
    decoder: str


_BERT_LAYERS = {"attention": "attention.self", "projections": ("query", "key", "value"), "output": "output.dense"}
_ROBERTA = Family(
    body="roberta",
    layers="roberta.encoder.layer",
    **_BERT_LAYERS,  # type: ignore[arg-type]
    transform=("lm_head.dense", "gelu", "lm_head.layer_norm"),
    decoder="lm_head.decoder",
)
FAMILIES = {
    "bert": Family(
        body="bert",
        layers="bert.encoder.layer",
        **_BERT_LAYERS,  # type: ignore[arg-type]
        transform=("cls.predictions.transform",),
        decoder="cls.predictions.decoder",
    ),
    "roberta": _ROBERTA,
    "xlm-roberta": _ROBERTA,
    "camembert": _ROBERTA,
    "distilbert": Family(
        body="distilbert",
        layers="distilbert.transformer.layer",
        attention="attention",
        projections=("q_lin", "k_lin", "v_lin"),
        output="ffn.lin2",
        transform=("vocab_transform", "activation", "vocab_layer_norm"),
        decoder="vocab_projector",
    ),
}
"""Each family by the `model_type` of its configuration."""


def family_of(model: PreTrainedModel) -> Family:
    """The family of a model.

    Raises:
        ModelError: a family that is not known here.
    """
    name = str(model.config.model_type)
    if name not in FAMILIES:
        raise ModelError(f"{name} models cannot be trained here; the families known are {', '.join(FAMILIES)}")
    return FAMILIES[name]


def layers_of(model: PreTrainedModel) -> nn.ModuleList:
    """The transformer layers of a model, from the embeddings up."""
    layers = model.get_submodule(family_of(model).layers)
    if not isinstance(layers, nn.ModuleList):
        raise ModelError(f"{type(model).__name__} keeps its layers in a {type(layers).__name__}")
    return layers


def head_of(model: PreTrainedModel) -> tuple[Callable[[Tensor], Tensor], nn.Linear]:
    """A model's head: what comes before the vocabulary projection, and the projection."""
    family = family_of(model)
    steps = [nn.functional.gelu if name == "gelu" else model.get_submodule(name) for name in family.transform]
    decoder = model.get_submodule(family.decoder)
    if not isinstance(decoder, nn.Linear):
        raise ModelError(f"{type(model).__name__} projects to its vocabulary with a {type(decoder).__name__}")

    def transform(hidden: Tensor) -> Tensor:
        for step in steps:
            hidden = step(hidden)
        return hidden

    return transform, decoder


def use_packed_attention(model: PreTrainedModel) -> None:
    """Make a model attend within sequences of packed tokens; `states` then runs its body."""
    model.set_attn_implementation(attention.NAME)


def compile_layers(model: PreTrainedModel) -> None:
    """Compile everything in a model's layers but attention, for any number of tokens."""
    for layer in layers_of(model):
        layer.compile(dynamic=True)


def states(
    model: PreTrainedModel, packed: Packed, groups: attention.Groups, needs: Collection[str]
) -> dict[str, Tensor]:
    """Run a model's body on packed tokens.

    Args:
        model: one that `use_packed_attention` has seen.
        packed: a micro-batch on the model's device.
        groups: `attention.groups_of` its lengths.
        needs: `hidden:K`, `query:K`, `key:K`, `value:K`; see `Loss.needs`.

    Returns:
        [tokens, width] for each of them, under the name asked for, and `last` for what the last layer gives.

    Raises:
        ModelError: a layer that the model does not have.
    """
    family = family_of(model)
    body = model.get_submodule(family.body)
    start = int(getattr(body.embeddings, "padding_idx", None) or 0) + 1 if family is _ROBERTA else 0
    tops = {f"hidden:{number}" for number in (-1, len(layers_of(model)))}
    with _recorded(model, [need for need in needs if need != "logits" and need not in tops]) as found:
        output = body(
            input_ids=packed.input_ids.unsqueeze(0),
            position_ids=(packed.positions + start).unsqueeze(0),
            groups=groups,
        )
    last = output.last_hidden_state[0]
    return {**found, **dict.fromkeys(tops.intersection(needs), last), "last": last}


@contextmanager
def _recorded(model: PreTrainedModel, needs: list[str]) -> Iterator[dict[str, Tensor]]:
    """What modules give while the body runs, by forward hooks."""
    found: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[..., None]:
        def hook(module: nn.Module, given: Any, output: Any) -> None:
            found[name] = (output[0] if isinstance(output, tuple) else output)[0]

        return hook

    hooks = [module_giving(model, need).register_forward_hook(keep(need)) for need in needs]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


def module_giving(model: PreTrainedModel, need: str) -> nn.Module:
    """The module whose output is `hidden:K`, `query:K`, `key:K` or `value:K`.

    Raises:
        ModelError: no such thing, or no such layer.
    """
    family, layers = family_of(model), layers_of(model)
    what, _, number = need.partition(":")
    if what not in ("hidden", "query", "key", "value") or not number.lstrip("-").isdigit():
        raise ModelError(f"{need} is nothing a model gives; there are logits, hidden:K, query:K, key:K and value:K")
    k = int(number) if int(number) >= 0 else len(layers) + 1 + int(number)
    if not (0 if what == "hidden" else 1) <= k <= len(layers):
        raise ModelError(f"{need}: {type(model).__name__} has {len(layers)} layers")
    if k == 0:
        embeddings: nn.Module = model.get_submodule(f"{family.body}.embeddings")
        return embeddings
    layer = layers[k - 1]
    if what == "hidden":
        return layer
    projection = family.projections[("query", "key", "value").index(what)]
    return layer.get_submodule(f"{family.attention}.{projection}")


def width_of(model: PreTrainedModel) -> int:
    """The width of a model's hidden states."""
    return int(model.config.hidden_size)


def packed_logits(model: PreTrainedModel, packed: Packed) -> Tensor:
    """All logits of a micro-batch, [tokens, vocabulary]: the plain way, for tests and small things."""
    groups = attention.groups_of(packed.lengths, packed.input_ids.device)
    transform, decoder = head_of(model)
    logits: Tensor = decoder(transform(states(model, packed, groups, ())["last"]))
    return logits


def positions_of(config: Any) -> int | None:
    """How many tokens a model has positions for; None where it does not say."""
    positions = getattr(config, "max_position_embeddings", None)
    # RoBERTa and its kin count positions from the padding id on.
    reserved = config.pad_token_id + 1 if config.model_type in ("roberta", "xlm-roberta", "camembert") else 0
    return None if positions is None else int(positions) - reserved
