"""Fine-tune a model on one task and score it on the task's dev sets."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpora import generator, seed_of
from trainer.distillation import learning_rate_factor, warmup_updates
from trainer.errors import Diverged, ModelError
from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.problems.encoders import Encoder, load_encoder
from trainer.evaluation.problems.features import Features, padded, scoring_batches, training_batches
from trainer.evaluation.problems.heads import Problem
from trainer.evaluation.problems.lookup import problem_of
from trainer.plugin import Examples, Splits, Task

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Progress = Callable[[str, int, int], None]
"""Called with what is being done, the updates done and those to do."""

TEACHER_WEIGHT, TEMPERATURE = 0.5, 2.0
"""Of the second distillation step, as DistilBERT's authors took it for SQuAD (Sanh et al. 2019, section 4)."""


@dataclass(frozen=True)
class Finetuned:
    """A fine-tuned model and what it scores."""

    encoder: Encoder
    metrics: dict[str, dict[str, float]]
    """By the dev set's column, each metric in percent."""
    evidence: dict[str, Any]
    """By the dev set's column, one answer an example, with what is right or what it is worth."""
    collapsed: dict[str, bool]
    updates: int
    final_loss: float
    elapsed_seconds: float
    notes: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    """Examples trained on, cut short, and tokens seen."""


def finetune(
    task: Task,
    splits: Splits,
    model: Path,
    *,
    settings: Settings,
    seed: int,
    device: str = "cpu",
    teacher: Path | None = None,
    progress: Progress | None = None,
) -> Finetuned:
    """A model trained on a task's examples, and its answers to each dev set.

    Args:
        model: a folder that transformers opens, with its tokenizer; it is left as it is.
        teacher: a model already fine-tuned on this task, whose answers are learnt beside the labels
            (a second distillation step).
        progress: called after every update.

    Raises:
        ModelError: the folder cannot give this model, or its tokenizer does not fit it.
        Diverged: the loss is no longer a number.
    """
    import torch

    started = time.monotonic()
    problem = problem_of(task.head())
    train = splits.train.take(_drawn(len(splits.train), settings.train_rows))
    with torch.random.fork_rng(devices=_cuda(device)):
        torch.manual_seed(seed_of("finetune", task.name, seed) % 2**63)
        encoder = load_encoder(model, problem, device=device)
        features = problem.features(train, encoder.tokenizer, encoder.model, settings, train=True)
        leader = load_encoder(teacher, problem, device=device, trained_head=True) if teacher else None
        run = _Run(encoder, problem, settings, seed=seed, leader=leader)
        updates, loss = run.train(features, progress or (lambda *_: None), task.title)
    metrics, evidence, collapsed = {}, {}, {}
    for column, dev in splits.dev.items():
        examples = dev.take(range(min(len(dev), settings.dev_rows or len(dev))))
        answers = answered(encoder, problem, examples, settings)
        metrics[column] = problem.score(answers, examples)
        evidence[column] = problem.evidence(answers, examples)
        collapsed[column] = problem.collapsed(answers)
    counts = {"train": len(train), "truncated": features.truncated, "tokens": run.tokens}
    elapsed = time.monotonic() - started
    return Finetuned(encoder, metrics, evidence, collapsed, updates, loss, elapsed, _notes(features), counts)


def answered(encoder: Encoder, problem: Problem, examples: Examples, settings: Settings) -> Any:
    """One answer an example, in JSON values."""
    import torch

    features = problem.features(examples, encoder.tokenizer, encoder.model, settings, train=False)
    logits: list[NDArray[Any]] = [np.empty(0)] * len(features)
    encoder.model.eval()
    with torch.inference_mode():  # without autocast: in bf16 many scores would tie
        for rows in scoring_batches(features.lengths, tokens=65536 if encoder.device != "cpu" else 4096):
            batch = padded(features, rows, encoder.pad_id, encoder.device)
            made = problem.logits(encoder.model(**batch)).cpu().numpy()
            for row, values in zip(rows, made, strict=True):
                logits[row] = values
    return problem.answers(logits, features, examples, settings)


