"""The hidden-state loss: match the teacher's hidden states through a trained projection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from corpora import option
from trainer import Loss, StateLoss, hookimpl

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class HiddenState(StateLoss):
    """Mean squared error between a trained projection of the student's hidden states and the teacher's."""

    name: ClassVar[str] = "hidden-state"
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
        """The loss module and its projection, which starts as the identity if the widths are equal."""
        from trainer.builtin.losses.hidden_state.module import HiddenStateLoss

        widths = student.config.hidden_size, teacher.config.hidden_size
        return HiddenStateLoss(*widths, student_state=self.needs[0], teacher_state=self.teacher_needs[0])


@hookimpl
def trainer_losses() -> list[type[Loss]]:
    """Offer it."""
    return [HiddenState]
