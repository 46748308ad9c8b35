"""Each student's fidelity to its teacher on held-out text, sequence by sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from corpora import Dataset
from trainer.errors import ResultDamaged, VocabularyMismatch
from trainer.evaluation import Interval, read_sealed, resampled, write_sealed

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel

    from trainer.data import Packed

FILE = "held-out.json"
"""File in a run folder for the measurement."""
FIDELITY = ("kl", "top1_agreement")
"""Measures of fidelity: KL in nats per token, and the share of tokens with the same likeliest word."""
RESAMPLES = 2000
MIN_DOCUMENTS = 20
"""With fewer documents, sequences are resampled, since a few documents give no meaningful interval."""
MICRO_BATCH_BYTES = 64 << 20
"""Memory for the logits of one forward pass."""


@dataclass(frozen=True)
class HeldOut:
    """One student's fidelity to its teacher, summed over the tokens of each held-out sequence."""

    dataset: str
    """The held-out dataset, NAME@FINGERPRINT."""
    teacher: str
    """The fingerprint of the teacher's weights."""
    student: str
    """The fingerprint of the student's weights."""
    rows: tuple[int, ...]
    """[sequences], their rows in the dataset."""
    documents: tuple[int, ...]
    """[sequences], the index of each sequence's document."""
    tokens: tuple[int, ...]
    """[sequences], number of tokens, special ones included."""
    kl: tuple[float, ...]
    """[sequences], nats, summed over tokens."""
    agreed: tuple[int, ...]
    """[sequences], number of tokens with the same likeliest word for teacher and student."""

    def __post_init__(self) -> None:
        columns = self.rows, self.documents, self.tokens, self.kl, self.agreed
        if len(set(map(len, columns))) > 1 or not all(0 < number < 2**53 for number in self.tokens):
            raise ValueError("it needs one number per sequence, and tokens in each")

    def mean(self, measure: str) -> float:
        """The mean of a measure per token, over all sequences.

        Args:
            measure: one of FIDELITY.
        """
        return float(np.sum(self.sums(measure)) / np.sum(self.tokens))

    def sums(self, measure: str) -> NDArray[np.float64]:
        """A measure summed over each sequence's tokens.

        Args:
            measure: one of FIDELITY.

        Returns:
            [sequences].
        """
        return np.asarray(self.kl if measure == "kl" else self.agreed, np.float64)

    def same_text(self, other: HeldOut) -> bool:
        """Whether both were measured on the same sequences, in the same pieces, against the same teacher."""
        ours, theirs = ((one.dataset, one.teacher, one.rows, one.tokens) for one in (self, other))
        return ours == theirs

    @property
    def units(self) -> NDArray[np.int64]:
        """[sequences], the index of the unit to resample: the document, or the sequence if there are few documents."""
        documents = np.unique(np.asarray(self.documents, np.int64), return_inverse=True)[1]
        few = len(documents) == 0 or int(documents.max()) + 1 < MIN_DOCUMENTS
        return np.arange(len(self.rows)) if few else np.asarray(documents, np.int64)

    @property
    def unit(self) -> str:
        """The name of the unit to resample: `documents` or `sequences`."""
        return "sequences" if len(self.units) == len(np.unique(self.units)) else "documents"


