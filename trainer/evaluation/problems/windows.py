"""Windows: long contexts cut into overlapping pieces, each with its question (SQuAD)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trainer.errors import TaskError
from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.problems.features import Offsets, Reader
from trainer.models import as_text
from trainer.plugin import Examples

if TYPE_CHECKING:
    from transformers import BatchEncoding, PreTrainedTokenizerBase

AT_ONCE = 1000
"""Number of examples tokenized at once: the tokenizer's lists use fifty times the memory of arrays."""


@dataclass
class Windows:
    """Windows as compact arrays, collected from the tokenizer chunk by chunk."""

    ids: list[NDArray[np.int32]] = field(default_factory=list)
    types: list[NDArray[np.int8]] = field(default_factory=list)
    example: list[int] = field(default_factory=list)
    context: list[tuple[int, int]] = field(default_factory=list)
    offsets: list[Offsets] = field(default_factory=list)
    """For dev examples only, whose answers are cut out of the context."""
    targets: list[tuple[int, int]] = field(default_factory=list)

    def take(self, made: BatchEncoding, first: int, gold: Sequence[Sequence[tuple[int, str]]] | None) -> None:
        """Add the windows of some examples.

        Args:
            made: the tokenizer's output.
            first: the number of the first example.
            gold: the right answers of all examples, to train on; None for dev examples.

        Raises:
            TaskError: a context has no tokens.
        """
        for row, ids in enumerate(made["input_ids"]):
            example = first + made["overflow_to_sample_mapping"][row]
            bounds = _context(made.sequence_ids(row), example)
            places = np.asarray(made["offset_mapping"][row], dtype=np.int32)
            self.ids.append(np.asarray(ids, dtype=np.int32))
            self.example.append(example)
            self.context.append(bounds)
            if "token_type_ids" in made:
                self.types.append(np.asarray(made["token_type_ids"][row], dtype=np.int8))
            if gold is None:
                self.offsets.append(places)
            self.targets.append((0, 0) if gold is None else _target(gold[example][0], bounds, places))


def windows_of(
    examples: Examples, reader: Reader, settings: Settings, *, train: bool
) -> tuple[Windows, NDArray[np.bool_]]:
    """The windows of every question and its context.

    They are those of transformers' `run_qa`: they share `stride` tokens, independently of the other questions.
    `run_qa` fails if a question leaves room for no more context tokens than the stride; here, the windows of such a
    question share half of its room.

    Args:
        examples: questions and contexts.
        reader: the model's tokenizer and limits.
        settings: length, stride and question length, in tokens.
        train: whether to mark the answers for training; otherwise positions in the text are kept, to cut answers out.

    Returns:
        The windows, and for each question whether its windows share fewer tokens than the stride: [questions].

    Raises:
        TaskError: a question leaves no room for its context, or a context has no tokens.
    """
    length = reader.length(settings.length)
    questions, tokens = _shortened(examples.first, reader.tokenizer, settings.question_length)
    room = length - tokens - reader.tokenizer.num_special_tokens_to_add(pair=True)
    _check_room(room, examples, length)
    strides = np.where(room > settings.stride, settings.stride, room // 2)
    windows, contexts = Windows(), examples.second or ()
    for first, after in _chunks(strides):
        made = reader.encode(
            questions[first:after], contexts[first:after], truncation="only_second", max_length=length,
            stride=int(strides[first]), return_overflowing_tokens=True, return_offsets_mapping=True,
        )  # fmt: skip
        windows.take(made, first, examples.gold if train else None)
    return windows, strides != settings.stride


def _shortened(
    questions: Sequence[str], tokenizer: PreTrainedTokenizerBase, length: int
) -> tuple[list[str], NDArray[np.int64]]:
    """The questions without leading white space, cut to `length` tokens; and the number of tokens of each."""
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
        TaskError: a question does not; the message names it.
    """
    if len(room) and (worst := int(np.argmin(room))) >= 0 and room[worst] < 2:
        raise TaskError(
            f"question {examples.ids[worst]} leaves no room for its context in {length} tokens; raise length, "
            "lower question-length, or use a model with more positions"
        )


def _chunks(strides: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """The start and end of chunks of at most AT_ONCE questions with the same stride."""
    edges = [0, *(np.flatnonzero(np.diff(strides)) + 1).tolist(), len(strides)]
    for first, after in pairwise(edges):
        for start in range(first, after, AT_ONCE):
            yield start, min(start + AT_ONCE, after)


def _context(sequence_ids: list[int | None], example: int) -> tuple[int, int]:
    """The first token of the context in a window, and the one after its last.

    Raises:
        TaskError: there is none.
    """
    if 1 not in sequence_ids:
        raise TaskError(f"the context of question {example + 1} has no tokens, only white space or the like; remove it")
    return sequence_ids.index(1), len(sequence_ids) - sequence_ids[::-1].index(1)


def _target(answer: tuple[int, str], bounds: tuple[int, int], places: Offsets) -> tuple[int, int]:
    """The first and last token of the answer in a window, or (0, 0) if the window does not contain all of it."""
    start, stop = answer[0], answer[0] + len(answer[1])
    first, after = bounds
    if places[first, 0] > start or places[after - 1, 1] < stop:
        return 0, 0
    begin = first + int(np.argmax(places[first:after, 1] > start))
    end = after - 1 - int(np.argmax(places[first:after, 0][::-1] < stop))
    return begin, max(begin, end)
