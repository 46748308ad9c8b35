"""The MSE loss: match the teacher's logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from trainer import LogitsLoss, Loss, hookimpl

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class MeanSquaredError(LogitsLoss):
    """Mean squared error of the student's and the teacher's logits; in a regression, of their predictions."""

    name: ClassVar[str] = "mse"

    def build(self, teacher: PreTrainedModel, student: PreTrainedModel) -> nn.Module:
        """The loss module."""
        from trainer.builtin.losses.mse.module import MeanSquaredErrorLoss

        return MeanSquaredErrorLoss()


@hookimpl
def trainer_losses() -> list[type[Loss]]:
    """Offer it."""
    return [MeanSquaredError]