def measure_held_out(model: Path, teacher: Path, dataset: Dataset, *, limit: int, device: str = "auto") -> HeldOut:
    """Compare a student with its teacher on held-out sequences.

    Args:
        model: the student's folder.
        teacher: the teacher's folder; the student's vocabulary must be the teacher's or part of it.
        dataset: the held-out token dataset.
        limit: how many sequences to use, spread evenly over the dataset.
        device: `cpu`, `cuda`, or `auto`.

    Raises:
        VocabularyMismatch: the student's vocabulary is not part of the teacher's.
    """
    import torch

    from trainer.data import micro_batches, open_rows
    from trainer.distillation import held_out_batch, held_out_numbers, reencoded_rows
    from trainer.models import load_teacher, load_tokenizer, positions_of, shared_vocabulary, use_packed_attention
    from trainer.runtime import chosen

    where = torch.device(chosen(device))
    student, teaches = load_teacher(model), load_teacher(teacher)
    for network in (student, teaches):
        network.to(where)  # type: ignore[arg-type]  # transformers hides torch's own signature
        use_packed_attention(network)
    tokenizer, kept = load_tokenizer(teacher), None
    rows = open_rows(dataset, max_tokens=positions_of(student.config))
    numbers = held_out_numbers(rows, limit)
    if student.config.vocab_size != teaches.config.vocab_size:
        vocabulary = shared_vocabulary(load_tokenizer(model), tokenizer)
        if vocabulary is None:
            raise VocabularyMismatch(f"the vocabulary of {model} is not part of that of its teacher {teacher}")
        kept, tokenizer = torch.from_numpy(vocabulary.kept).to(where), vocabulary.tokenizer
        rows = reencoded_rows(vocabulary, rows, positions=positions_of(student.config))
    ids = int(teaches.config.vocab_size)
    batch = held_out_batch(rows, numbers, tokenizer, vocabulary=int(student.config.vocab_size)).to(where)
    sums = torch.zeros(len(numbers), 3, dtype=torch.float64, device=student.device)
    places = torch.searchsorted(torch.from_numpy(numbers).to(where), batch.rows)
    start = 0
    for part in micro_batches(batch, budget=max(64, MICRO_BATCH_BYTES // (4 * ids))):
        sums.index_add_(0, places[start : start + part.tokens], _per_token(student, teaches, part, kept))
        start += part.tokens
    tokens, kl, agreed = sums.cpu().unbind(1)
    return HeldOut(
        dataset=dataset.reference, teacher=_weights(teacher), student=_weights(model),
        rows=tuple(numbers.tolist()), documents=_documents(dataset, numbers),
        tokens=tuple(map(int, tokens)), kl=tuple(kl.tolist()), agreed=tuple(map(int, agreed)),
    )  # fmt: skip


def _per_token(student: PreTrainedModel, teacher: PreTrainedModel, part: Packed, kept: Tensor | None) -> Tensor:
    """[tokens, 3], float64: 1 for the token, KL(teacher || student) in nats, and whether the likeliest words agree.

    Args:
        kept: [pieces], the teacher's ids of the student's pieces; None if the vocabularies are the same.
    """
    import torch
    from torch.nn.functional import kl_div, log_softmax

    from trainer.models import packed_logits

    with torch.inference_mode():
        read = part if kept is None else replace(part, input_ids=kept[part.input_ids])
        ours, theirs = packed_logits(student, part).float(), packed_logits(teacher, read).float()
        theirs = theirs if kept is None else theirs[:, kept]
        agreed = ours.argmax(1) == theirs.argmax(1)
        ours, theirs = log_softmax(ours, 1), log_softmax(theirs, 1)
        kl = kl_div(ours, theirs, reduction="none", log_target=True).sum(1)
    return torch.stack([torch.ones_like(kl), kl, agreed.to(kl)], dim=1).double()


def _documents(dataset: Dataset, numbers: NDArray[np.int64]) -> tuple[int, ...]:
    """[numbers], the index of each row's document, from 0; all 0 if the dataset does not name documents."""
    names: list[object] = []
    for block in dataset.batches():
        known = "document" in block.schema.names
        names += block.column("document").to_pylist() if known else [None] * block.num_rows
    found: dict[object, int] = {}
    return tuple(found.setdefault(names[number], len(found)) for number in numbers.tolist())


def _weights(model: Path) -> str:
    from trainer.models import model_fingerprint

    return model_fingerprint(model)["weights"]


def write_held_out(folder: Path, measured: HeldOut) -> None:
    """Store a measurement in a run folder."""
    write_sealed(folder / FILE, asdict(measured))


def read_held_out(folder: Path) -> HeldOut | None:
    """The measurement in a run folder; None if there is none.

    Raises:
        ResultDamaged: the file was edited or cut short.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        return msgspec.convert(read_sealed(path), HeldOut)
    except msgspec.ValidationError as error:
        raise ResultDamaged(f"{path} is not a fidelity measurement ({error}); delete it to measure again") from error


def is_current(measured: HeldOut, model: Path, teacher: Path, dataset: Dataset, *, limit: int) -> bool:
    """Whether a stored measurement is of these models and this text.

    Args:
        measured: the stored measurement.
        model: the student's folder.
        teacher: the teacher's folder.
        dataset: the held-out dataset.
        limit: the maximum number of sequences.
    """
    wanted = (dataset.reference, _weights(teacher), _weights(model), min(limit, dataset.rows))
    return wanted == (measured.dataset, measured.teacher, measured.student, len(measured.rows))


def closer(one: Sequence[HeldOut], other: Sequence[HeldOut], measure: str) -> Interval | None:
    """How much more closely one student follows the teacher than another; above 0 if the first is better.

    Each resample draws held-out documents (or sequences, see `HeldOut.units`) with replacement, the same ones for both
    sides, and runs of each side with replacement.

    Args:
        one, other: one measurement per run; the runs of a side differ in their seed.
        measure: `kl`, for nats per token, or `top1_agreement`, for percentage points.

    Returns:
        None if the sides were not measured on the same text.
    """
    if not one or not other or not all(one[0].same_text(each) for each in (*one, *other)):
        return None
    units, scale = one[0].units, -1.0 if measure == "kl" else 100.0
    total = int(units.max()) + 1
    weights, rng = resampled("fidelity", one[0].dataset, total, resamples=RESAMPLES)
    tokens = weights @ np.bincount(units, weights=np.asarray(one[0].tokens, np.float64))
    sides = []
    for side in (one, other):
        means = np.stack([weights @ np.bincount(units, weights=each.sums(measure)) / tokens for each in side], axis=1)
        drawn = rng.integers(len(side), size=means.shape)
        drawn[0] = np.arange(len(side))
        sides.append(np.take_along_axis(means, drawn, axis=1).mean(axis=1))
    apart = scale * (sides[0] - sides[1])
    low, high = np.quantile(apart[1:], [0.025, 0.975])
    return Interval(float(apart[0]), float(low), float(high))
