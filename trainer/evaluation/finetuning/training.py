"""Fine-tune a model on one task and score it on the task's dev sets."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpora import OptionError, generator, seed_of
from trainer.distillation import learning_rate_factor, warmup_updates
from trainer.errors import Diverged
from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.finetuning.task_distillation import TaskDistillation, TaskDistillationLoss
from trainer.evaluation.problems.cache import CACHE
from trainer.evaluation.problems.encoders import Encoder, load_encoder
from trainer.evaluation.problems.features import (
    Features,
    Reader,
    joined,
    padded,
    scoring_batches,
    training_batches,
)
from trainer.evaluation.problems.heads import Judgement, Logits, Problem
from trainer.evaluation.problems.lookup import problem_of
from trainer.evaluation.results import Evidence
from trainer.plugin import Examples, Splits, Task

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Progress = Callable[[str, int, int], None]
"""Called with the name of the task, the updates done and the total."""


@dataclass(frozen=True)
class Finetuned:
    """A fine-tuned model and its scores."""

    encoder: Encoder
    metrics: dict[str, dict[str, float]]
    """By column (dev set), each metric in percent."""
    evidence: dict[str, Evidence]
    """By column (dev set), one answer per example, with the right answer or its points."""
    collapsed: dict[str, bool]
    updates: int
    final_loss: float
    elapsed_seconds: float
    notes: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    """`train` and `truncated` examples, `tokens` read, and `unlabelled` rows if there are any."""


def finetune(
    task: Task,
    splits: Splits,
    model: Path,
    *,
    settings: Settings,
    seed: int,
    device: str = "cpu",
    distillation: TaskDistillation | None = None,
    progress: Progress | None = None,
) -> Finetuned:
    """Train a model on a task's examples, and let it answer each dev set.

    Args:
        task: what to train on.
        splits: its train and dev examples.
        model: a folder that transformers can open, with its tokenizer; it is not changed.
        settings: learning rate, epochs, lengths and so on.
        seed: decides the order, dropout and the head's initial weights.
        device: such as `cpu` or `cuda`.
        distillation: a model already fine-tuned on this task, and how to learn from it.
        progress: called after every update.

    Raises:
        ModelError: the folder has no suitable model, or its tokenizer or the teacher does not fit it.
        TaskError: a question leaves no room for its context.
        OptionError: there is nothing to train on, or a loss has no meaning for this task.
        Diverged: the loss is no longer a number.
    """
    import torch

    started = time.monotonic()
    if settings.train_rows == 0 and (distillation is None or distillation.unlabelled is None):
        raise OptionError("train-rows is 0, and there are no unlabelled rows to learn from; use at least 1")
    problem = problem_of(task.head())
    train = splits.train.take(_drawn(len(splits.train), settings.train_rows))
    dev = {name: one.take(range(min(len(one), settings.dev_rows or len(one)))) for name, one in splits.dev.items()}
    with torch.random.fork_rng(devices=_cuda(device)):
        torch.manual_seed(seed_of("finetune", task.name, seed) % 2**63)
        encoder = load_encoder(model, problem, device=device)
        task_loss = TaskDistillationLoss.of(distillation, encoder, problem, settings) if distillation else None
        features = _training_features(problem, train, encoder.reader, settings, distillation, task_loss)
        asked = {name: CACHE.features(problem, one, encoder.reader, settings, train=False) for name, one in dev.items()}
        run = _Run(encoder, problem, settings, seed=seed, task_loss=task_loss)
        updates, loss = run.train(features, progress or (lambda *_: None), task.title)
    metrics, evidence, collapsed = {}, {}, {}
    for column, examples in dev.items():
        judged = scores_on(examples, encoder, problem, asked[column], settings)
        metrics[column], evidence[column], collapsed[column] = judged.scores, judged.evidence, judged.collapsed
    counts = {"train": len(train), "truncated": features.truncated, "tokens": run.tokens}
    notes = _notes({"train": features, **asked}) + (task_loss.notes if task_loss else ())
    if distillation and distillation.unlabelled is not None:
        counts["unlabelled"] = len(distillation.unlabelled)
        notes += tuple(f"unlabelled: {n} {reason}" for reason, n in distillation.unlabelled.unreadable.items())
    elapsed = time.monotonic() - started
    return Finetuned(encoder, metrics, evidence, collapsed, updates, loss, elapsed, notes, counts)


def _training_features(
    problem: Problem, train: Examples, reader: Reader, settings: Settings, distillation: TaskDistillation | None,
    task_loss: TaskDistillationLoss | None,
) -> Features:  # fmt: skip
    """The labelled rows, then the unlabelled ones; with type ids if the student or the teacher needs them."""
    if distillation is None or task_loss is None:
        return CACHE.features(problem, train, reader, settings, train=True)
    both = task_loss.reader(reader)
    parts = [CACHE.features(problem, train, both, settings, train=True)] if len(train) else []
    if distillation.unlabelled is not None:
        parts.append(CACHE.features(problem, distillation.unlabelled, both, settings, train=False))
    return joined(parts, labelled=len(parts[0]) if len(train) else 0)


def scores_on(
    examples: Examples, encoder: Encoder, problem: Problem, features: Features, settings: Settings
) -> Judgement:
    """Let a model answer examples, and score the answers.

    Args:
        examples: of one dev set.
        encoder: the model; it is left in evaluation mode.
        problem: the kind of problem, with its metrics.
        features: made from the examples.
        settings: of the fine-tuning.
    """
    import torch

    logits: list[Logits] = [np.empty(0)] * len(features)
    encoder.model.train(False)
    with torch.inference_mode():  # without autocast, since many scores would tie in bf16
        for rows in scoring_batches(features.lengths, tokens=65536 if encoder.device != "cpu" else 4096):
            batch = padded(features, rows, encoder.pad_id, encoder.device)
            made = problem.logits(encoder.run(batch)).cpu().numpy()
            for row, values in zip(rows, made, strict=True):
                logits[row] = values
    return problem.judge(logits, features, examples, settings)


class _Run:
    """One fine-tuning run: the optimizer, the schedule and the loop."""

    def __init__(
        self,
        encoder: Encoder,
        problem: Problem,
        settings: Settings,
        *,
        seed: int,
        task_loss: TaskDistillationLoss | None,
    ) -> None:
        import torch

        self.encoder, self.problem, self.settings = encoder, problem, settings
        self.seed, self.task_loss, self.tokens = seed, task_loss, 0
        named = [*encoder.model.named_parameters(), *(task_loss.named_parameters() if task_loss else ())]
        self.parameters = [parameter for _, parameter in named]
        plain = [p for name, p in named if p.ndim < 2 or "norm" in name.lower()]
        decayed = [p for name, p in named if not (p.ndim < 2 or "norm" in name.lower())]
        groups = [{"params": decayed, "weight_decay": settings.weight_decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(
            groups, lr=settings.learning_rate, betas=(0.9, settings.beta2), eps=settings.epsilon, fused=True
        )

    def train(self, features: Features, progress: Progress, title: str) -> tuple[int, float]:
        """Train, and return the number of updates and the mean loss of the last tenth of them."""
        a_pass = math.ceil(len(features) / self.settings.batch_size)
        total = max(math.ceil(a_pass * self.settings.epochs), self.settings.min_updates)
        losses: list[Tensor] = []
        self.encoder.model.train()
        for epoch in range(math.ceil(total / a_pass)):
            rng = generator("finetune", self.seed, epoch)
            for rows in training_batches(features.lengths, self.settings.batch_size, rng):
                if len(losses) == total:
                    break
                losses.append(self._update(features, rows, len(losses), total))
                if len(losses) % 50 == 0 or len(losses) == total:
                    self._check(losses[-50:], title)
                progress(title, len(losses), total)
        last = losses[-max(1, total // 10) :]
        return len(losses), float(sum(float(loss) for loss in last) / len(last))

    def _update(self, features: Features, rows: NDArray[np.int64], done: int, total: int) -> Tensor:
        import torch

        batch = padded(features, rows, self.encoder.pad_id, self.encoder.device)
        self.tokens += int(features.lengths[rows].sum())
        with _autocast(self.encoder.device, self.settings.precision):
            if self.task_loss is None:
                logits = self.problem.logits(self.encoder.run(batch))
                loss = self.problem.loss(logits, [features.targets[row] for row in rows])
            else:
                loss = self.task_loss.loss(batch, features, rows)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters, self.settings.clip)
        warmup = warmup_updates(self.settings.warmup, updates=total)
        factor = learning_rate_factor(done, updates=total, warmup=warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * factor
        self.optimizer.step()
        return loss.detach()

    def _check(self, losses: list[Tensor], title: str) -> None:
        if not all(math.isfinite(float(loss)) for loss in losses):
            raise Diverged(
                f"{title}: the fine-tuning loss is no longer a number (seed {self.seed}, learning rate "
                f"{self.settings.learning_rate:g}); lower the learning rate"
            )


def _drawn(rows: int, wanted: int | None) -> list[int]:
    """The examples to train on: all, or the first in a fixed permutation, so that samples are nested."""
    if wanted is None or wanted >= rows:
        return list(range(rows))
    return sorted(generator("train rows", rows).permutation(rows)[:wanted].tolist())


def _notes(features: Mapping[str, Features]) -> tuple[str, ...]:
    """Notes on the rows of each split."""
    notes = [
        f"{one.narrowed} questions of {name} leave less room than the stride; their windows share half of that room"
        for name, one in features.items()
        if one.narrowed
    ]
    if (rate := features["train"].unknown_rate) > 0.05:
        notes.append(f"{rate:.0%} of the tokens are not in the vocabulary: is the model for the benchmark's language?")
    return tuple(notes)


def _autocast(device: str, precision: str | None) -> torch.autocast:
    """bf16 if asked for; by default on a GPU only."""
    import torch

    kind = device.partition(":")[0]
    bf16 = precision == "bf16" or (precision is None and kind == "cuda")
    return torch.autocast(kind, dtype=torch.bfloat16, enabled=bf16)


def _cuda(device: str) -> list[int]:
    import torch

    return list(range(torch.cuda.device_count())) if device.startswith("cuda") else []
