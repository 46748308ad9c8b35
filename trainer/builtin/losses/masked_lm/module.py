"""The masked-LM loss in torch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trainer import Given


class MaskedLMLoss(nn.Module):
    """Cross-entropy with the label, token by token; 0 where the label is -100."""

    def forward(self, given: Given) -> Tensor:
        """The plain formula, [tokens]."""
        return nn.functional.cross_entropy(given.student["logits"], given.labels, reduction="none")

    def loss_and_gradient(self, given: Given) -> tuple[Tensor, Tensor]:
        """The loss [tokens] and its gradient by the logits [tokens, vocabulary]: p - one-hot(label)."""
        logits, valid = given.student["logits"], given.labels >= 0
        label = given.labels.clamp(min=0).unsqueeze(1)
        gradient = torch.softmax(logits, dim=1)
        loss = torch.logsumexp(logits, dim=1) - logits.gather(1, label).squeeze(1)
        gradient.scatter_add_(1, label, gradient.new_full((), -1.0).expand_as(label))
        return loss * valid, gradient.mul_(valid.unsqueeze(1))
