"""Task distillation: train a student on a task with the help of a teacher fine-tuned on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from corpora import OptionError
from trainer.errors import ModelError
from trainer.evaluation.problems.encoders import Encoder, load_encoder
from trainer.models import check_states, recorded_states
from trainer.plugin import LogitsLoss, Loss, LossInputs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from trainer.evaluation.finetuning.settings import Settings
    from trainer.evaluation.problems.features import Features, Reader
    from trainer.evaluation.problems.heads import Problem
    from trainer.plugin import Examples

LABEL_WEIGHT = 0.5
"""Weight of the labels next to a teacher, as in DistilBERT for SQuAD (Sanh et al. 2019, section 4)."""


@dataclass(frozen=True)
class TaskDistillation:
    """A teacher, and how to learn from it."""

    teacher: Path
    losses: tuple[Loss, ...]
    label_weight: float = LABEL_WEIGHT
    """The weight of the loss on the labels; 0 learns from the teacher alone."""
    unlabelled: Examples | None = None
    """Inputs without labels, for which only the teacher's outputs count."""


class TaskDistillationLoss:
    """The loss of a task distillation: a term on the labels, and terms on the teacher's outputs or states."""

    def __init__(self, student: Encoder, teacher: Encoder, problem: Problem, distillation: TaskDistillation) -> None:
        self.student, self.teacher, self.problem = student, teacher, problem
        self.label_weight = distillation.label_weight
        used = [loss for loss in distillation.losses if loss.weight > 0]
        check_states(used, student.model, teacher.model)
        self.terms = [(loss, loss.build(teacher.model, student.model).to(student.device)) for loss in used]
        self._needs = _states(loss.needs for loss in used)
        self._teacher_needs = _states(loss.teacher_needs for loss in used)

    @classmethod
    def of(cls, distillation: TaskDistillation, student: Encoder, problem: Problem, settings: Settings) -> Self:
        """Load the teacher, check it against the student, and build the terms.

        Args:
            distillation: the teacher's folder and the terms of the loss.
            student: the model to train.
            problem: the kind of problem that the task is.
            settings: of the fine-tuning.

        Raises:
            ModelError: the teacher has no trained head for the task, another vocabulary, too few positions, or layers
                or widths that a loss cannot use.
            OptionError: a loss has no meaning for this task.
        """
        teacher = load_encoder(distillation.teacher, problem, device=student.device, trained_head=True)
        teacher.model.requires_grad_(False).train(False)
        if teacher.vocabulary != student.vocabulary:
            raise ModelError(
                f"{teacher.folder} has a different vocabulary from {student.folder}; teacher and student must share one"
            )
        length = student.reader.length(settings.length)
        if teacher.reader.length(length) < length:
            raise ModelError(
                f"{teacher.folder} reads at most {teacher.reader.positions} tokens, but rows have up to {length}; "
                f"use --length {teacher.reader.positions}"
            )
        task_loss = cls(student, teacher, problem, distillation)
        task_loss._check_effect()
        return task_loss

    @property
    def notes(self) -> tuple[str, ...]:
        """A note if nothing trains the head, so that the scores are meaningless for now."""
        if self.label_weight or any(isinstance(loss, LogitsLoss) for loss, _ in self.terms):
            return ()
        return ("no term trains the task's head: the scores are meaningless until a second step trains it",)

    def reader(self, own: Reader) -> Reader:
        """A reader for training rows, with type ids if the student or the teacher needs them."""
        return replace(own, types=own.types or self.teacher.reader.types)

    def named_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """The losses' own weights, which are trained but not saved."""
        for number, (loss, module) in enumerate(self.terms):
            for name, parameter in module.named_parameters():
                yield f"{loss.name}.{number}.{name}", parameter

    def loss(self, batch: Mapping[str, Tensor], features: Features, rows: NDArray[np.int64]) -> Tensor:
        """The weighted sum of all terms for one batch.

        A loss on outputs is averaged over the answers (rows, words, or starts and ends), a loss on states over the
        tokens. The loss on the labels is the sum over the labelled rows divided by the number of all rows.

        Args:
            batch: `input_ids` [batch, length], its mask and, for some models, its types.
            features: all training rows.
            rows: [batch], the numbers of the batch's rows.

        Returns:
            A scalar.
        """
        import torch

        with recorded_states(self.student.model, self._needs) as found:
            logits = self.problem.logits(self.student.run(batch))
        with torch.no_grad(), recorded_states(self.teacher.model, self._teacher_needs) as theirs:
            their_logits = self.problem.logits(self.teacher.run(batch)) if self.terms else logits
        lengths, targets = features.lengths[rows].tolist(), [features.targets[row] for row in rows]
        total = self._on_labels(logits, features, rows)
        with torch.autocast(logits.device.type, enabled=False):
            outputs = [self.problem.distributions(one.float(), lengths, targets) for one in (logits, their_logits)]
            states = _packed(found, theirs, batch["attention_mask"])
            for loss, module in self.terms:
                if isinstance(loss, LogitsLoss):
                    total = total + loss.weight * _on_outputs(module, *outputs)
                else:
                    total = total + loss.weight * module(states).mean()
        return total

    def _on_labels(self, logits: Tensor, features: Features, rows: NDArray[np.int64]) -> Tensor:
        import torch

        known = rows < (len(features) if features.labelled is None else features.labelled)
        if not self.label_weight or not known.any():
            return logits.new_zeros((), dtype=torch.float32)
        answered = logits if known.all() else logits[torch.from_numpy(known).to(logits.device)]
        mean = self.problem.loss(answered, [features.targets[row] for row in rows[known]])
        return self.label_weight * float(known.mean()) * mean

    def _check_effect(self) -> None:
        """Reject losses that are always 0 for a head with one output, such as a divergence of distributions."""
        import torch

        if self.problem.outputs > 1:
            return
        for loss, module in self.terms:
            one, other = (torch.tensor([[value], [2 * value]], device=self.student.device) for value in (0.5, -1.0))
            if isinstance(loss, LogitsLoss) and not float(_on_outputs(module, [one], [other])):
                raise OptionError(
                    f"{loss.name} compares distributions, but this task's answer is a single value; use --loss mse"
                )


def _on_outputs(module: nn.Module, student: Sequence[Tensor], teacher: Sequence[Tensor]) -> Tensor:
    """The mean of a loss over all answers; each table is computed separately, since their widths differ."""
    import torch

    values = []
    for ours, theirs in zip(student, teacher, strict=True):
        labels = torch.full((len(ours),), -100, device=ours.device)
        values.append(module(LossInputs({"logits": ours}, {"logits": theirs}, labels, labels[:0])))
    return torch.cat(values).mean()


def _packed(student: Mapping[str, Tensor], teacher: Mapping[str, Tensor], mask: Tensor) -> LossInputs:
    """The states of all tokens, packed row by row without padding, as losses on states expect them."""
    import torch

    kept = mask.bool()
    lengths = kept.sum(1)
    offsets = torch.cat((lengths.new_zeros(1), lengths.cumsum(0)))
    sides = [{name: state[kept].float() for name, state in side.items()} for side in (student, teacher)]
    return LossInputs(sides[0], sides[1], torch.full((int(lengths.sum()),), -100, device=mask.device), offsets)


def _states(of_losses: Iterable[tuple[str, ...]]) -> list[str]:
    return sorted({need for needs in of_losses for need in needs if need != "logits"})
