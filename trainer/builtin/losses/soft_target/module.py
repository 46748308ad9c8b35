"""The soft-target loss in torch: the plain formula, and a version that also computes its gradient."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trainer import LossInputs, VocabularyMismatch


def soft_target_loss(
    student_logits: Tensor, teacher_logits: Tensor, *, temperature: float, reverse: bool = False
) -> Tensor:
    """How far the student's word distribution is from the teacher's, token by token.

    KL(teacher || student) of the softened distributions, times temperature squared so that the
    gradient keeps its size (Hinton et al. 2015, section 2, arXiv 1503.02531). The study writes the
    reverse direction in its Eq. 1; its code, like DistilBERT's, computes this one.

    Args:
        student_logits: [tokens, vocabulary], float32 or float64.
        teacher_logits: the same shape; no gradient flows into it.
        temperature: above 0; 2.0 in the study.
        reverse: KL(student || teacher) instead.

    Returns:
        Nats, [tokens].

    Raises:
        VocabularyMismatch: the two vocabularies differ in size.
    """
    _check(student_logits, teacher_logits)
    log_student = torch.log_softmax(student_logits / temperature, dim=-1)
    log_teacher = torch.log_softmax(teacher_logits.detach() / temperature, dim=-1)
    over, under = (log_student, log_teacher) if reverse else (log_teacher, log_student)
    return (over.exp() * (over - under)).sum(dim=-1) * temperature**2


class SoftTargetLoss(nn.Module):
    """`soft_target_loss` as a module, and with its gradient in closed form.

    Args:
        temperature: above 0.
        reverse: KL(student || teacher) instead of KL(teacher || student).
    """

    def __init__(self, temperature: float, *, reverse: bool = False) -> None:
        super().__init__()
        self.temperature, self.reverse = temperature, reverse
        self._room: Tensor | None = None

    def forward(self, inputs: LossInputs) -> Tensor:
        """The plain formula.

        Args:
            inputs: both models' logits, [tokens, vocabulary].

        Returns:
            Nats, [tokens].
        """
        student, teacher = inputs.student["logits"], inputs.teacher["logits"]
        return soft_target_loss(student, teacher, temperature=self.temperature, reverse=self.reverse)

    def loss_and_gradient(self, inputs: LossInputs, gradient: Tensor) -> Tensor:
        """The loss, with its gradient in closed form.

        Forward: T (p_s - p_t). Reverse: T p_s (log p_s - log p_t - KL).

        Args:
            inputs: both models' logits, [tokens, vocabulary].
            gradient: [tokens, vocabulary]; overwritten with the gradient of each token's loss.

        Returns:
            Nats, [tokens].
        """
        student, teacher = inputs.student["logits"], inputs.teacher["logits"]
        _check(student, teacher)
        p_student = gradient
        cooled, warm, p_teacher = self._rooms(student)
        torch.div(student, self.temperature, out=cooled)
        torch.div(teacher, self.temperature, out=warm)
        norm_student, norm_teacher = _softened(cooled, p_student), _softened(warm, p_teacher)
        apart = warm.sub_(cooled)
        if self.reverse:
            ratio = apart.neg_().add_((norm_teacher - norm_student).unsqueeze(1))
            divergence = torch.mul(p_student, ratio, out=cooled).sum(1)
            p_student.mul_(ratio.sub_(divergence.unsqueeze(1)))
        else:
            divergence = apart.mul_(p_teacher).sum(1) + norm_student - norm_teacher
            p_student.sub_(p_teacher)
        gradient.mul_(self.temperature)
        return divergence * self.temperature**2

    def _rooms(self, like: Tensor) -> Tensor:
        """Three scratch tensors shaped like the logits, reused on a CPU, where allocating memory is slow.

        They are not reused when torch compiles the loss: it plans memory itself, and would recompile for each size.
        """
        if like.device.type != "cpu" or torch.compiler.is_compiling():
            return like.new_empty(3, *like.shape)
        kept = self._room
        if kept is None or kept.dtype != like.dtype or kept.shape[1] < len(like) or kept.shape[2] != like.shape[1]:
            kept = self._room = like.new_empty(3, *like.shape)
        return kept[:, : len(like)]


def _softened(cooled: Tensor, room: Tensor) -> Tensor:
    """Write the softmax into `room` and return the logarithm of its normaliser, [tokens].

    The logarithm is taken at the likeliest word, whose probability cannot underflow: one exponential per word.
    """
    torch.softmax(cooled, dim=1, out=room)
    return cooled.amax(1) - room.amax(1).log()


def _check(student_logits: Tensor, teacher_logits: Tensor) -> None:
    if student_logits.shape != teacher_logits.shape:
        raise VocabularyMismatch(
            f"the student's logits are {list(student_logits.shape)}, the teacher's {list(teacher_logits.shape)}; "
            "soft targets need a shared vocabulary"
        )
