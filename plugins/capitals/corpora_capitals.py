"""Capitals: how much of a corpus is written with capitals, which lower-cased vocabularies do not see."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from corpora import Array, Context, Counts, Json, Sequences, Statistic, hookimpl


@dataclass(frozen=True)
class Capitals(Statistic):
    """Share of letters (A to Z) that are capitals, and of sentences that are written in capitals only."""

    name: ClassVar[str] = "capitals"
    of: ClassVar[Literal["sentences", "tokens", "both"]] = "sentences"

    def count(self, block: Sequences, context: Context) -> Counts:
        """Letters, capitals, sentences with a letter, sentences of capitals only; all over UTF-8 bytes at once."""
        block = block.tight()
        upper = (block.values >= ord("A")) & (block.values <= ord("Z"))
        lower = (block.values >= ord("a")) & (block.values <= ord("z"))
        uppers, lowers = (_per_row(hits, block.offsets) for hits in (upper, lower))
        shouted = (uppers > 1) & (lowers == 0)
        counts = {"letters": uppers + lowers, "capitals": uppers, "sentences": uppers + lowers > 0, "shouted": shouted}
        return {name: np.array([values.sum()]) for name, values in counts.items()}

    def summarise(self, counts: Counts) -> dict[str, Json]:
        """The two shares, from 0 to 1; None where there is nothing to share."""
        letters, sentences = int(counts["letters"][0]), int(counts["sentences"][0])
        return {
            "capital_share": round(int(counts["capitals"][0]) / letters, 6) if letters else None,
            "shouted_share": round(int(counts["shouted"][0]) / sentences, 6) if sentences else None,
        }


def _per_row(hits: Array, offsets: Array) -> Array:
    return np.diff(np.append(0, np.cumsum(hits))[offsets])


@hookimpl
def corpora_statistics() -> list[type[Statistic]]:
    """Offer it."""
    return [Capitals]
