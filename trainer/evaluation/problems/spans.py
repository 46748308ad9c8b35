"""Answers that are a stretch of the context: long contexts in windows, the best stretch over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trainer.errors import ModelError
from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.problems.features import Features, encode, longest, unknown_rate
from trainer.evaluation.problems.heads import Problem
from trainer.evaluation.scoring import exact_match, score_answers, token_f1
from trainer.plugin import Examples

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase

Offsets = NDArray[np.int32]
"""[tokens, 2], the first character of each token and the one after its last, in the question or the context."""
AT_ONCE = 1000
"""Examples that are cut into windows together: the tokenizer's own lists take fifty times the room of arrays."""


@dataclass
class _Windows:
    """Windows as compact arrays, taken chunk by chunk from what the tokenizer gives."""

    ids: list[NDArray[np.int32]] = field(default_factory=list)
    types: list[NDArray[np.int8]] = field(default_factory=list)
    example: list[int] = field(default_factory=list)
    context: list[tuple[int, int]] = field(default_factory=list)
    offsets: list[Offsets] = field(default_factory=list)
    """Of dev examples only, whose answers are cut from the context."""
    targets: list[tuple[int, int]] = field(default_factory=list)

    def take(self, made: Any, first: int, gold: Sequence[Any] | None) -> None:
        """Add the windows of the examples from number `first` on; `gold` is given where they are learnt from."""
        for row, ids in enumerate(made["input_ids"]):
            example = first + made["overflow_to_sample_mapping"][row]
            bounds = _context(made.sequence_ids(row))
            places = np.asarray(made["offset_mapping"][row], dtype=np.int32)
            self.ids.append(np.asarray(ids, dtype=np.int32))
            self.example.append(example)
            self.context.append(bounds)
            if "token_type_ids" in made:
                self.types.append(np.asarray(made["token_type_ids"][row], dtype=np.int8))
            if gold is None:
                self.offsets.append(places)
            self.targets.append((0, 0) if gold is None else _target(gold[example][0], bounds, places))


