"""The embedding loss: give a sentence the vector that the teacher gives it."""

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
    """How far the student's vector of a sentence is from the teacher's; for sentence encoders.

    The vectors are pooled from the last hidden states, as sentence-transformers does it. The text is read without
    masks: use it with --mask-rate 0, as --preset embedding does.
    """

    name: ClassVar[str] = "embedding"
    same_width: ClassVar[bool] = True
    per_sequence: ClassVar[bool] = True
    pooling: Literal["mean", "cls", "max"] = option(
        "mean", "How token vectors become one: the mean, that of [CLS], the max."
    )
    distance: Literal["cosine", "mse"] = option("cosine", "1 - cosine, or the mean squared difference.")

    @property
    def needs(self) -> tuple[str, ...]:
        """The last hidden states."""
        return ("hidden:-1",)

    def build(self, teacher: PreTrainedModel, student: PreTrainedModel) -> nn.Module:
        """The loss.

        Raises:
            ModelError: the two models are not of one width.
        """
        from trainer.builtin.losses.embedding.module import EmbeddingLoss

        widths = student.config.hidden_size, teacher.config.hidden_size
        return EmbeddingLoss.between(*widths, pooling=self.pooling, distance=self.distance)


@hookimpl
def trainer_losses() -> list[type[Loss]]:
    """Offer it."""
    return [Embedding]
