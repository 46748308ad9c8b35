"""Answers that are a span of the context: long contexts are split into windows, and the best span of all wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.problems.features import Features, Reader, SpanPlaces, Targets, unknown_rate
from trainer.evaluation.problems.heads import Judgement, Logits, Problem
from trainer.evaluation.problems.windows import Windows, windows_of
from trainer.evaluation.scoring import exact_match, score_answers, token_f1
from trainer.plugin import Examples

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Spans(Problem):
    """The first and last token of the answer, whose text is scored by SQuAD v1.1's rule."""

    model_class: ClassVar[str] = "AutoModelForQuestionAnswering"

    @property
    def outputs(self) -> int:
        """A start and an end for every token."""
        return 2

    def features(self, examples: Examples, reader: Reader, settings: Settings, *, train: bool) -> Features:
        """One row per window; in a window without the answer, the target is [CLS].

        Raises:
            TaskError: a question leaves no room for its context.
        """
        windows, narrow = windows_of(examples, reader, settings, train=train)
        return self._gathered(windows, narrow, reader)

    def _gathered(self, windows: Windows, narrow: NDArray[np.bool_], reader: Reader) -> Features:
        example = np.asarray(windows.example, dtype=np.int64)
        several = np.bincount(example, minlength=len(narrow)) > 1
        return Features(
            windows.ids, windows.types or None, np.asarray(windows.targets, dtype=np.int64), example,
            truncated=int(several.sum()), narrowed=int((several & narrow).sum()),
            unknown_rate=unknown_rate(windows.ids, reader.tokenizer.unk_token_id),
            spans=SpanPlaces(windows.context, windows.offsets),
        )  # fmt: skip

    def logits(self, output: Mapping[str, Tensor]) -> Tensor:
        """[batch, length, 2], start and end.

        Args:
            output: has `start_logits` and `end_logits`, both of the shape [batch, length].
        """
        import torch

        return torch.stack((output["start_logits"], output["end_logits"]), dim=-1)

    def loss(self, logits: Tensor, targets: Targets) -> Tensor:
        """The mean cross entropy of the start and of the end, in nats.

        Args:
            logits: of the shape [batch, length, 2].
            targets: [batch, 2], the first and last token of the answer in each window; token 0, [CLS], if it is not
                there.

        Returns:
            A scalar.
        """
        import torch
        from torch.nn.functional import cross_entropy

        gold = torch.as_tensor(np.asarray(targets), device=logits.device)
        return cross_entropy(logits.float(), gold)

    def distributions(self, logits: Tensor, lengths: Sequence[int], targets: Targets) -> list[Tensor]:
        """One table per window, with one row for the start and one for the end, over the window's tokens.

        Args:
            logits: of the shape [batch, length, 2].
            lengths: [batch], the tokens of each window.
            targets: [batch, 2]; unused.

        Returns:
            For each window, a tensor of the shape [2, tokens].
        """
        return [row[:length].T for row, length in zip(logits, lengths, strict=True)]

    def judge(self, logits: Sequence[Logits], features: Features, examples: Examples, settings: Settings) -> Judgement:
        """Exact match and F1; the evidence has both for each question, 0 to 1, and the answers by question id.

        The model has collapsed if its answers have at most 1 % as many texts as questions, and the right ones more.
        """
        answers = self._answers(logits, features, examples, settings)
        references = [(id, [text for _, text in gold]) for id, gold in zip(examples.ids, examples.gold, strict=True)]
        scored = score_answers(answers, references)
        points = []
        for id, right in references:
            given = answers.get(id, "")
            points.append([max(exact_match(given, r) for r in right), max(token_f1(given, r) for r in right)])
        few = max(1, len(answers) // 100)
        return Judgement(
            {"exact match": scored.exact_match, "f1": scored.f1},
            {"answers": answers, "gold": [], "points": points},
            len(set(answers.values())) <= few < len({right[0] for _, right in references}),
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
        """Empty, since no answer is frequent enough for a baseline."""
        return {}


def _best(logits: Logits, bounds: tuple[int, int], settings: Settings) -> tuple[float, int, int]:
    """The score, first and last token of the best span that is not too long, from the n best starts and ends."""
    first, after = bounds
    start, end = logits[first:after, 0], logits[first:after, 1]
    starts = np.argsort(-start, kind="stable")[: settings.n_best]
    ends = np.argsort(-end, kind="stable")[: settings.n_best]
    span = ends[None, :] - starts[:, None]
    total = start[starts][:, None] + end[ends][None, :]
    total = np.where((span >= 0) & (span < settings.answer_length), total, -np.inf)
    row, column = np.unravel_index(int(np.argmax(total)), total.shape)
    if not np.isfinite(total[row, column]):  # no start before an end: use the best single token
        single = int(np.argmax(start + end))
        return float(start[single] + end[single]), first + single, first + single
    return float(total[row, column]), first + int(starts[row]), first + int(ends[column])