@dataclass(frozen=True)
class Spans(Problem):
    """The first and last token of the answer; SQuAD v1.1's rule scores its text."""

    model_class: ClassVar[str] = "AutoModelForQuestionAnswering"

    @property
    def outputs(self) -> int:
        """A start and an end for every token."""
        return 2

    def features(
        self, examples: Examples, tokenizer: PreTrainedTokenizerBase, model: Any, settings: Settings, *, train: bool
    ) -> Features:
        """One row a window; a window without the answer points to [CLS]."""
        questions = _shortened(examples.first, tokenizer, settings.question_length)
        length, stride = _window(questions, tokenizer, longest(model, settings.length), settings.stride)
        windows = _Windows()
        for first in range(0, len(questions), AT_ONCE):
            made = encode(
                tokenizer, model, questions[first : first + AT_ONCE], (examples.second or ())[first : first + AT_ONCE],
                truncation="only_second", max_length=length, stride=stride,
                return_overflowing_tokens=True, return_offsets_mapping=True,
            )  # fmt: skip
            windows.take(made, first, examples.gold if train else None)
        example = np.asarray(windows.example, dtype=np.int64)
        cut = int(np.sum(np.bincount(example, minlength=len(examples)) > 1))
        unknown = unknown_rate(windows.ids, tokenizer.unk_token_id)
        spans = {"context": windows.context, "offsets": windows.offsets}
        targets = np.asarray(windows.targets, dtype=np.int64)
        return Features(windows.ids, windows.types or None, targets, example, cut, unknown, spans)

    def logits(self, output: Any) -> Tensor:
        """[batch, length, 2], start and end."""
        import torch

        return torch.stack((output.start_logits, output.end_logits), dim=-1)

    def loss(self, logits: Tensor, targets: Sequence[Any] | NDArray[Any]) -> Tensor:
        """The mean cross entropy of the start and of the end, in nats."""
        import torch
        from torch.nn.functional import cross_entropy

        gold = torch.as_tensor(np.asarray(targets), device=logits.device)
        return cross_entropy(logits.float(), gold)

    def answers(self, logits: list[NDArray[Any]], features: Features, examples: Examples, settings: Settings) -> Any:
        """The best-scoring text for each question, by its id."""
        best: dict[int, tuple[float, str]] = {}
        contexts = examples.second or ()
        for row, example in enumerate(features.example.tolist()):
            score, first, last = _best(logits[row], features.spans["context"][row], settings)
            if score > best.get(example, (-np.inf, ""))[0]:
                places: Offsets = features.spans["offsets"][row]
                best[example] = (score, contexts[example][places[first, 0] : places[last, 1]])
        return {examples.ids[number]: text for number, (_, text) in sorted(best.items())}

    def score(self, answers: Any, examples: Examples) -> dict[str, float]:
        """Exact match and F1, in percent."""
        references = [(id, [text for _, text in gold]) for id, gold in zip(examples.ids, examples.gold, strict=True)]
        scored = score_answers(answers, references)
        return {"exact match": scored.exact_match, "f1": scored.f1}

    def evidence(self, answers: Any, examples: Examples) -> dict[str, Any]:
        """The answers, and what each question's is worth by exact match and F1, 0 to 1."""
        points = []
        for id, gold in zip(examples.ids, examples.gold, strict=True):
            right = [text for _, text in gold]
            given = answers.get(id, "")
            points.append([max(exact_match(given, r) for r in right), max(token_f1(given, r) for r in right)])
        return {"answers": answers, "gold": [], "points": points}

    def majority(self, examples: Examples) -> dict[str, float]:
        """Nothing: no answer is frequent enough to stand for all."""
        return {}

    def collapsed(self, answers: Any) -> bool:
        """Whether nearly all answers are empty or one text."""
        return len(set(answers.values())) <= max(1, len(answers) // 100)


def _shortened(questions: Sequence[str], tokenizer: PreTrainedTokenizerBase, length: int) -> list[str]:
    """The questions, cut after so many tokens."""
    made = tokenizer(
        list(questions), add_special_tokens=False, return_offsets_mapping=True, return_attention_mask=False
    )
    return [
        text if len(places) <= length else text[: places[length - 1][1]]
        for text, places in zip(questions, made["offset_mapping"], strict=True)
    ]


def _window(questions: Sequence[str], tokenizer: PreTrainedTokenizerBase, length: int, stride: int) -> tuple[int, int]:
    """Length and stride of the windows; the stride shrinks with what a short model leaves for the context."""
    longest_question = max(len(ids) for ids in tokenizer(list(questions), add_special_tokens=False)["input_ids"])
    room = length - longest_question - tokenizer.num_special_tokens_to_add(pair=True)
    if room < 2:
        raise ModelError(
            f"a question of {longest_question} tokens leaves no room for a context in {length} tokens; "
            "lower question-length, or take a model with more positions"
        )
    return length, min(stride, room // 2)


def _context(sequence_ids: list[int | None]) -> tuple[int, int]:
    """The first token of the context in a window, and the one after its last."""
    return sequence_ids.index(1), len(sequence_ids) - sequence_ids[::-1].index(1)


def _target(answer: tuple[int, str], bounds: tuple[int, int], places: Offsets) -> tuple[int, int]:
    """The first and last token of the answer in a window, or (0, 0) where it does not hold all of it."""
    start, stop = answer[0], answer[0] + len(answer[1])
    first, after = bounds
    if places[first, 0] > start or places[after - 1, 1] < stop:
        return 0, 0
    begin = first + int(np.argmax(places[first:after, 1] > start))
    end = after - 1 - int(np.argmax(places[first:after, 0][::-1] < stop))
    return begin, max(begin, end)


def _best(logits: NDArray[Any], bounds: tuple[int, int], settings: Settings) -> tuple[float, int, int]:
    """The score, first and last token of the best stretch: among the n best starts and ends, not too long."""
    first, after = bounds
    start, end = logits[first:after, 0], logits[first:after, 1]
    starts = np.argsort(-start, kind="stable")[: settings.n_best]
    ends = np.argsort(-end, kind="stable")[: settings.n_best]
    span = ends[None, :] - starts[:, None]
    total = start[starts][:, None] + end[ends][None, :]
    total = np.where((span >= 0) & (span < settings.answer_length), total, -np.inf)
    row, column = np.unravel_index(int(np.argmax(total)), total.shape)
    if not np.isfinite(total[row, column]):  # no start stands before an end: the best single token
        single = int(np.argmax(start + end))
        return float(start[single] + end[single]), first + single, first + single
    return float(total[row, column]), first + int(starts[row]), first + int(ends[column])
