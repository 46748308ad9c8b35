"""The attention loss: match the teacher's attention scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from corpora import option
from trainer import Loss, StateLoss, hookimpl

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class Attention(StateLoss):
    """Mean squared error between the student's and the teacher's attention scores, head by head (TinyBERT)."""

    name: ClassVar[str] = "attention"
    layer: int = option(-1, "The student's layer, counted from 1; -1 is the last.")
    teacher_layer: int = option(-1, "The teacher's layer, counted in the same way.")

    @property
    def needs(self) -> tuple[str, ...]:
        """The queries and keys of one student layer."""
        return (f"query:{self.layer}", f"key:{self.layer}")

    @property
    def teacher_needs(self) -> tuple[str, ...]:
        """The queries and keys of one teacher layer."""
        return (f"query:{self.teacher_layer}", f"key:{self.teacher_layer}")

    def build(self, teacher: PreTrainedModel, student: PreTrainedModel) -> nn.Module:
        """The loss module.

        Raises:
            ModelError: teacher and student have different numbers of heads.
        """
        from trainer.builtin.losses.attention.module import AttentionLoss

        return AttentionLoss.between(teacher, student, self.teacher_needs, self.needs)


@hookimpl
def trainer_losses() -> list[type[Loss]]:
    """Offer it."""
    return [Attention]
