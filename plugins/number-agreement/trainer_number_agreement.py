"""Number agreement: does the verb agree with its subject, with nouns of the other number in between?"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import ClassVar

from corpora import option, sha256_of
from trainer import Examples, Head, Splits, Task, hookimpl

NOUNS = ("author", "teacher", "dog", "painter", "farmer", "doctor", "bird", "child's friend", "officer", "guard")
PLACES = ("near", "behind", "in front of", "next to", "above", "beside")
VERBS = (("is", "are"), ("was", "were"), ("has", "have"), ("likes it and laughs", "like it and laugh"))
TRAIN_NOUNS = 7
"""Nouns that only training sentences have as subjects; the dev set has the others, so that nothing is looked up."""


@dataclass(frozen=True)
class NumberAgreement(Task):
    """Does the verb agree with its subject? Sentences made on the spot, after Linzen et al. 2016 (arXiv 1611.01368)."""

    name: ClassVar[str] = "number-agreement"
    attractors: int = option(1, "Nouns between subject and verb, each of the other number.", min=0, max=3)

    def head(self) -> Head:
        """Two classes; chance is 0.5."""
        return Head("classification", ("accuracy", "matthews"), ("wrong", "right"))

    def read(self, data: Path) -> Splits:
        """The same sentences at every call; no data is needed."""
        dev = self._examples(NOUNS[TRAIN_NOUNS:])
        return Splits(self._examples(NOUNS[:TRAIN_NOUNS]), {self.title: dev})

    def _examples(self, subjects: tuple[str, ...]) -> Examples:
        pairs = list(self._sentences(subjects))
        texts, labels = [text for text, _ in pairs], [label for _, label in pairs]
        return Examples(texts, None, labels, [str(n) for n in range(len(pairs))], sha256=sha256_of(texts))

    def _sentences(self, subjects: tuple[str, ...]) -> Iterator[tuple[str, int]]:
        for subject, place, verb, plural, right in product(subjects, PLACES, VERBS, (False, True), (False, True)):
            between = [f"{place} the {_noun(NOUNS[-1 - n], not plural)}" for n in range(self.attractors)]
            words = ["The", _noun(subject, plural), *between, verb[plural == right], "here ."]
            yield " ".join(words), int(right)


def _noun(noun: str, plural: bool) -> str:
    return noun + "s" * plural


@hookimpl
def trainer_tasks() -> list[type[Task]]:
    """Offer it."""
    return [NumberAgreement]
