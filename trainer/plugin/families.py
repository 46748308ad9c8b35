"""What a family of models declares, so that its members can teach and be taught on packed tokens."""

from __future__ import annotations

import copy
from abc import ABC
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from corpora import Component

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PreTrainedConfig, PreTrainedModel

PACKED = "trainer_packed"
"""The attention implementation of transformers that attends within each sequence of packed tokens."""


class Group(Protocol):
    """Neighbouring sequences of similar length, which attention pads to one length."""

    @property
    def longest(self) -> int:
        """The length that they are padded to."""

    @property
    def keep(self) -> Tensor | None:
        """[sequences, 1, 1, longest], bool: the places that hold a token; None where all do."""

    def padded(self, states: Tensor) -> Tensor:
        """[all tokens, …] -> [sequences, longest, …], with zeros where there is no token."""

    def flat(self, blocks: Tensor) -> Tensor:
        """[sequences, longest, …] -> [tokens of the group, …]."""


class Groups(Protocol):
    """The sequences of a micro-batch, in groups, in the order of their tokens."""

    def __iter__(self) -> Iterator[Group]:
        """One group after the other."""


class Decoder(Protocol):
    """The projection to the vocabulary: logits = hidden @ weight.T + bias."""

    @property
    def weight(self) -> Tensor:
        """[vocabulary, width]."""

    @property
    def bias(self) -> Tensor | None:
        """[vocabulary], or None."""


@dataclass(frozen=True)
class Family(Component, ABC):
    """How the models of one architecture run on packed tokens, and how a smaller one starts from a larger one.

    A family is found by the `model_type` of a model's configuration. Paths are dotted module names, as
    `get_submodule` takes them; the body is the model without its head, `model.base_model`. The attributes
    describe an architecture like BERT's; override a method where yours differs.
    """

    model_types: ClassVar[tuple[str, ...]] = ()
    """The values of `model_type` that it covers; its own name if empty."""
    layers: ClassVar[str]
    """From the body to the `ModuleList` of transformer layers."""
    projections: ClassVar[tuple[str, str, str]]
    """From a layer to the modules that give query, key and value; three times the same path if one module gives
    all three, side by side in this order."""
    layer_parts: ClassVar[Mapping[str, str]]
    """From a layer to each of its modules with weights, by what they do: `query`, `key`, `value`, `mix`,
    `mix norm`, `widen`, `narrow`, `norm` in BERT. A student's layer takes each part from the teacher's."""
    body_parts: ClassVar[Mapping[str, str]]
    """The same for the modules of the body outside its layers: `words`, `positions`, `types`, `norm` in BERT. Only
    `words` is required; a part that only one of two models has is left as it is."""
    head_parts: ClassVar[Mapping[str, str]]
    """From the model to the modules of its masked-language-model head: `dense`, `norm`, `decoder` in BERT."""
    head_steps: ClassVar[tuple[str, ...]]
    """The head's modules before the projection to the vocabulary, in order; `gelu` is the function."""
    sizes: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "layers": ("num_hidden_layers",),
        "hidden": ("hidden_size",),
        "heads": ("num_attention_heads",),
        "feed_forward": ("intermediate_size",),
        "dropout": ("hidden_dropout_prob", "attention_probs_dropout_prob"),
    }
    """What the configuration calls a student's sizes."""

    def types(self) -> tuple[str, ...]:
        """The values of `model_type` that it covers."""
        return self.model_types or (self.name,)

    def refusal(self, config: PreTrainedConfig) -> str | None:
        """Why a model of this configuration cannot run on packed tokens; None if it can."""
        if getattr(config, "is_decoder", False):
            return "its is_decoder is true, and only encoders can be trained"
        return None

    def first_position(self, config: PreTrainedConfig) -> int:
        """The position id of a sequence's first token."""
        return 0

    def longest(self, config: PreTrainedConfig) -> int | None:
        """How many tokens a sequence may have; None for any number."""
        positions = getattr(config, "max_position_embeddings", None)
        return None if positions is None else int(positions) - self.first_position(config)

    def has_head(self, tensors: Collection[str]) -> bool:
        """Whether weights of these names hold a trained masked-language-model head."""
        return any(name.endswith(f"{self.head_parts['dense']}.weight") for name in tensors)

    def loading(self, tensors: Collection[str]) -> Mapping[str, object]:
        """Settings of the configuration that weights of these names need beyond those of `config.json`."""
        return {}

    def prepare(self, model: PreTrainedModel) -> None:
        """Make a model attend within sequences of packed tokens, so that `run` can run its body."""
        model.set_attn_implementation(PACKED)

    def restore(self, model: PreTrainedModel) -> None:
        """Undo `prepare`, so that a model can be saved."""
        model.set_attn_implementation("sdpa")

    def run(self, body: nn.Module, input_ids: Tensor, positions: Tensor, groups: Groups) -> Tensor:
        """Run a body that `prepare` has seen on packed tokens.

        Args:
            input_ids: [1, tokens], int64.
            positions: [1, tokens], int64: each token's place in its sequence, plus `first_position`.
            groups: which tokens are sequences together.

        Returns:
            [1, tokens, width]: the states that the head reads.
        """
        output = body(input_ids=input_ids, position_ids=positions, groups=groups)
        return cast("Tensor", output.last_hidden_state)

    def state_module(self, body: nn.Module, layer: int) -> nn.Module:
        """The module whose output is the state after a layer, from 1; for 0 that of the embeddings.

        Args:
            body: the model without its head.
            layer: from 1; 0 is the embeddings.
        """
        layers = cast("Sequence[nn.Module]", body.get_submodule(self.layers))
        return layers[layer - 1] if layer else body.get_submodule("embeddings")

    def head(self, model: PreTrainedModel) -> tuple[Callable[[Tensor], Tensor], Decoder]:
        """What a model's head does before it projects to the vocabulary, and the projection."""
        from torch.nn.functional import gelu

        steps = [gelu if name == "gelu" else model.get_submodule(name) for name in self.head_steps]

        def transform(hidden: Tensor) -> Tensor:
            for step in steps:
                hidden = step(hidden)
            return hidden

        return transform, cast("Decoder", model.get_submodule(self.head_parts["decoder"]))

    def resized(self, config: PreTrainedConfig, *, layers: Sequence[int], **sizes: float | None) -> PreTrainedConfig:
        """The configuration of a student: a copy with other sizes.

        Args:
            config: the teacher's, which stays unchanged.
            layers: for each layer of the student, the number from 0 of the teacher's layer it is like.
            sizes: `hidden`, `heads`, `feed_forward` and `dropout`; None keeps the teacher's.
        """
        changed = copy.deepcopy(config)
        for size, value in {"layers": len(layers), **sizes}.items():
            for name in self.sizes[size] if value is not None else ():
                setattr(changed, name, value)
        return changed
