"""Keyboard typos: swap a letter for its neighbour on a QWERTY keyboard."""

from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from corpora import TextTransform, hookimpl, option

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
BESIDE = {key: row[max(0, i - 1) : i] + row[i + 1 : i + 2] for row in ROWS for i, key in enumerate(row)}


@dataclass(frozen=True)
class KeyboardTypos(TextTransform):
    """Swap letters for their neighbours on a QWERTY keyboard."""

    name: ClassVar[str] = "keyboard-typos"
    rate: float = option(0.05, "Share of letters to swap.", min=0.0, max=1.0)

    def rewrite(self, sentence: str, rng: Generator) -> str:
        """The sentence with some letters swapped."""
        hit = rng.random(len(sentence)) < self.rate
        pairs = zip(sentence, hit, strict=True)
        return "".join(BESIDE[c][rng.integers(len(BESIDE[c]))] if h and c in BESIDE else c for c, h in pairs)


@hookimpl
def corpora_transforms() -> list[type[TextTransform]]:
    """Offer it."""
    return [KeyboardTypos]
