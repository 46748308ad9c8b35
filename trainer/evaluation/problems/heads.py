"""The kinds of problem that a task can be: how each is encoded, trained, answered and scored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.metrics import collapsed, majority, measured
from trainer.evaluation.problems.features import Features, Reader, Targets, compact, unknown_rate
from trainer.evaluation.results import Evidence
from trainer.plugin import Examples, Head

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = -100

Logits = NDArray[np.floating]
"""[…, outputs], the logits of one row."""


@dataclass(frozen=True)
class Judgement:
    """The scores of a model's answers to one dev set."""

    scores: dict[str, float]
    """Every metric of the head, in percent."""
    evidence: Evidence
    """Stored so that the scores can be resampled."""
    collapsed: bool
    """Whether all answers are the same although the right ones differ."""


@dataclass(frozen=True)
class Problem(ABC):
    """A kind of problem, for one task's head."""

    model_class: ClassVar[str]
    """The transformers class of models with this head."""
    head: Head

    @property
    def outputs(self) -> int:
        """The number of values that the head outputs per row (or per token)."""
        return max(1, len(self.head.classes))

    @abstractmethod
    def features(self, examples: Examples, reader: Reader, settings: Settings, *, train: bool) -> Features:
        """The examples as token ids and targets.

        Args:
            examples: of one split.
            reader: the model's tokenizer and limits.
            settings: of the fine-tuning.
            train: whether the examples are trained on.
        """

    @abstractmethod
    def logits(self, output: Mapping[str, Tensor]) -> Tensor:
        """The model's output as one tensor.

        Args:
            output: the model's tensors by name.
        """

    @abstractmethod
    def loss(self, logits: Tensor, targets: Targets) -> Tensor:
        """The mean loss of one batch.

        Args:
            logits: as returned by `logits`.
            targets: [batch], the targets of the batch's rows.
        """

    def distributions(self, logits: Tensor, lengths: Sequence[int], targets: Targets) -> list[Tensor]:
        """The logits as tables [distributions, outcomes], without padding; by default one table with a row per example.

        Args:
            logits: of one batch, as returned by `logits`.
            lengths: [batch], the tokens of its rows.
            targets: [batch], the targets of its rows.
        """
        return [logits]

    @abstractmethod
    def judge(self, logits: Sequence[Logits], features: Features, examples: Examples, settings: Settings) -> Judgement:
        """Answer every example from the logits of its rows, and score the answers.

        Args:
            logits: one array per row of the features.
            features: made from these examples.
            examples: of one dev set.
            settings: of the fine-tuning.
        """

    @abstractmethod
    def majority(self, examples: Examples) -> dict[str, float]:
        """The metrics of always giving the most frequent answer."""


@dataclass(frozen=True)
class Classification(Problem):
    """One class for a sentence or a pair of sentences."""

    model_class: ClassVar[str] = "AutoModelForSequenceClassification"
    regression: ClassVar[bool] = False

    def features(self, examples: Examples, reader: Reader, settings: Settings, *, train: bool) -> Features:
        """One row per example; texts that are too long are cut at the end, the longer one of a pair first."""
        length = reader.length(settings.length)
        whole = reader.encode(examples.first, examples.second, truncation=True, max_length=length + 1)
        truncated = sum(len(ids) > length for ids in whole["input_ids"])
        if truncated:
            whole = reader.encode(examples.first, examples.second, truncation=True, max_length=length)
        ids, types = compact(whole["input_ids"]), whole.get("token_type_ids")
        targets = np.asarray(examples.gold, dtype=np.float32 if self.regression else np.int64)
        unknown = unknown_rate(ids, reader.tokenizer.unk_token_id)
        return Features(ids, types and compact(types), targets, np.arange(len(ids)), truncated, unknown)

    def logits(self, output: Mapping[str, Tensor]) -> Tensor:
        """[batch, classes].

        Args:
            output: has `logits` of the shape [batch, classes], or [batch, 1] in a regression.
        """
        return output["logits"]

    def loss(self, logits: Tensor, targets: Targets) -> Tensor:
        """Cross entropy, in nats.

        Args:
            logits: of the shape [batch, classes].
            targets: [batch], class numbers from 0.

        Returns:
            A scalar.
        """
        import torch
        from torch.nn.functional import cross_entropy

        return cross_entropy(logits.float(), torch.as_tensor(targets, device=logits.device))

    def judge(self, logits: Sequence[Logits], features: Features, examples: Examples, settings: Settings) -> Judgement:
        """The task's metrics; the answers are class numbers.

        Args:
            logits: for each row, an array of the shape [classes].
            features: made from these examples.
            examples: of one dev set.
            settings: of the fine-tuning.
        """
        answers = self._answers(logits)
        values, gold = np.asarray(answers), np.asarray(examples.gold)
        return Judgement(
            measured(self.head.metrics, values, gold),
            {"answers": answers, "gold": list(examples.gold)},
            collapsed(values, gold, regression=self.regression),
        )

    def _answers(self, logits: Sequence[Logits]) -> Sequence[float]:
        return [int(np.argmax(row)) for row in logits]

    def majority(self, examples: Examples) -> dict[str, float]:
        """The metrics of the most frequent class of these examples.

        Args:
            examples: of one dev set.
        """
        return majority(self.head.metrics, np.asarray(examples.gold), regression=self.regression)


