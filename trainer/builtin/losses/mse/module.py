"""The MSE loss in torch."""

from __future__ import annotations

from torch import Tensor, nn

from trainer import LossInputs, VocabularyMismatch


class MeanSquaredErrorLoss(nn.Module):
    """Mean over the outputs of (student - teacher) squared (Ba and Caruana 2014, arXiv 1312.6184)."""

    def forward(self, inputs: LossInputs) -> Tensor:
        """The loss of each token.

        Args:
            inputs: both models' logits, [tokens, outputs].

        Returns:
            [tokens], never negative.

        Raises:
            VocabularyMismatch: the models differ in their number of outputs.
        """
        student, teacher = inputs.student["logits"], inputs.teacher["logits"]
        if student.shape != teacher.shape:
            raise VocabularyMismatch(
                f"the student's logits are {list(student.shape)}, the teacher's {list(teacher.shape)}; "
                "mse compares logits one by one, so both need the same outputs"
            )
        return (student - teacher).pow(2).mean(-1)
