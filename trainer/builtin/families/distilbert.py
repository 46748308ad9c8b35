"""DistilBERT: BERT without token types and a pooler (Sanh et al. 2019, arXiv 1910.01108)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from trainer import Family, hookimpl


@dataclass(frozen=True)
class DistilBertFamily(Family):
    """DistilBERT (Sanh et al. 2019)."""

    name: ClassVar[str] = "distilbert"
    cites: ClassVar[str] = "Sanh et al. 2019, DistilBERT, arXiv 1910.01108"
    layers: ClassVar[str] = "transformer.layer"
    projections: ClassVar[tuple[str, str, str]] = ("attention.q_lin", "attention.k_lin", "attention.v_lin")
    layer_parts: ClassVar[Mapping[str, str]] = {
        "query": "attention.q_lin",
        "key": "attention.k_lin",
        "value": "attention.v_lin",
        "mix": "attention.out_lin",
        "mix norm": "sa_layer_norm",
        "widen": "ffn.lin1",
        "narrow": "ffn.lin2",
        "norm": "output_layer_norm",
    }
    body_parts: ClassVar[Mapping[str, str]] = {
        "words": "embeddings.word_embeddings",
        "positions": "embeddings.position_embeddings",
        "norm": "embeddings.LayerNorm",
    }
    head_parts: ClassVar[Mapping[str, str]] = {
        "dense": "vocab_transform",
        "norm": "vocab_layer_norm",
        "decoder": "vocab_projector",
    }
    head_steps: ClassVar[tuple[str, ...]] = ("vocab_transform", "activation", "vocab_layer_norm")
    sizes: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "layers": ("n_layers",),
        "hidden": ("dim",),
        "heads": ("n_heads",),
        "feed_forward": ("hidden_dim",),
        "dropout": ("dropout", "attention_dropout"),
    }


@hookimpl
def trainer_families() -> list[type[Family]]:
    """Offer it."""
    return [DistilBertFamily]
