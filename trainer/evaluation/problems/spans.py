"""Answers that are a span of the context: long contexts in windows, and the best span over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trainer.errors import TaskError
from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.problems.features import Features, Offsets, Reader, SpanPlaces, Targets, unknown_rate
from trainer.evaluation.problems.heads import Judgement, Logits, Problem
from trainer.evaluation.scoring import exact_match, score_answers, token_f1
from trainer.models import as_text
from trainer.plugin import Examples

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import BatchEncoding, PreTrainedTokenizerBase

AT_ONCE = 1000
"""Examples that are cut into windows together: the tokenizer's own lists take fifty times the memory of arrays."""


@dataclass
class _Windows:
    """Windows as compact arrays, collected chunk by chunk from the tokenizer."""

    ids: list[NDArray[np.int32]] = field(default_factory=list)
    types: list[NDArray[np.int8]] = field(default_factory=list)
    example: list[int] = field(default_factory=list)
    context: list[tuple[int, int]] = field(default_factory=list)
    offsets: list[Offsets] = field(default_factory=list)
    """Of dev examples only, whose answers are cut from the context."""
    targets: list[tuple[int, int]] = field(default_factory=list)

    def take(self, made: BatchEncoding, first: int, gold: Sequence[Sequence[tuple[int, str]]] | None) -> None:
        """Add the windows of the examples from number `first` on; `gold` is given for examples to learn from."""
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

    def features(self, examples: Examples, reader: Reader, settings: Settings, *, train: bool) -> Features:
        """One row per window; a window without the answer points to [CLS].

        The windows are those of transformers' `run_qa`: they share `stride` tokens, whatever the other questions
        are. `run_qa` fails at a question that leaves room for no more context tokens than the stride; here the
        windows of such a question share half of its room, and `narrowed` counts them.

        Raises:
            TaskError: a question leaves no room for its context.
        """
        length = reader.length(settings.length)
        questions, tokens = _shortened(examples.first, reader.tokenizer, settings.question_length)
        room = length - tokens - reader.tokenizer.num_special_tokens_to_add(pair=True)
        _check_room(room, examples, length)
        strides = np.where(room > settings.stride, settings.stride, room // 2)
        windows, contexts = _Windows(), examples.second or ()
        for first, after in _chunks(strides):
            made = reader.encode(
                questions[first:after], contexts[first:after], truncation="only_second", max_length=length,
                stride=int(strides[first]), return_overflowing_tokens=True, return_offsets_mapping=True,
            )  # fmt: skip
            windows.take(made, first, examples.gold if train else None)
        return self._gathered(windows, strides != settings.stride, reader)

    def _gathered(self, windows: _Windows, narrow: NDArray[np.bool_], reader: Reader) -> Features:
        example = np.asarray(windows.example, dtype=np.int64)
        several = np.bincount(example, minlength=len(narrow)) > 1
        return Features(
            windows.ids, windows.types or None, np.asarray(windows.targets, dtype=np.int64), example,
            truncated=int(several.sum()), narrowed=int((several & narrow).sum()),
            unknown_rate=unknown_rate(windows.ids, reader.tokenizer.unk_token_id),
            spans=SpanPlaces(windows.context, windows.offsets),
        )  # fmt: skip

    def logits(self, output: Mapping[str, Tensor]) -> Tensor:
        """[batch, length, 2], start and end."""
        import torch

        return torch.stack((output["start_logits"], output["end_logits"]), dim=-1)

    def loss(self, logits: Tensor, targets: Targets) -> Tensor:
        """The mean cross entropy of the start and of the end, in nats."""
        import torch
        from torch.nn.functional import cross_entropy

        gold = torch.as_tensor(np.asarray(targets), device=logits.device)
        return cross_entropy(logits.float(), gold)

    def distributions(self, logits: Tensor, lengths: Sequence[int], targets: Targets) -> list[Tensor]:
        """A table per window, with a row for the start and one for the end over the window's tokens."""
        return [row[:length].T for row, length in zip(logits, lengths, strict=True)]

    def judge(self, logits: Sequence[Logits], features: Features, examples: Examples, settings: Settings) -> Judgement:
        """Exact match and F1; the evidence has both for each question, 0 to 1, and the answers by question id.

        They collapsed if nearly all are empty or the same text.
        """
        answers = self._answers(logits, features, examples, settings)
        references = [(id, [text for _, text in gold]) for id, gold in zip(examples.ids, examples.gold, strict=True)]
        scored = score_answers(answers, references)
        points = []
        for id, right in references:
            given = answers.get(id, "")
            points.append([max(exact_match(given, r) for r in right), max(token_f1(given, r) for r in right)])
        return Judgement(
            {"exact match": scored.exact_match, "f1": scored.f1},
            {"answers": answers, "gold": [], "points": points},
            len(set(answers.values())) <= max(1, len(answers) // 100),
        )

    def _answers(
        self, logits: Sequence[Logits], features: Features, examples: Examples, settings: Settings
    ) -> dict[str, str]:
        """The best-scoring text for each question, by its id."""
        spans = features.spans or SpanPlaces()
        best: dict[int, tuple[float, str]] = {}
        contexts = examples.second or ()
        for row, example in enumerate(features.example.tolist()):
            score, first, last = _best(logits[row], spans.context[row], settings)
            if score > best.get(example, (-np.inf, ""))[0]:
                places = spans.offsets[row]
                best[example] = (score, contexts[example][places[first, 0] : places[last, 1]])
        return {examples.ids[number]: text for number, (_, text) in sorted(best.items())}

    def majority(self, examples: Examples) -> dict[str, float]:
        """Empty: no answer is frequent enough to be a baseline."""
        return {}


def _shortened(
    questions: Sequence[str], tokenizer: PreTrainedTokenizerBase, length: int
) -> tuple[list[str], NDArray[np.int64]]:
    """The questions without white space in front, cut after so many tokens; and the tokens of each."""
    texts = [question.lstrip() for question in questions]
    how = {"add_special_tokens": False, "return_attention_mask": False}
    places = as_text(tokenizer, texts, return_offsets_mapping=True, **how)["offset_mapping"]
    tokens = np.fromiter(map(len, places), np.int64, len(places))
    for number in np.flatnonzero(tokens > length).tolist():
        texts[number] = texts[number][: places[number][length - 1][1]]
        tokens[number] = len(as_text(tokenizer, [texts[number]], **how)["input_ids"][0])
    return texts, tokens


def _check_room(room: NDArray[np.int64], examples: Examples, length: int) -> None:
    """Check that every question leaves room for two tokens of its context.

    Raises:
        TaskError: one does not; it is named.
    """
    if len(room) and (worst := int(np.argmin(room))) >= 0 and room[worst] < 2:
        raise TaskError(
            f"question {examples.ids[worst]} leaves no room for its context in {length} tokens; raise length, "
            "lower question-length, or take a model with more positions"
        )


def _chunks(strides: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """First and last + 1 of runs of at most AT_ONCE questions that share one stride."""
    edges = [0, *(np.flatnonzero(np.diff(strides)) + 1).tolist(), len(strides)]
    for first, after in pairwise(edges):
        for start in range(first, after, AT_ONCE):
            yield start, min(start + AT_ONCE, after)


def _context(sequence_ids: list[int | None]) -> tuple[int, int]:
    """The first token of the context in a window, and the one after its last."""
    return sequence_ids.index(1), len(sequence_ids) - sequence_ids[::-1].index(1)


def _target(answer: tuple[int, str], bounds: tuple[int, int], places: Offsets) -> tuple[int, int]:
    """The first and last token of the answer in a window, or (0, 0) if the window does not hold all of it."""
    start, stop = answer[0], answer[0] + len(answer[1])
    first, after = bounds
    if places[first, 0] > start or places[after - 1, 1] < stop:
        return 0, 0
    begin = first + int(np.argmax(places[first:after, 1] > start))
    end = after - 1 - int(np.argmax(places[first:after, 0][::-1] < stop))
    return begin, max(begin, end)


def _best(logits: Logits, bounds: tuple[int, int], settings: Settings) -> tuple[float, int, int]:
    """The score, first and last token of the best span: among the n best starts and ends, not too long."""
    first, after = bounds
    start, end = logits[first:after, 0], logits[first:after, 1]
    starts = np.argsort(-start, kind="stable")[: settings.n_best]
    ends = np.argsort(-end, kind="stable")[: settings.n_best]
    span = ends[None, :] - starts[:, None]
    total = start[starts][:, None] + end[ends][None, :]
    total = np.where((span >= 0) & (span < settings.answer_length), total, -np.inf)
    row, column = np.unravel_index(int(np.argmax(total)), total.shape)
    if not np.isfinite(total[row, column]):  # no start comes before an end: the best single token
        single = int(np.argmax(start + end))
        return float(start[single] + end[single]), first + single, first + single
    return float(total[row, column]), first + int(starts[row]), first + int(ends[column])
