"""Transforms of upper and lower case."""

from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from corpora import TextTransform, Transform, hookimpl


@dataclass(frozen=True)
class Lowercase(TextTransform):
    """Lower-case every sentence."""

    name: ClassVar[str] = "lowercase"

    def rewrite(self, sentence: str, rng: Generator) -> str:
        """The sentence in lower case."""
        return sentence.lower()


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the transform."""
    return [Lowercase]
