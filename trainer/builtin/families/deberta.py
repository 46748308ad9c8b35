"""DeBERTa versions 2 and 3: disentangled attention to content and relative positions, and a convolution."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, cast

from trainer import Decoder, Family, Group, Groups, hookimpl

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PreTrainedModel

LAYER = "attention.self"


class VersionThreeDecoder(NamedTuple):
    """The decoder of version 3: the word embeddings as the weight, and a bias of its own."""

    weight: Tensor
    bias: Tensor


@dataclass(frozen=True)
class DebertaV2(Family):
    """DeBERTa-v2 and -v3 (He et al. 2021), with either of the two heads that transformers has for them.

    Disentangled attention scores content against content, and content against relative positions; the second part is
    added as a bias to packed attention. The convolution of version 2 does not cross sequence boundaries.
    """

    name: ClassVar[str] = "deberta-v2"
    cites: ClassVar[str] = "He et al. 2021, DeBERTa, arXiv 2006.03654, and DeBERTaV3, arXiv 2111.09543"
    layers: ClassVar[str] = "encoder.layer"
    projections: ClassVar[tuple[str, str, str]] = (f"{LAYER}.query_proj", f"{LAYER}.key_proj", f"{LAYER}.value_proj")
    layer_parts: ClassVar[Mapping[str, str]] = {
        "query": f"{LAYER}.query_proj",
        "key": f"{LAYER}.key_proj",
        "value": f"{LAYER}.value_proj",
        "position query": f"{LAYER}.pos_query_proj",
        "position key": f"{LAYER}.pos_key_proj",
        "mix": "attention.output.dense",
        "mix norm": "attention.output.LayerNorm",
        "widen": "intermediate.dense",
        "narrow": "output.dense",
        "norm": "output.LayerNorm",
    }
    body_parts: ClassVar[Mapping[str, str]] = {
        "words": "embeddings.word_embeddings",
        "positions": "embeddings.position_embeddings",
        "types": "embeddings.token_type_embeddings",
        "widened": "embeddings.embed_proj",
        "norm": "embeddings.LayerNorm",
        "relative positions": "encoder.rel_embeddings",
        "relative norm": "encoder.LayerNorm",
        "convolution": "encoder.conv",
    }
    head_parts: ClassVar[Mapping[str, str]] = {
        "dense": "cls.predictions.transform.dense",
        "norm": "cls.predictions.transform.LayerNorm",
        "decoder": "cls.predictions.decoder",
        "version 3": "lm_predictions.lm_head",
    }
    head_steps: ClassVar[tuple[str, ...]] = ("cls.predictions.transform",)

    def has_head(self, tensors: Collection[str]) -> bool:
        """Whether the weights include either head.

        Args:
            tensors: the names of the tensors in the weights file.
        """
        return super().has_head(tensors) or _has_third_version(tensors)

    def loading(self, tensors: Collection[str]) -> Mapping[str, object]:
        """Version 3 weights often come with a configuration that does not say which head they have.

        Args:
            tensors: the names of the tensors in the weights file.

        Returns:
            Changes to the configuration for `from_pretrained`.
        """
        return {"legacy": False} if _has_third_version(tensors) else {}

    def head(self, model: PreTrainedModel) -> tuple[Callable[[Tensor], Tensor], Decoder]:
        """The head; version 3 projects with the word embeddings.

        Args:
            model: a version 2 or 3 model with a head.

        Returns:
            A function from hidden states [tokens, width] to the input of the decoder, and the decoder. Shapes are
            unchanged.
        """
        if model.config.legacy:
            return super().head(model)
        head: Any = model.get_submodule("lm_predictions.lm_head")

        def transform(hidden: Tensor) -> Tensor:
            return cast("Tensor", head.LayerNorm(head.transform_act_fn(head.dense(hidden))))

        words = cast("nn.Embedding", model.get_input_embeddings())
        return transform, cast("Decoder", VersionThreeDecoder(words.weight, head.bias))

    def prepare(self, model: PreTrainedModel) -> None:
        """Replace the attention of each layer: transformers has no hook for DeBERTa's attention."""
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
        embedded = parts.embeddings(input_ids=input_ids, position_ids=positions)
        relative, hidden = parts.encoder.get_rel_embedding(), embedded
        for number, layer in enumerate(parts.encoder.layer):
            hidden, _ = layer(hidden, groups, rel_embeddings=relative)
            if number == 0 and parts.encoder.conv is not None:
                hidden = _convolved(parts.encoder.conv, embedded, hidden, groups)
        return cast("Tensor", hidden)

    def state_module(self, body: nn.Module, layer: int) -> nn.Module:
        """The module whose output is a layer's state; for layer 1 it includes the convolution.

        Args:
            body: the model without its head.
            layer: from 1; 0 is the embeddings.
        """
        convolution = getattr(body.get_submodule("encoder"), "conv", None)
        return super().state_module(body, layer) if layer != 1 or convolution is None else convolution.LayerNorm


