"""Losses and gradients of one micro-batch: run the models on packed tokens, then compute and average the terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from corpora import PluginError
from trainer.data import IGNORED, Packed
from trainer.distillation.objective.dropout import use_bit_dropout
from trainer.distillation.objective.products import Projection
from trainer.distillation.objective.projection import ClosedForm, Term, check_returned, logits_losses
from trainer.models import (
    PackedMatrix,
    check_states,
    compile_layers,
    freeze,
    groups_of,
    head_of,
    packs,
    states,
    use_packed_attention,
)
from trainer.plugin import LogitsLoss, Loss, LossInputs, StateLoss
from trainer.runtime import Precision, keep_freed_memory

CHUNK_BYTES = {"cpu": 32 << 20, "cuda": 1 << 30}
"""Bytes for the logits of one chunk, by device: with 30,522 words, 274 tokens on a CPU and 8,795 on a GPU."""


@dataclass(frozen=True)
class Counts:
    """The divisors of an update's sums, over all its micro-batches and ranks."""

    tokens: float
    picked: float
    """Tokens to predict."""
    sequences: float = 1.0

    def of(self, loss: Loss) -> float:
        """The divisor of a loss: sequences, tokens to predict, or all tokens; at least 1, so that an empty sum is 0."""
        if isinstance(loss, StateLoss) and loss.per_sequence:
            return max(self.sequences, 1.0)
        return max(self.picked if loss.positions == "masked" else self.tokens, 1.0)