@dataclass(frozen=True)
class Regression(Classification):
    """A value for a sentence or a pair of sentences."""

    regression: ClassVar[bool] = True

    def loss(self, logits: Tensor, targets: Targets) -> Tensor:
        """Mean squared error.

        Args:
            logits: of the shape [batch, 1].
            targets: [batch], the values to predict.

        Returns:
            A scalar.
        """
        import torch
        from torch.nn.functional import mse_loss

        return mse_loss(logits.float().squeeze(-1), torch.as_tensor(targets, device=logits.device))

    def _answers(self, logits: Sequence[Logits]) -> Sequence[float]:
        return [float(row[0]) for row in logits]


@dataclass(frozen=True)
class Tagging(Problem):
    """One class per word, which is trained and predicted at the word's first token."""

    model_class: ClassVar[str] = "AutoModelForTokenClassification"

    def features(self, examples: Examples, reader: Reader, settings: Settings, *, train: bool) -> Features:
        """One row per example; words beyond the length are not trained on, and count as wrong when scored.

        So do words without tokens. The words of an example are separated by single spaces.
        """
        length = reader.length(settings.length)
        words = [text.split(" ") for text in examples.first]
        made = reader.encode(words, None, is_split_into_words=True, truncation=True, max_length=length)
        targets, begun, truncated = [], [], 0
        for row, classes in enumerate(examples.gold):
            ids: list[int] = []
            found: list[int] = []
            before = None
            for word in made.word_ids(row):
                if word is None or word == before:
                    ids.append(IGNORED)
                else:
                    ids.append(classes[word])
                    found.append(word)
                before = word
            truncated += len(ids) == length and len(found) < len(classes)
            targets.append(ids)
            begun.append(found)
        ids_of = made["input_ids"]
        unknown = unknown_rate(ids_of, reader.tokenizer.unk_token_id)
        numbers = np.arange(len(ids_of))
        return Features(ids_of, made.get("token_type_ids"), targets, numbers, truncated, unknown, words=begun)

    def logits(self, output: Mapping[str, Tensor]) -> Tensor:
        """[batch, length, classes].

        Args:
            output: has `logits` of the shape [batch, length, classes].
        """
        return output["logits"]

    def loss(self, logits: Tensor, targets: Targets) -> Tensor:
        """Cross entropy over the words, in nats.

        Args:
            logits: of the shape [batch, length, classes].
            targets: for each row, a class per token; -100 for tokens that do not begin a word.

        Returns:
            A scalar.
        """
        import torch
        from torch.nn.functional import cross_entropy

        classes = np.full(logits.shape[:2], IGNORED, dtype=np.int64)
        for row, ids in enumerate(targets):
            learnt = np.asarray(ids)
            classes[row, : len(learnt)] = learnt
        gold = torch.as_tensor(classes, device=logits.device)
        return cross_entropy(logits.float().flatten(0, 1), gold.flatten(), ignore_index=IGNORED)

    def distributions(self, logits: Tensor, lengths: Sequence[int], targets: Targets) -> list[Tensor]:
        """One table with a row per word.

        Args:
            logits: of the shape [batch, length, classes].
            lengths: [batch], tokens per row; unused, since only words with a class count.
            targets: for each row, a class per token; -100 for tokens that do not begin a word.

        Returns:
            One tensor of the shape [words, classes].
        """
        import torch

        places = [torch.as_tensor(ids, device=logits.device) != IGNORED for ids in targets]
        return [torch.cat([row[: len(place)][place] for row, place in zip(logits, places, strict=True)])]

    def judge(self, logits: Sequence[Logits], features: Features, examples: Examples, settings: Settings) -> Judgement:
        """The task's metrics over all words; the answers are class numbers, -1 for words without tokens or cut off."""
        answers = self._answers(logits, features, examples)
        values, gold = _flat(answers), _flat(examples.gold)
        answered = values >= 0
        return Judgement(
            measured(self.head.metrics, values, gold),
            {"answers": answers, "gold": list(examples.gold)},
            bool(answered.any()) and collapsed(values[answered], gold[answered], regression=False),
        )

    def _answers(self, logits: Sequence[Logits], features: Features, examples: Examples) -> list[list[int]]:
        found: list[list[int]] = []
        for row, (classes, words) in enumerate(zip(examples.gold, features.words or (), strict=True)):
            learnt = np.asarray(features.targets[row]) != IGNORED
            given = [-1] * len(classes)
            for word, answer in zip(words, np.argmax(logits[row][: len(learnt)], axis=-1)[learnt], strict=True):
                given[word] = int(answer)
            found.append(given)
        return found

    def majority(self, examples: Examples) -> dict[str, float]:
        """The metrics of the most frequent class of all words."""
        return majority(self.head.metrics, _flat(examples.gold), regression=False)


def _flat(rows: Iterable[Iterable[int]]) -> NDArray[np.int64]:
    return np.asarray([value for row in rows for value in row], dtype=np.int64)
