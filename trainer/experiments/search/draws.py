"""The mixes to train proxies on: natural proportions, each part alone, and Dirichlet draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpora import generator

STEPS = 1000
"""Shares are whole thousandths, so that they are easy to read, type, and pass to `corpora mix`."""
TRIES = 10_000


@dataclass(frozen=True)
class Mix:
    """One mix: a label, and a share for each part."""

    label: str
    """`natural proportions`, `only PART`, `draw 3`, `refinement 1`, or `proposal`."""
    shares: tuple[float, ...]
    """[parts], thousandths that add up to 1."""

    @property
    def single(self) -> bool:
        """Whether it is one part alone."""
        return max(self.shares) == 1


def mixes_of(names: Sequence[str], tokens: Sequence[int], *, number: int, alpha: float, seed: int) -> list[Mix]:
    """The mixes of a search, in order; a larger number starts with the same mixes.

    Args:
        names: of the parts.
        tokens: of each part; they decide the natural proportions.
        number: of mixes, at least one more than parts.
        alpha: of the symmetric Dirichlet distribution.
        seed: of the draws.
    """
    natural = Mix("natural proportions", rounded(np.asarray(tokens) / sum(tokens)))
    alone = [Mix(f"only {name}", tuple(float(i == part) for i in range(len(names)))) for part, name in enumerate(names)]
    made = {mix.shares: mix for mix in (natural, *alone)}
    rng = generator("search", "draws", seed)
    for _ in range(TRIES):
        if len(made) >= number:
            break
        shares = rounded(rng.dirichlet([alpha] * len(names)))
        made.setdefault(shares, Mix(f"draw {len(made) - len(names)}", shares))
    return list(made.values())


def rounded(shares: NDArray[np.float64], steps: int = STEPS) -> tuple[float, ...]:
    """Shares rounded to multiples of 1 / `steps` that add up to 1; the largest remainders are rounded up.

    Args:
        shares: [parts], adding up to 1.
        steps: the number of units in 1.
    """
    exact = np.asarray(shares, np.float64) * steps
    whole = np.floor(exact + 1e-9).astype(int)
    for part in np.argsort(whole - exact, kind="stable")[: steps - int(whole.sum())]:
        whole[part] += 1
    return tuple(float(count) / steps for count in whole)
