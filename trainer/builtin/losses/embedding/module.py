"""The embedding loss in torch."""

from __future__ import annotations

from typing import Literal, Self

from torch import Tensor, nn
from torch.nn.functional import cosine_similarity

from trainer import LossInputs, ModelError, pooled


class EmbeddingLoss(nn.Module):
    """The distance between two sentence vectors.

    Args:
        pooling: see `trainer.pooled`.
        distance: `cosine` (1 - cosine, from 0 to 2) or `mse` (mean squared error over the width).
    """

    def __init__(self, *, pooling: Literal["mean", "cls", "max"], distance: Literal["cosine", "mse"]) -> None:
        super().__init__()
        self.pooling, self.distance = pooling, distance

    @classmethod
    def between(
        cls, student: int, teacher: int, *, pooling: Literal["mean", "cls", "max"], distance: Literal["cosine", "mse"]
    ) -> Self:
        """The loss between models of these widths.

        Args:
            student: the width of the student's hidden states.
            teacher: the width of the teacher's hidden states.
            pooling: see `trainer.pooled`.
            distance: `cosine` or `mse`.

        Raises:
            ModelError: the widths differ.
        """
        if student != teacher:
            raise ModelError(
                f"embedding: the student's vectors are {student} wide, the teacher's {teacher}; "
                "choose a student of the teacher's width, such as --student layers:3"
            )
        return cls(pooling=pooling, distance=distance)

    def forward(self, inputs: LossInputs) -> Tensor:
        """The loss of each sequence.

        Args:
            inputs: both models' last hidden states, [tokens, hidden], and the offsets of the sequences.

        Returns:
            [sequences], never negative.
        """
        one, other = (
            pooled(side["hidden:-1"], inputs.offsets, pooling=self.pooling) for side in (inputs.student, inputs.teacher)
        )
        if self.distance == "mse":
            return ((one - other) ** 2).mean(dim=1)
        return 1 - cosine_similarity(one, other, dim=1)
