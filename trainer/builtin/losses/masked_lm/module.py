"""The masked-LM loss in torch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trainer import LossInputs


class MaskedLMLoss(nn.Module):
    """Cross-entropy with the label, token by token; 0 where the label is -100."""

    def forward(self, inputs: LossInputs) -> Tensor:
        """The plain formula.

        Args:
            inputs: the student's logits, [tokens, vocabulary], and the labels, [tokens], -100 where there is none.

        Returns:
            Nats, [tokens].
        """
        return nn.functional.cross_entropy(inputs.student["logits"], inputs.labels, reduction="none")

    def loss_and_gradient(self, inputs: LossInputs, gradient: Tensor) -> Tensor:
        """The loss, with its gradient in closed form.

        Args:
            inputs: the student's logits, [tokens, vocabulary], and the labels, [tokens].
            gradient: [tokens, vocabulary]; overwritten with p - one-hot(label), or 0 where the label is -100.

        Returns:
            Nats, [tokens].
        """
        logits, valid = inputs.student["logits"], inputs.labels >= 0
        label = inputs.labels.clamp(min=0).unsqueeze(1)
        torch.softmax(logits, dim=1, out=gradient)
        # The normaliser is taken at the likeliest word: logsumexp would compute every exponential again.
        normaliser = logits.amax(1) - gradient.amax(1).log()
        loss = normaliser - logits.gather(1, label).squeeze(1)
        gradient.scatter_add_(1, label, gradient.new_full((), -1.0).expand_as(label))
        gradient.mul_(valid.unsqueeze(1))
        return loss * valid
