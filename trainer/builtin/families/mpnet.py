"""MPNet: BERT's layers with an attention bias for each distance between two tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar, cast

from trainer import Family, Groups, hookimpl

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PreTrainedConfig, PreTrainedModel

LAYER = "attention.attn"


@dataclass(frozen=True)
class MPNet(Family):
    """MPNet (Song et al. 2020): BERT's layers with an attention bias for each distance between two tokens."""

    name: ClassVar[str] = "mpnet"
    cites: ClassVar[str] = "Song et al. 2020, MPNet, arXiv 2004.09297"
    layers: ClassVar[str] = "encoder.layer"
    projections: ClassVar[tuple[str, str, str]] = (f"{LAYER}.q", f"{LAYER}.k", f"{LAYER}.v")
    layer_parts: ClassVar[Mapping[str, str]] = {
        "query": f"{LAYER}.q",
        "key": f"{LAYER}.k",
        "value": f"{LAYER}.v",
        "mix": f"{LAYER}.o",
        "mix norm": "attention.LayerNorm",
        "widen": "intermediate.dense",
        "narrow": "output.dense",
        "norm": "output.LayerNorm",
    }
    body_parts: ClassVar[Mapping[str, str]] = {
        "words": "embeddings.word_embeddings",
        "positions": "embeddings.position_embeddings",
        "norm": "embeddings.LayerNorm",
        "relative positions": "encoder.relative_attention_bias",
    }
    head_parts: ClassVar[Mapping[str, str]] = {
        "dense": "lm_head.dense",
        "norm": "lm_head.layer_norm",
        "decoder": "lm_head.decoder",
    }
    head_steps: ClassVar[tuple[str, ...]] = ("lm_head.dense", "gelu", "lm_head.layer_norm")

    def first_position(self, config: PreTrainedConfig) -> int:
        """2: MPNet always uses 1 for padding, whatever its configuration says."""
        return 2

    def prepare(self, model: PreTrainedModel) -> None:
        """Replace the attention of each layer: transformers has no hook for MPNet's attention."""
        for layer in cast("nn.ModuleList", model.base_model.get_submodule(self.layers)):
            module: Any = layer.get_submodule(LAYER)
            module.forward = MethodType(_attend, module)

    def restore(self, model: PreTrainedModel) -> None:
        """Put back each layer's own attention."""
        for layer in cast("nn.ModuleList", model.base_model.get_submodule(self.layers)):
            vars(layer.get_submodule(LAYER)).pop("forward", None)

    def run(self, body: nn.Module, input_ids: Tensor, positions: Tensor, groups: Groups) -> Tensor:
        """The encoder's loop, passing the groups where the layers expect a mask; shapes as in `Family.run`."""
        parts: Any = body
        hidden = parts.embeddings(input_ids=input_ids, position_ids=positions)
        lengths = {group.longest: group.padded(hidden[0]) for group in groups}
        bias = {length: parts.encoder.compute_position_bias(block[:1]) for length, block in lengths.items()}
        for layer in parts.encoder.layer:
            hidden = layer(hidden, groups, position_bias=bias)[0]
        return cast("Tensor", hidden)


def _attend(self: Any, hidden: Tensor, groups: Groups, position_bias: Mapping[int, Tensor], **_: object) -> Any:
    """Attention on packed tokens, with the bias for each length; replaces `MPNetSelfAttention.forward`."""
    from trainer import packed_attention

    query, key, value = (
        projection(hidden).view(1, -1, self.num_attention_heads, self.attention_head_size).transpose(1, 2)
        for projection in (self.q, self.k, self.v)
    )
    mixed, _weights = packed_attention(
        self, query, key, value, groups=groups, bias=lambda group, q, k: position_bias[group.longest],
        dropout=self.dropout.p if self.training else 0.0,
    )  # fmt: skip
    return (self.o(mixed.flatten(2)),)


@hookimpl
def trainer_families() -> list[type[Family]]:
    """Offer it."""
    return [MPNet]
