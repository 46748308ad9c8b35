"""The cosine loss: align the student's hidden states with the teacher's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from corpora import option
from trainer import Loss, StateLoss, hookimpl

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class Cosine(StateLoss):
    """One minus the cosine of the student's and the teacher's hidden states."""

    name: ClassVar[str] = "cosine"
    same_width: ClassVar[bool] = True
    layer: int = option(-1, "The student's layer; 0 is the embeddings, -1 the last.")
    teacher_layer: int = option(-1, "The teacher's layer, counted in the same way.")

    @property
    def needs(self) -> tuple[str, ...]:
        """The hidden states of one layer."""
        return (f"hidden:{self.layer}",)

    @property
    def teacher_needs(self) -> tuple[str, ...]:
        """The hidden states of one layer."""
        return (f"hidden:{self.teacher_layer}",)

    def build(self, teacher: PreTrainedModel, student: PreTrainedModel) -> nn.Module:
        """The loss module.

        Raises:
            ModelError: the hidden states differ in width.
        """
        from trainer.builtin.losses.cosine.module import CosineLoss

        return CosineLoss.between(teacher, student, self.teacher_needs[0], self.needs[0])


@hookimpl
def trainer_losses() -> list[type[Loss]]:
    """Offer it."""
    return [Cosine]
