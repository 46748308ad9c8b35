"""The soft-target loss: match the teacher's whole word distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from corpora import option
from trainer import LogitsLoss, Loss, hookimpl

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class SoftTarget(LogitsLoss):
    """KL divergence between the teacher's and the student's softened word distributions."""

    name: ClassVar[str] = "soft-target"
    closed_form: ClassVar[bool] = True
    temperature: float = option(2.0, "Divides both models' logits; above 1, unlikely words count for more.", min=0.01)
    direction: Literal["forward", "reverse"] = option(
        "forward", "forward: KL(teacher || student); reverse: KL(student || teacher)."
    )

    def build(self, teacher: PreTrainedModel, student: PreTrainedModel) -> nn.Module:
        """The loss module, with its gradient in closed form."""
        from trainer.builtin.losses.soft_target.module import SoftTargetLoss

        return SoftTargetLoss(self.temperature, reverse=self.direction == "reverse")


@hookimpl
def trainer_losses() -> list[type[Loss]]:
    """Offer it."""
    return [SoftTarget]