class Engine:
    """A student, its teachers and the terms of the loss, on one device.

    Args:
        student: the model to train; in training mode, dropout is on.
        teacher: the first teacher; None if no loss reads one.
        losses: the terms.
        precision: the precision of matrix products.
        others: more teachers with the same vocabulary. Losses on logits use the mean of all teachers' distributions,
            at the loss's `temperature` if it has one, else at 1; losses on states use the first teacher alone.
        shares: each teacher's weight in that mean, the first teacher's first; they sum to 1.
        kept: [pieces], int64, the teachers' id of each of the student's pieces, if the student has part of their
            vocabulary. The teachers then read the student's tokens by their own ids, and their logits are those of
            these pieces.
        chunk: tokens whose logits are in memory at once; None lets the device decide.
        compiled: whether to compile the layers and the losses on logits.
    """

    def __init__(
        self,
        student: PreTrainedModel,
        teacher: PreTrainedModel | None,
        losses: Sequence[Loss],
        *,
        precision: Precision,
        others: Sequence[PreTrainedModel] = (),
        shares: Sequence[float] = (1.0,),
        kept: Tensor | None = None,
        chunk: int | None = None,
        compiled: bool = False,
    ) -> None:
        self.others, self.shares = tuple(others), tuple(shares)
        self.student, self.teacher, self.losses, self.precision = student, teacher, list(losses), precision
        self.device = student.device
        if self.device.type == "cpu":
            keep_freed_memory()
            if precision.dtype == torch.bfloat16:
                use_bit_dropout(student)
        self.kept = None if kept is None else kept.to(self.device)
        self.chunk = chunk or max(1, CHUNK_BYTES.get(self.device.type, 1 << 28) // (4 * student.config.vocab_size))
        check_states(self.losses, student, teacher)
        modules = [loss.build(teacher or student, student) for loss in self.losses]
        self.modules = nn.ModuleList(modules).to(self.device, dtype=student.dtype)
        for model in filter(None, (student, teacher, *self.others)):
            use_packed_attention(model)
            if compiled:
                compile_layers(model)
        self.closed = [_closed_form(loss, module, compiled) for loss, module in zip(self.losses, modules, strict=True)]
        self._checked = False
        self._decoders: dict[int, tuple[Tensor, Tensor, PackedMatrix | None]] = {}
        """Each teacher's projection to the vocabulary, prepared once: weight, bias, packed weight."""
        self.body_frozen = False
        """Whether gradients stop at the student's head, leaving its body untrained."""
        for model in self.teachers:
            model.train(False).requires_grad_(False)
            if precision.dtype == torch.bfloat16:
                freeze(model)

    @property
    def teachers(self) -> tuple[PreTrainedModel, ...]:
        """All teachers in order; empty if there is none."""
        return (self.teacher, *self.others) if self.teacher is not None else ()

    def parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """The trained parameters by name: the student's, then the losses' own."""
        for prefix, module in (("student", self.student), ("losses", self.modules)):
            yield from ((f"{prefix}.{n}", p) for n, p in module.named_parameters() if p.requires_grad)

    def backward(self, packed: Packed, counts: Counts, *, scale: float = 1.0) -> Tensor:
        """Add one micro-batch's contribution to the gradients.

        Args:
            packed: on the engine's device, with labels.
            counts: of the whole update.
            scale: multiplies the gradient, for half precision.

        Returns:
            [losses], each term's sum over its tokens, unweighted and unnormalised.
        """
        shares = [scale * loss.weight / counts.of(loss) for loss in self.losses]
        total, sums = self._total(packed, shares)
        if total.requires_grad:
            total.backward()  # type: ignore[no-untyped-call]
        return sums.detach()

    def evaluate(self, packed: Packed) -> Tensor:
        """The terms' sums over a micro-batch, without gradients.

        Args:
            packed: on the engine's device, with labels.

        Returns:
            [losses], unweighted and unnormalised.
        """
        with torch.no_grad():
            return self._total(packed, [1.0] * len(self.losses))[1]

    def _total(self, packed: Packed, shares: list[float]) -> tuple[Tensor, Tensor]:
        groups = groups_of(packed.lengths, self.device)
        with self.precision.autocast(self.device):
            of_teacher: dict[str, Tensor] = {}
            lasts: list[Tensor] = []
            if self.teacher is not None and (wanted := _needs(loss.teacher_needs for loss in self.losses)):
                read = packed if self.kept is None else replace(packed, input_ids=self.kept[packed.input_ids])
                with torch.no_grad():
                    of_teacher = states(self.teacher, read, groups, wanted)
                    if "logits" in wanted:
                        others = [states(other, read, groups, ["logits"])["last"] for other in self.others]
                        lasts = [of_teacher["last"], *others]
            with torch.set_grad_enabled(torch.is_grad_enabled() and not self.body_frozen):
                of_student = states(self.student, packed, groups, _needs(loss.needs for loss in self.losses))
            total, by_logits = self._on_logits(packed, of_student["last"], lasts, shares)
        more, by_states = self._on_states(packed, of_student, of_teacher, shares)
        self._checked = True
        found = {**by_logits, **by_states}
        return total + more, torch.stack([found[number] for number in range(len(self.losses))])

    def _on_logits(
        self, packed: Packed, last: Tensor, of_teachers: list[Tensor], shares: list[float]
    ) -> tuple[Tensor, dict[int, Tensor]]:
        numbers = [n for n, loss in enumerate(self.losses) if isinstance(loss, LogitsLoss)]
        if not numbers:
            return last.new_zeros(()), {}
        order, picked = _picked_first(packed.labels)
        if all(self.losses[n].positions == "masked" for n in numbers):
            order = order[:picked]
        with torch.no_grad():
            teachers = [self._of_teacher(number, of[order]) for number, of in enumerate(of_teachers)]
        terms = [
            Term(
                self.losses[n].name,
                self.modules[n],
                self.closed[n],
                torch.full(
                    (), shares[n], dtype=_exact(last), device=last.device
                ),  # created on the device: a copy would wait
                self.losses[n].positions == "masked",
                float(getattr(self.losses[n], "temperature", 1.0)) if self.losses[n].teacher_needs else None,
            )
            for n in numbers
        ]
        transform, decoder = head_of(self.student)
        total, sums = logits_losses(
            Projection(transform(last[order]), *decoder),
            teachers,
            packed.labels[order],
            shares=self.shares,
            terms=terms,
            picked=picked,
            chunk=self.chunk,
            check=not self._checked,
        )
        return total, dict(zip(numbers, sums, strict=True))

    def _of_teacher(self, number: int, last: Tensor) -> Projection:
        """The factors of a teacher's logits, of the kept pieces only if the student has part of its vocabulary.

        The softmax over the kept pieces is then the teacher's distribution renormalised.
        """
        transform, decoder = head_of(self.teachers[number])
        if number not in self._decoders:
            weight, bias = decoder if self.kept is None else (decoder.weight[self.kept], decoder.bias[self.kept])
            mixed = self.precision.dtype == torch.bfloat16 and weight.device.type == "cpu" and packs()
            self._decoders[number] = weight, bias, PackedMatrix(weight) if mixed else None
        return Projection(transform(last), *self._decoders[number])

    def _on_states(
        self, packed: Packed, of_student: dict[str, Tensor], of_teacher: dict[str, Tensor], shares: list[float]
    ) -> tuple[Tensor, dict[int, Tensor]]:
        """The losses on hidden states and projections, by autograd, in float32 (or float64)."""
        total = torch.zeros((), device=self.device, dtype=_exact(of_student["last"]))
        sums: dict[int, Tensor] = {}
        numbers = [n for n, loss in enumerate(self.losses) if not isinstance(loss, LogitsLoss)]
        if not numbers:
            return total, sums
        given = LossInputs(_all_exact(of_student), _all_exact(of_teacher), packed.labels, packed.offsets)
        for number in numbers:
            loss, each = self.losses[number], self.modules[number](given)
            whole = isinstance(loss, StateLoss) and loss.per_sequence
            if not self._checked:
                unit, number_of = ("sequence", len(packed.lengths)) if whole else ("token", len(packed.labels))
                check_returned(loss.name, each, number_of, unit=unit)
            if loss.positions == "masked" and not whole:
                each = each * (packed.labels != IGNORED)
            total = total + each.sum() * shares[number]
            sums[number] = each.detach().sum()
        return total, sums


def _closed_form(loss: Loss, module: nn.Module, compiled: bool) -> ClosedForm | None:
    """The closed-form gradient that a loss declares; None if autograd computes it.

    Raises:
        PluginError: the loss declares one that its module does not have.
    """
    if not (isinstance(loss, LogitsLoss) and loss.closed_form):
        return None
    closed: ClosedForm | None = getattr(module, "loss_and_gradient", None)
    if closed is None:
        raise PluginError(f"{loss.name} declares closed_form, but the module it builds has no loss_and_gradient")
    return torch.compile(closed, dynamic=True) if compiled else closed


def _needs(of_losses: Iterable[tuple[str, ...]]) -> list[str]:
    return sorted({need for needs in of_losses for need in needs})


def _picked_first(labels: Tensor) -> tuple[Tensor, int]:
    """The tokens' indices with those to predict first, and the number of those."""
    ignored = labels == IGNORED
    return torch.argsort(ignored, stable=True), int(len(labels) - ignored.sum())


def _all_exact(states: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: state.to(_exact(state)) for name, state in states.items()}


def _exact(state: Tensor) -> torch.dtype:
    return torch.float64 if state.dtype == torch.float64 else torch.float32
