"""The attention loss in torch."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from trainer import LossInputs, ModelError


class AttentionLoss(nn.Module):
    """Mean squared error of attention scores before softmax, QK^T / sqrt(d) (Jiao et al. 2020, TinyBERT, eq. 7).

    Args:
        heads: attention heads, the same number in both models.
        teacher_states: the names of the teacher's queries and keys.
        student_states: the names of the student's queries and keys.
    """

    def __init__(self, heads: int, teacher_states: tuple[str, ...], student_states: tuple[str, ...]) -> None:
        super().__init__()
        self.heads, self.teacher_states, self.student_states = heads, teacher_states, student_states

    @classmethod
    def between(
        cls,
        teacher: PreTrainedModel,
        student: PreTrainedModel,
        teacher_states: tuple[str, ...],
        student_states: tuple[str, ...],
    ) -> Self:
        """The loss between two models.

        Args:
            teacher: sets the number of heads.
            student: must have as many heads as the teacher.
            teacher_states: the teacher's queries and keys, such as `("query:-1", "key:-1")`.
            student_states: the student's queries and keys.

        Raises:
            ModelError: the two have different numbers of heads.
        """
        ours, theirs = student.config.num_attention_heads, teacher.config.num_attention_heads
        if ours != theirs:
            raise ModelError(
                f"attention: the student has {ours} heads, the teacher {theirs}, and heads are compared one by one; "
                "use a student with the teacher's heads, or another loss such as hidden-state"
            )
        return cls(ours, teacher_states, student_states)

    def forward(self, inputs: LossInputs) -> Tensor:
        """The mean over the heads and over the tokens that a token attends to.

        Args:
            inputs: both models' queries and keys, [tokens, hidden], and the offsets of the sequences.

        Returns:
            [tokens], never negative.
        """
        lengths = inputs.offsets.diff().tolist()
        ours = [torch.split(inputs.student[name], lengths) for name in self.student_states]
        theirs = [torch.split(inputs.teacher[name], lengths) for name in self.teacher_states]
        pairs = zip(zip(*ours, strict=True), zip(*theirs, strict=True), strict=True)
        return torch.cat([(self._scores(*one) - self._scores(*other)).pow(2).mean((0, 2)) for one, other in pairs])

    def _scores(self, queries: Tensor, keys: Tensor) -> Tensor:
        """The attention scores of one sequence, [heads, length, length]."""
        query, key = (state.reshape(len(state), self.heads, -1).transpose(0, 1) for state in (queries, keys))
        scores: Tensor = query @ key.mT / query.shape[-1] ** 0.5
        return scores
