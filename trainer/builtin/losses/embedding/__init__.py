"""The embedding loss: reproduce the teacher's sentence vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from corpora import option
from trainer import Loss, StateLoss, hookimpl

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class Embedding(StateLoss):
    """The distance between the student's and the teacher's vector of a sentence; for sentence encoders.

    The vectors are pooled from the last hidden states, as in sentence-transformers. The text must not be masked: use
    --mask-rate 0, as --preset embedding does.
    """

    name: ClassVar[str] = "embedding"
    same_width: ClassVar[bool] = True
    per_sequence: ClassVar[bool] = True
    pooling: Literal["mean", "cls", "max"] = option(
        "mean", "How token vectors are pooled: the mean, the vector of [CLS], or the maximum."
    )
    distance: Literal["cosine", "mse"] = option("cosine", "1 - cosine, or the mean squared error.")

    @property
    def needs(self) -> tuple[str, ...]:
        """The last hidden states."""
        return ("hidden:-1",)

    def build(self, teacher: PreTrainedModel, student: PreTrainedModel) -> nn.Module:
        """The loss module.

        Raises:
            ModelError: the models differ in width.
        """
        from trainer.builtin.losses.embedding.module import EmbeddingLoss

        widths = student.config.hidden_size, teacher.config.hidden_size
        return EmbeddingLoss.between(*widths, pooling=self.pooling, distance=self.distance)


@hookimpl
def trainer_losses() -> list[type[Loss]]:
    """Offer it."""
    return [Embedding]