class _Run:
    """One fine-tuning run: the optimizer, the schedule and the loop."""

    def __init__(
        self, encoder: Encoder, problem: Problem, settings: Settings, *, seed: int, leader: Encoder | None
    ) -> None:
        import torch

        self.encoder, self.problem, self.settings = encoder, problem, settings
        self.seed, self.leader, self.tokens = seed, leader, 0
        named = list(encoder.model.named_parameters())
        plain = [p for name, p in named if p.ndim < 2 or "norm" in name.lower()]
        decayed = [p for name, p in named if not (p.ndim < 2 or "norm" in name.lower())]
        groups = [{"params": decayed, "weight_decay": settings.weight_decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(
            groups, lr=settings.learning_rate, betas=(0.9, settings.beta2), eps=settings.epsilon
        )
        if leader is not None and leader.vocabulary != encoder.vocabulary:
            raise ModelError(f"{leader.folder} has another vocabulary than {encoder.folder}; a teacher must share it")

    def train(self, features: Features, progress: Progress, title: str) -> tuple[int, float]:
        """The number of updates made, and the mean loss of the last tenth of them."""
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
        targets = [features.targets[row] for row in rows]
        with _autocast(self.encoder.device):
            logits = self.problem.logits(self.encoder.model(**batch))
        loss = self.problem.loss(logits, targets)
        if self.leader is not None:
            loss = (1 - TEACHER_WEIGHT) * loss + TEACHER_WEIGHT * self._following(logits, batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.encoder.model.parameters(), self.settings.clip)
        warmup = warmup_updates(self.settings.warmup, updates=total)
        factor = learning_rate_factor(done, updates=total, warmup=warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * factor
        self.optimizer.step()
        return loss.detach()

    def _following(self, logits: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
        """How far the answers are from the teacher's: KL(teacher || student) at temperature 2, times 4."""
        import torch
        from torch.nn.functional import kl_div, log_softmax, mse_loss

        if self.leader is None:
            raise ModelError("there is no teacher to follow")
        with torch.inference_mode(), _autocast(self.encoder.device):
            theirs = self.problem.logits(self.leader.model(**batch))
        theirs = theirs.clone().float()
        if self.problem.outputs == 1:
            return mse_loss(logits.float(), theirs)
        axis = 1 if self.problem.head.problem == "spans" else -1
        ours = log_softmax(logits.float() / TEMPERATURE, dim=axis)
        wanted = log_softmax(theirs / TEMPERATURE, dim=axis)
        divergence = kl_div(ours, wanted, reduction="none", log_target=True).sum(axis)
        return divergence.mean() * TEMPERATURE**2

    def _check(self, losses: list[Tensor], title: str) -> None:
        if not all(math.isfinite(float(loss)) for loss in losses):
            raise Diverged(
                f"{title}: the loss of fine-tuning is no longer a number (seed {self.seed}, learning rate "
                f"{self.settings.learning_rate:g}); lower the learning rate"
            )


def _drawn(rows: int, wanted: int | None) -> list[int]:
    """The examples to train on: all, or the first so many of one fixed permutation, so that more holds less."""
    if wanted is None or wanted >= rows:
        return list(range(rows))
    return sorted(generator("train rows", rows).permutation(rows)[:wanted].tolist())


def _notes(features: Features) -> tuple[str, ...]:
    if features.unknown_rate <= 0.05:
        return ()
    return (
        f"{features.unknown_rate:.0%} of the tokens are unknown to the vocabulary: "
        "is this model of the benchmark's language?",
    )


def _autocast(device: str) -> torch.autocast:
    """bf16 on a GPU, float32 elsewhere."""
    import torch

    kind = device.partition(":")[0]
    return torch.autocast(kind, dtype=torch.bfloat16, enabled=kind == "cuda")


def _cuda(device: str) -> list[int]:
    import torch

    return list(range(torch.cuda.device_count())) if device.startswith("cuda") else []
