"""The hidden-state loss in torch."""

from __future__ import annotations

from torch import Tensor, nn

from trainer import LossInputs


class HiddenStateLoss(nn.Module):
    """Mean over the width of (projection(student) - teacher) squared, token by token (Jiao et al. 2020, TinyBERT).

    Args:
        student_width: the width of the student's hidden states.
        teacher_width: the width of the teacher's hidden states.
        student_state: the name of the student's state, such as `hidden:-1`.
        teacher_state: the name of the teacher's state.
    """

    def __init__(self, student_width: int, teacher_width: int, *, student_state: str, teacher_state: str) -> None:
        super().__init__()
        self.student_state, self.teacher_state = student_state, teacher_state
        self.projection = nn.Linear(student_width, teacher_width, bias=False)
        if student_width == teacher_width:
            nn.init.eye_(self.projection.weight)

    def forward(self, inputs: LossInputs) -> Tensor:
        """The loss of each token.

        Args:
            inputs: hidden states of the student, [tokens, student width], and of the teacher, [tokens, teacher width].

        Returns:
            [tokens], never negative.
        """
        projected = self.projection(inputs.student[self.student_state])
        errors: Tensor = projected - inputs.teacher[self.teacher_state]
        return errors.pow(2).mean(-1)