def _has_third_version(tensors: Collection[str]) -> bool:
    return any(name.endswith("lm_predictions.lm_head.dense.weight") for name in tensors)


def _attend(self: Any, hidden: Tensor, groups: Groups, *_: object, rel_embeddings: Tensor | None, **__: object) -> Any:
    """Disentangled attention on packed tokens; replaces `DisentangledSelfAttention.forward`."""
    import torch

    from trainer import packed_attention

    heads, width = self.num_attention_heads, self.attention_head_size
    query, key, value = (
        projection(hidden).view(1, -1, heads, width).transpose(1, 2)
        for projection in (self.query_proj, self.key_proj, self.value_proj)
    )
    terms = 1 + sum(kind in self.pos_att_type for kind in ("c2p", "p2c"))
    scale = float(torch.sqrt(torch.tensor(width, dtype=torch.float) * terms))
    bias = _position_bias(self, self.pos_dropout(rel_embeddings), scale) if self.relative_attention else None
    mixed, _weights = packed_attention(
        self, query, key, value, groups=groups, scaling=1 / scale, bias=bias,
        dropout=self.dropout.p if self.training else 0.0,
    )  # fmt: skip
    return mixed.flatten(2), None


def _position_bias(attention: Any, relative: Tensor, scale: float) -> Callable[[Group, Tensor, Tensor], Tensor | None]:
    """The scores of content to position and of position to content, computed group by group.

    Args:
        attention: a layer's `DisentangledSelfAttention`.
        relative: [distances, hidden], the relative-position embeddings.
        scale: the divisor of the scores.
    """
    from torch.nn.functional import linear
    from transformers.models.deberta_v2.modeling_deberta_v2 import build_relative_position

    span, kinds = attention.pos_ebd_size, attention.pos_att_type
    relative = relative[: 2 * span]

    def of_positions(own: str, shared: str) -> Tensor:
        """[heads, width, distances]: a query or key for each distance."""
        part = getattr(attention, shared if attention.share_att_key else own)
        # Not called as a module, since a hook on its output records the states that a loss asks for.
        made = linear(relative, part.weight, part.bias)
        return made.view(len(relative), attention.num_attention_heads, -1).permute(1, 2, 0)

    keys = of_positions("pos_key_proj", "key_proj") if "c2p" in kinds else None
    queries = of_positions("pos_query_proj", "query_proj") if "p2c" in kinds else None

    def bias(group: Group, query: Tensor, key: Tensor) -> Tensor | None:
        away = build_relative_position(query, key, attention.position_buckets, attention.max_relative_positions)
        shape = (*query.shape[:2], group.longest, group.longest)
        scores: Tensor | None = None
        if keys is not None:
            found = (away + span).clamp(0, 2 * span - 1).expand(shape)
            scores = (query @ keys).gather(-1, found) / scale
        if queries is not None:
            found = (span - away).clamp(0, 2 * span - 1).expand(shape)
            mirrored = (key @ queries).gather(-1, found).transpose(-1, -2) / scale
            scores = mirrored if scores is None else scores + mirrored
        return scores

    return bias


def _convolved(convolution: Any, embedded: Tensor, hidden: Tensor, groups: Groups) -> Tensor:
    """The first layer's states plus the convolution over each sequence's embeddings, normalised."""
    import torch
    from transformers.activations import ACT2FN

    parts = [
        group.flat(convolution.conv(group.padded(embedded[0]).transpose(1, 2)).transpose(1, 2)) for group in groups
    ]
    added = ACT2FN[convolution.conv_act](convolution.dropout(torch.cat(parts).unsqueeze(0)))
    return cast("Tensor", convolution.LayerNorm(hidden + added))


@hookimpl
def trainer_families() -> list[type[Family]]:
    """Offer it."""
    return [DebertaV2]
