"""The mean of several teachers' word distributions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor


def mixed_logits(logits: Sequence[Tensor], shares: Sequence[float], *, temperature: float) -> Tensor:
    """Logits whose softmax at a temperature is the weighted mean of several teachers' softmax at it.

    Args:
        logits: [tokens, vocabulary] of each teacher.
        shares: of each teacher, above 0; their sum is 1.
        temperature: above 0.

    Returns:
        [tokens, vocabulary].
    """
    weighted = [
        torch.log_softmax(of / temperature, dim=1).add_(math.log(share))
        for of, share in zip(logits, shares, strict=True)
    ]
    return torch.logsumexp(torch.stack(weighted), dim=0).mul_(temperature)
