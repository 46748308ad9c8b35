"""What a family of models declares so that its models can be teachers and students on packed tokens."""

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
"""The name of the attention implementation in transformers that attends within each packed sequence."""


class Group(Protocol):
    """Neighbouring sequences of similar length, which attention pads to the same length."""

    @property
    def longest(self) -> int:
        """The length after padding."""

    @property
    def keep(self) -> Tensor | None:
        """[sequences, 1, 1, longest], bool: where there are tokens and not padding; None if there is no padding."""

    def padded(self, states: Tensor) -> Tensor:
        """Pad the states of the group's tokens.

        Args:
            states: [all tokens, …], of the whole micro-batch.

        Returns:
            [sequences, longest, …], zero where there is no token.
        """

    def flat(self, blocks: Tensor) -> Tensor:
        """The inverse of `padded`, for the group's tokens.

        Args:
            blocks: [sequences, longest, …].

        Returns:
            [tokens of the group, …].
        """


class Groups(Protocol):
    """The groups of sequences in a micro-batch, in the order of their tokens."""

    def __iter__(self) -> Iterator[Group]:
        """Iterate over the groups."""


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

    A family is found by the `model_type` in a model's configuration. Paths are dotted module names, as used by
    `get_submodule`; the body is the model without its head, `model.base_model`. The attributes describe an
    architecture like BERT's; override the methods where yours differs.
    """

    model_types: ClassVar[tuple[str, ...]] = ()
    """The values of `model_type` that the family covers; its own name if empty."""
    layers: ClassVar[str]
    """Path from the body to the `ModuleList` of transformer layers."""
    projections: ClassVar[tuple[str, str, str]]
    """Paths from a layer to the modules that compute query, key and value; three times the same path if one module
    computes all three, concatenated in this order."""
    layer_parts: ClassVar[Mapping[str, str]]
    """Paths from a layer to each of its modules with weights, by function: `query`, `key`, `value`, `mix`,
    `mix norm`, `widen`, `narrow`, `norm` in BERT. A student's layer copies each part from the teacher's."""
    body_parts: ClassVar[Mapping[str, str]]
    """The same for the body's modules outside the layers: `words`, `positions`, `types`, `norm` in BERT. Only `words`
    is required; a part that only one of two models has is not changed."""
    head_parts: ClassVar[Mapping[str, str]]
    """Paths from the model to the modules of its masked-language-model head: `dense`, `norm`, `decoder` in BERT."""
    head_steps: ClassVar[tuple[str, ...]]
    """The head's modules before the projection to the vocabulary, in order; `gelu` stands for the function."""
    sizes: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "layers": ("num_hidden_layers",),
        "hidden": ("hidden_size",),
        "heads": ("num_attention_heads",),
        "feed_forward": ("intermediate_size",),
        "dropout": ("hidden_dropout_prob", "attention_probs_dropout_prob"),
    }
    """The configuration's names for a student's sizes."""

    def types(self) -> tuple[str, ...]:
        """The values of `model_type` that the family covers."""
        return self.model_types or (self.name,)

    def refusal(self, config: PreTrainedConfig) -> str | None:
        """Why a model with this configuration cannot run on packed tokens; None if it can."""
        if getattr(config, "is_decoder", False):
            return "its is_decoder is true, but only encoders can be trained"
        return None

    def first_position(self, config: PreTrainedConfig) -> int:
        """The position id of a sequence's first token."""
        return 0

    def longest(self, config: PreTrainedConfig) -> int | None:
        """The maximum tokens per sequence, special ones included; None for no limit."""
        positions = getattr(config, "max_position_embeddings", None)
        return None if positions is None else int(positions) - self.first_position(config)

    def has_head(self, tensors: Collection[str]) -> bool:
        """Whether the weights include a trained masked-language-model head.

        Args:
            tensors: the names in the weights files.
        """
        return any(name.endswith(f"{self.head_parts['dense']}.weight") for name in tensors)

    def loading(self, tensors: Collection[str]) -> Mapping[str, object]:
        """Configuration settings that the weights need in addition to `config.json`.

        Args:
            tensors: the names in the weights files.

        Returns:
            Keyword arguments for transformers' `from_pretrained`.
        """
        return {}

    def prepare(self, model: PreTrainedModel) -> None:
        """Switch a model's attention to packed sequences, so that `run` can run its body."""
        model.set_attn_implementation(PACKED)

    def restore(self, model: PreTrainedModel) -> None:
        """Undo `prepare`, so that a model can be saved."""
        model.set_attn_implementation("sdpa")

    def run(self, body: nn.Module, input_ids: Tensor, positions: Tensor, groups: Groups) -> Tensor:
        """Run a body on packed tokens, after `prepare`.

        Args:
            body: the model without its head.
            input_ids: [1, tokens], int64.
            positions: [1, tokens], int64: each token's position in its sequence, plus `first_position`.
            groups: the sequences.

        Returns:
            [1, tokens, width], the input of the head.
        """
        output = body(input_ids=input_ids, position_ids=positions, groups=groups)
        return cast("Tensor", output.last_hidden_state)

    def state_module(self, body: nn.Module, layer: int) -> nn.Module:
        """The module whose output is the hidden state of a layer.

        Args:
            body: the model without its head.
            layer: from 1; 0 is the embeddings.
        """
        layers = cast("Sequence[nn.Module]", body.get_submodule(self.layers))
        return layers[layer - 1] if layer else body.get_submodule("embeddings")

    def head(self, model: PreTrainedModel) -> tuple[Callable[[Tensor], Tensor], Decoder]:
        """A model's head.

        Returns:
            The transform of the hidden states, [tokens, hidden], and the projection of the result to the vocabulary.
        """
        from torch.nn.functional import gelu

        steps = [gelu if name == "gelu" else model.get_submodule(name) for name in self.head_steps]

        def transform(hidden: Tensor) -> Tensor:
            for step in steps:
                hidden = step(hidden)
            return hidden

        return transform, cast("Decoder", model.get_submodule(self.head_parts["decoder"]))

    def resized(self, config: PreTrainedConfig, *, layers: Sequence[int], **sizes: float | None) -> PreTrainedConfig:
        """A student's configuration: a copy with other sizes.

        Args:
            config: the teacher's, which is not changed.
            layers: for each layer of the student, the index of the corresponding layer of the teacher, from 0.
            sizes: `hidden`, `heads`, `feed_forward` and `dropout`; None keeps the teacher's.
        """
        changed = copy.deepcopy(config)
        for size, value in {"layers": len(layers), **sizes}.items():
            for name in self.sizes[size] if value is not None else ():
                setattr(changed, name, value)
        return changed
