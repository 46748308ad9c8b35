"""A cache of features by content: seeds of one model, and models with one tokenizer, tokenize each split once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable

from corpora import sha256_of
from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.problems.features import Features, Reader
from trainer.evaluation.problems.heads import Problem
from trainer.plugin import Examples

MOST_TOKENS = 40_000_000
"""Limit of the features in memory, about 400 MB; the least recently used are dropped first."""


class FeatureCache:
    """Features made in this process, reused if examples, tokenizer and settings are the same.

    Args:
        most_tokens: limit for all features in the cache.
    """

    def __init__(self, most_tokens: int = MOST_TOKENS) -> None:
        self.most_tokens = most_tokens
        self._kept: OrderedDict[str, tuple[int, Features]] = OrderedDict()

    def features(
        self, problem: Problem, examples: Examples, reader: Reader, settings: Settings, *, train: bool
    ) -> Features:
        """The result of `problem.features`, computed once.

        Args:
            problem: the kind of problem.
            examples: of one split.
            reader: the model's tokenizer and limits.
            settings: of the fine-tuning.
            train: whether the examples are trained on.

        Raises:
            TaskError: see `Problem.features`.
        """
        key = sha256_of(
            [
                type(problem).__name__, reader.sha256, reader.length(settings.length), settings.stride,
                settings.question_length, train, _digest(examples),
            ]
        )  # fmt: skip
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key][1]
        made = problem.features(examples, reader, settings, train=train)
        self._keep(key, made)
        return made

    def _keep(self, key: str, features: Features) -> None:
        self._kept[key] = int(features.lengths.sum()), features
        while len(self._kept) > 1 and sum(tokens for tokens, _ in self._kept.values()) > self.most_tokens:
            self._kept.popitem(last=False)


def _digest(examples: Examples) -> str:
    """The sha256 of the texts, labels and ids."""
    made = hashlib.sha256()
    columns: tuple[Iterable[object], ...] = (examples.first, examples.second or (), examples.gold, examples.ids)
    for column in columns:
        for value in column:
            made.update((value if isinstance(value, str) else repr(value)).encode("utf-8", "surrogatepass"))
            made.update(b"\xff")  # never occurs in UTF-8
        made.update(b"\xff\xff")
    return made.hexdigest()


CACHE = FeatureCache()
"""The cache of this process."""
