"""ModernBERT, and the models that share its class, such as Ettin: local and global attention, rotary positions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from trainer import Family, hookimpl

if TYPE_CHECKING:
    from transformers import PreTrainedConfig

ROTARY = ("default", "linear", "yarn")
"""Kinds of rotary positions whose angles depend on the position alone, not on the longest sequence in a batch."""


@dataclass(frozen=True)
class ModernBert(Family):
    """ModernBERT (Warner et al. 2024) and models of the same class, such as Ettin.

    Each layer of a student uses local or global attention like the teacher layer that it starts from. Rotary
    positions have no weights, so `positions=frozen` and `positions=random` are rejected.
    """

    name: ClassVar[str] = "modernbert"
    cites: ClassVar[str] = "Warner et al. 2024, Smarter, Better, Faster, Longer, arXiv 2412.13663"
    layers: ClassVar[str] = "layers"
    projections: ClassVar[tuple[str, str, str]] = ("attn.Wqkv", "attn.Wqkv", "attn.Wqkv")
    layer_parts: ClassVar[Mapping[str, str]] = {
        "mix norm": "attn_norm",
        "query, key and value": "attn.Wqkv",
        "mix": "attn.Wo",
        "norm": "mlp_norm",
        "widen": "mlp.Wi",
        "narrow": "mlp.Wo",
    }
    body_parts: ClassVar[Mapping[str, str]] = {
        "words": "embeddings.tok_embeddings",
        "norm": "embeddings.norm",
        "last norm": "final_norm",
    }
    head_parts: ClassVar[Mapping[str, str]] = {"dense": "head.dense", "norm": "head.norm", "decoder": "decoder"}
    head_steps: ClassVar[tuple[str, ...]] = ("head",)
    sizes: ClassVar[Mapping[str, tuple[str, ...]]] = {
        **Family.sizes,
        "dropout": ("embedding_dropout", "mlp_dropout", "attention_dropout"),
    }

    def refusal(self, config: PreTrainedConfig) -> str | None:
        """Why the model cannot be trained: the angles depend on the longest sequence in a batch."""
        kinds = {str(rotary.get("rope_type")) for rotary in (config.rope_parameters or {}).values() if rotary}
        if other := sorted(kinds.difference(ROTARY)):
            return f"its rotary positions are {other[0]!r}; {', '.join(ROTARY)} can be trained"
        return super().refusal(config)

    def has_head(self, tensors: Collection[str]) -> bool:
        """Whether there is a masked-LM head; fine-tuned models have `head.dense` too, followed by a classifier.

        Args:
            tensors: the names of the tensors in the weights file.
        """
        fine_tuned = any(name.startswith("classifier.") for name in tensors)
        return super().has_head(tensors) and not fine_tuned

    def resized(self, config: PreTrainedConfig, *, layers: Sequence[int], **sizes: float | None) -> PreTrainedConfig:
        """A student's configuration; each layer is local or global like its teacher layer, repeating after the last.

        Args:
            config: of the teacher; it is not changed.
            layers: for each student layer, the teacher layer that it starts from, counted from 0.
        """
        there = list(config.layer_types)
        changed = super().resized(config, layers=layers, **sizes)
        changed.layer_types = [there[number % len(there)] for number in layers]
        return changed


@hookimpl
def trainer_families() -> list[type[Family]]:
    """Offer it."""
    return [ModernBert]
