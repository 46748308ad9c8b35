"""BERT and RoBERTa, and the models that share their layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from trainer import Family, hookimpl

if TYPE_CHECKING:
    from transformers import PreTrainedConfig

LAYER_PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mix": "attention.output.dense",
    "mix norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "norm": "output.LayerNorm",
}
BODY_PARTS = {
    "words": "embeddings.word_embeddings",
    "positions": "embeddings.position_embeddings",
    "types": "embeddings.token_type_embeddings",
    "norm": "embeddings.LayerNorm",
}


@dataclass(frozen=True)
class Bert(Family):
    """BERT (Devlin et al. 2019)."""

    name: ClassVar[str] = "bert"
    cites: ClassVar[str] = "Devlin et al. 2019, BERT, arXiv 1810.04805"
    layers: ClassVar[str] = "encoder.layer"
    projections: ClassVar[tuple[str, str, str]] = (
        "attention.self.query",
        "attention.self.key",
        "attention.self.value",
    )
    layer_parts: ClassVar[Mapping[str, str]] = LAYER_PARTS
    body_parts: ClassVar[Mapping[str, str]] = BODY_PARTS
    head_parts: ClassVar[Mapping[str, str]] = {
        "dense": "cls.predictions.transform.dense",
        "norm": "cls.predictions.transform.LayerNorm",
        "decoder": "cls.predictions.decoder",
    }
    head_steps: ClassVar[tuple[str, ...]] = ("cls.predictions.transform",)


@dataclass(frozen=True)
class Roberta(Bert):
    """RoBERTa (Liu et al. 2019), XLM-RoBERTa and CamemBERT: BERT's layers, positions counted from the padding id."""

    name: ClassVar[str] = "roberta"
    cites: ClassVar[str] = "Liu et al. 2019, RoBERTa, arXiv 1907.11692"
    model_types: ClassVar[tuple[str, ...]] = ("roberta", "xlm-roberta", "camembert")
    head_parts: ClassVar[Mapping[str, str]] = {
        "dense": "lm_head.dense",
        "norm": "lm_head.layer_norm",
        "decoder": "lm_head.decoder",
    }
    head_steps: ClassVar[tuple[str, ...]] = ("lm_head.dense", "gelu", "lm_head.layer_norm")

    def first_position(self, config: PreTrainedConfig) -> int:
        """The padding id plus one."""
        return (config.pad_token_id or 0) + 1


@hookimpl
def trainer_families() -> list[type[Family]]:
    """Offer them."""
    return [Bert, Roberta]
