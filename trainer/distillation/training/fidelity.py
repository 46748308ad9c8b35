"""How closely a student matches its teacher on held-out text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from corpora.errors import counted
from trainer.data import IGNORED, Packed, Rows, masker, micro_batches, pack
from trainer.distillation.objective.gradients import Counts, Engine
from trainer.distillation.runs.run_card import HeldOutEntry
from trainer.errors import EmptyDataset, HeldOutOverlap
from trainer.plugin import LogitsLoss, LossInputs

EPOCH = 2**31
"""The epoch for the masks of held-out text: the same in every measurement, and never reached in training."""


@dataclass(frozen=True)
class Agreement(LogitsLoss):
    """Whether student and teacher agree on the likeliest word; measured, never trained."""

    name: ClassVar[str] = "agreement"

    def build(self, teacher: PreTrainedModel, student: PreTrainedModel) -> nn.Module:
        """The module that measures it.

        Args:
            teacher: unused; the module compares logits only.
            student: unused.
        """
        return _Agrees()


class _Agrees(nn.Module):
    def forward(self, given: LossInputs) -> Tensor:
        """1 if they agree, else 0: [tokens], without a gradient."""
        student, teacher = given.student["logits"], given.teacher["logits"]
        return (student.argmax(1) == teacher.argmax(1)).to(student)


@dataclass
class Fidelity:
    """Measures fidelity on the same masked sequences each time."""

    engine: Engine
    batch: Packed
    """Masked, on the engine's device."""
    names: tuple[str, ...]
    """The log's name for each of the engine's losses."""
    micro_batch_tokens: int
    entry: HeldOutEntry
    """The held-out dataset's entry in the run card."""

    @property
    def metric(self) -> str:
        """The measurement that selects a student, lower being better: the divergence, or the masked-LM loss."""
        return self.names[0]

    def measure(self) -> dict[str, float]:
        """Measure the student, which is left in evaluation mode.

        Returns:
            Means over the held-out tokens, by name: KL in nats, top-1 agreement, masked-LM loss; or the run's own
            losses.
        """
        self.engine.student.train(False)
        sums = torch.zeros(len(self.names), dtype=torch.float64, device=self.engine.device)
        for micro_batch in micro_batches(self.batch, budget=self.micro_batch_tokens):
            sums += self.engine.evaluate(micro_batch)
        picked = float((self.batch.labels != IGNORED).sum())
        counts = Counts(self.batch.tokens, picked, len(self.batch.lengths))
        means = [float(sums[n]) / counts.of(loss) for n, loss in enumerate(self.engine.losses)]
        return dict(zip(self.names, means, strict=True))


def held_out_numbers(rows: Rows, limit: int) -> NDArray[np.int64]:
    """Row numbers spread evenly over a held-out dataset, so that all its documents are represented.

    Args:
        rows: the held-out dataset.
        limit: the maximum number of rows.

    Returns:
        [n], int64, ascending.
    """
    return np.unique(np.linspace(0, len(rows) - 1, min(limit, len(rows))).round().astype(np.int64))


def held_out_batch(
    rows: Rows, numbers: NDArray[np.int64], tokenizer: PreTrainedTokenizerBase, *, vocabulary: int
) -> Packed:
    """Held-out sequences, packed and masked.

    The masks depend on the held-out dataset alone, so that every student of a teacher is measured on the same tokens,
    whatever it was trained on.

    Args:
        rows: the held-out dataset.
        numbers: [n], the rows to use.
        tokenizer: with [CLS], [SEP] and [MASK].
        vocabulary: the number of ids of the models.

    Raises:
        EmptyDataset: no token was masked, so there is nothing to measure.
    """
    packed = pack(rows.take(numbers), numbers, first_id=tokenizer.cls_token_id, last_id=tokenizer.sep_token_id)
    masks = masker(
        rows.survey.counts,
        vocabulary=vocabulary,
        special_ids=frozenset(number for number in tokenizer.all_special_ids if number < vocabulary),
        sequences=len(rows),
        mask_id=tokenizer.mask_token_id,
        seed=0,
    )
    masked = masks.mask(packed, epoch=EPOCH)
    if not bool((masked.labels != IGNORED).any()):
        raise EmptyDataset(
            f"none of the {counted(packed.tokens, 'token')} of {rows.name} was masked, so there is nothing to measure; "
            "use more held-out text"
        )
    return masked


def check_apart(held_out: Rows, rows: Rows) -> None:
    """Check that held-out text is not trained on.

    Args:
        held_out: the dataset to measure on.
        rows: the dataset to train on.

    Raises:
        HeldOutOverlap: the two datasets share documents.
    """
    if shared := held_out.documents() & rows.documents():
        raise HeldOutOverlap(
            f"{held_out.name} shares {counted(len(shared), 'document')} with {rows.name}, such as {min(shared)}; "
            f"split the dataset first, then train on the rest: corpora split NAME --held-out 0.01"
        )
