"""The cosine loss in torch."""

from __future__ import annotations

from typing import Self

from torch import Tensor, nn
from transformers import PreTrainedModel

from trainer import LossInputs, ModelError

EPSILON = 1e-12
"""Added to each squared length, as in torch's CosineEmbeddingLoss, which DistilBERT uses."""


class CosineLoss(nn.Module):
    """1 - cos(student, teacher) of two hidden states, token by token.

    Args:
        teacher_state: the name of the teacher's state, such as `hidden:-1`.
        student_state: the name of the student's state.
    """

    def __init__(self, teacher_state: str, student_state: str) -> None:
        super().__init__()
        self.teacher_state, self.student_state = teacher_state, student_state

    @classmethod
    def between(
        cls, teacher: PreTrainedModel, student: PreTrainedModel, teacher_state: str, student_state: str
    ) -> Self:
        """The loss between two models.

        Args:
            teacher: sets the width of the hidden states.
            student: must have hidden states of the same width.
            teacher_state: the name of the teacher's state, such as `hidden:-1`.
            student_state: the name of the student's state.

        Raises:
            ModelError: the hidden states differ in width.
        """
        widths = student.config.hidden_size, teacher.config.hidden_size
        if widths[0] != widths[1]:
            raise ModelError(
                f"cosine: the student's hidden states are {widths[0]} wide, the teacher's {widths[1]}; "
                "use --loss hidden-state, which has a projection, or a student of the teacher's width"
            )
        return cls(teacher_state, student_state)

    def forward(self, inputs: LossInputs) -> Tensor:
        """The loss of each token.

        Args:
            inputs: both models' hidden states, [tokens, hidden].

        Returns:
            [tokens], from 0 to 2.
        """
        one, other = inputs.student[self.student_state], inputs.teacher[self.teacher_state]
        lengths = ((one * one).sum(-1) + EPSILON) * ((other * other).sum(-1) + EPSILON)
        return 1 - (one * other).sum(-1) / lengths.sqrt()
