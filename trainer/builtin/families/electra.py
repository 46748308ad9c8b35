"""ELECTRA's generator: BERT's layers, with embeddings that may be narrower than the hidden states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from trainer import Family, hookimpl

if TYPE_CHECKING:
    from torch import nn

LAYER = "attention.self"


@dataclass(frozen=True)
class Electra(Family):
    """ELECTRA (Clark et al. 2020): the generator, which is a masked-language model.

    The discriminator, the model most people use, predicts for each token whether it was replaced. It has no word
    distribution, so it can be fine-tuned and evaluated but cannot be a teacher.
    """

    name: ClassVar[str] = "electra"
    cites: ClassVar[str] = "Clark et al. 2020, ELECTRA, arXiv 2003.10555"
    layers: ClassVar[str] = "encoder.layer"
    projections: ClassVar[tuple[str, str, str]] = (f"{LAYER}.query", f"{LAYER}.key", f"{LAYER}.value")
    layer_parts: ClassVar[Mapping[str, str]] = {
        "query": f"{LAYER}.query",
        "key": f"{LAYER}.key",
        "value": f"{LAYER}.value",
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
        "norm": "embeddings.LayerNorm",
        "widened": "embeddings_project",
    }
    head_parts: ClassVar[Mapping[str, str]] = {
        "dense": "generator_predictions.dense",
        "norm": "generator_predictions.LayerNorm",
        "decoder": "generator_lm_head",
    }
    head_steps: ClassVar[tuple[str, ...]] = ("generator_predictions",)

    def state_module(self, body: nn.Module, layer: int) -> nn.Module:
        """The module whose output is a layer's state; for layer 0, narrow embeddings are widened first.

        Args:
            body: the model without its head.
            layer: from 1; 0 is the embeddings.
        """
        widened = getattr(body, "embeddings_project", None)
        return super().state_module(body, layer) if layer or widened is None else widened


@hookimpl
def trainer_families() -> list[type[Family]]:
    """Offer it."""
    return [Electra]
