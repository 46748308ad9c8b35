"""The mean of several teachers' word distributions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor


def mixed_logits(logits: Sequence[Tensor], shares: Sequence[float], *, temperature: float) -> Tensor:
    """Logits whose softmax is the weighted mean of several teachers' softmax, all at one temperature.

    Args:
        logits: [tokens, vocabulary] of each teacher.
        shares: each teacher's weight, above 0; they sum to 1.
        temperature: above 0.

    Returns:
        [tokens, vocabulary].
    """
    weighted = [
        torch.log_softmax(of / temperature, dim=1).add_(math.log(share))
        for of, share in zip(logits, shares, strict=True)
    ]
    return torch.logsumexp(torch.stack(weighted), dim=0).mul_(temperature)
