"""The masked-LM loss: predict the tokens selected for masking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from corpora import option
from trainer import LogitsLoss, Loss, hookimpl

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class MaskedLM(LogitsLoss):
    """Cross-entropy of the student's word distribution with the true token, at tokens selected for masking."""

    name: ClassVar[str] = "masked-lm"
    reads_teacher: ClassVar[bool] = False
    closed_form: ClassVar[bool] = True
    positions: Literal["masked"] = option("masked", "Only tokens selected for masking have a hard target.")

    def build(self, teacher: PreTrainedModel, student: PreTrainedModel) -> nn.Module:
        """The loss module, with its gradient in closed form."""
        from trainer.builtin.losses.masked_lm.module import MaskedLMLoss

        return MaskedLMLoss()


@hookimpl
def trainer_losses() -> list[type[Loss]]:
    """Offer it."""
    return [MaskedLM]
