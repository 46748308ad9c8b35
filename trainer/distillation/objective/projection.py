"""The vocabulary projection and the losses on its logits, in chunks, with the gradient from the same pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from corpora import PluginError
from trainer.distillation.objective.mixture import mixed_logits
from trainer.distillation.objective.products import Products, Projection
from trainer.errors import Diverged
from trainer.plugin import LossInputs

ClosedForm = Callable[[LossInputs, Tensor], Tensor]
"""(given, gradient) -> loss [tokens]; writes the gradient of the student's logits into `gradient`."""


@dataclass(frozen=True)
class Term:
    """One loss on logits, as the head computes it."""

    name: str
    """The loss's name in errors."""
    module: nn.Module
    closed: ClosedForm | None
    """Its declared closed form; None if autograd computes the gradient."""
    share: Tensor
    """Scalar: the factor of each token's loss in the total, the loss's weight divided by the number of valid tokens."""
    masked: bool
    """Whether only the tokens to predict count."""
    temperature: float | None = None
    """Softens the distributions of several teachers before they are averaged; None if the term does not read them."""


def logits_losses(
    student: Projection,
    teachers: Sequence[Projection],
    labels: Tensor,
    *,
    shares: Sequence[float] = (1.0,),
    terms: Sequence[Term],
    picked: int,
    chunk: int,
    check: bool = False,
) -> tuple[Tensor, Tensor]:
    """The losses on logits of one micro-batch, with the logits of only one chunk in memory at a time.

    Args:
        student: the student's projection; gradients flow into its three tensors.
        teachers: each teacher's projection of the same tokens; empty if no term reads them.
        labels: [tokens], the tokens to predict first, then -100.
        shares: each teacher's weight in the mean of their distributions; they sum to 1.
        terms: the losses.
        picked: how many tokens are to be predicted.
        chunk: tokens whose logits are in memory at once.
        check: whether to check what each loss returns.

    Returns:
        The total, a scalar whose gradient is already known; and each term's sum over its tokens, [terms], unweighted
        and unnormalised.

    Raises:
        PluginError: with `check`, a loss returned another shape or type than [tokens] floats.
        Diverged: with `check`, a loss is not finite.
    """
    held = _matmul_dtype(student.hidden)
    call = _Call(
        tuple(teachers), tuple(shares), labels, tuple(terms), picked, chunk, held, torch.is_grad_enabled(), check
    )
    with torch.autocast(student.hidden.device.type, enabled=False):  # autocast would make the losses less precise
        total, sums = _Chunked.apply(student.hidden, student.weight, student.bias, call)  # type: ignore[no-untyped-call]
    return total, sums


@dataclass(frozen=True)
class _Call:
    teachers: tuple[Projection, ...]
    shares: tuple[float, ...]
    labels: Tensor
    terms: tuple[Term, ...]
    picked: int
    chunk: int
    held: torch.dtype
    """The dtype of matrix products."""
    learns: bool
    """False if only the losses are needed."""
    check: bool
    """Whether to check what each loss returns."""


class _Chunked(torch.autograd.Function):
    """Computes logits, losses and gradients chunk by chunk in the forward pass; the backward pass only scales."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, call: _Call) -> tuple[Tensor, Tensor]:
        """The total, a scalar, and each term's sum over its tokens, [terms]; the gradients are kept in `ctx`."""
        products = Products.of(Projection(hidden, weight, bias), call.teachers, held=call.held, chunk=call.chunk)
        sums = torch.zeros(len(call.terms), dtype=products.exact, device=hidden.device)
        for start in range(0, len(hidden), call.chunk):
            span = slice(start, min(start + call.chunk, len(hidden)))
            gradient = _one_chunk(products, call, span, sums)
            if call.learns:
                products.add_gradients(gradient, span)
        ctx.gradients = products.to_hidden.to(hidden.dtype), products.to_weight, products.to_bias
        ctx.mark_non_differentiable(sums)
        shares = torch.stack([term.share for term in call.terms]).to(sums)
        return (sums * shares).sum(), sums

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """The gradients from the forward pass, scaled in place."""
        to_hidden, to_weight, to_bias = ctx.gradients
        ctx.gradients = None  # they are read once, and scaled in place
        scale = gradients[0]
        if scale.device.type != "cpu" or scale != 1:  # reading it on a GPU would wait
            for gradient in (to_hidden, to_weight, to_bias):
                gradient.mul_(scale.to(gradient))
        return to_hidden, to_weight, to_bias, None


def _one_chunk(products: Products, call: _Call, span: slice, sums: Tensor) -> Tensor:
    """Add the chunk's losses to `sums`, and return the gradient of its logits, [chunk, vocabulary]."""
    logits, of_teachers = products.logits(span)
    for first in range(0, len(logits), products.rows):
        block = slice(first, min(first + products.rows, len(logits)))
        ours, theirs = products.exactly(logits[block], [of[block] for of in of_teachers])
        rows_of = _Rows(ours, theirs, call.labels[span][block])
        picked = min(max(call.picked - span.start - first, 0), block.stop - first)
        products.store(_one_block(rows_of, call, picked, sums, products.gradients), logits[block])
    return logits


@dataclass(frozen=True)
class _Rows:
    """A block of a chunk: the student's and each teacher's logits, [block, vocabulary], and the labels."""

    student: Tensor
    teachers: list[Tensor]
    labels: Tensor

    def given(self, call: _Call, temperature: float | None) -> LossInputs:
        """The input of a loss; with several teachers, logits whose softmax is the mean of theirs."""
        of_teacher = self.teachers[0] if len(self.teachers) == 1 else None
        if len(self.teachers) > 1 and temperature is not None:
            of_teacher = mixed_logits(self.teachers, call.shares, temperature=temperature)
        teacher = {} if of_teacher is None else {"logits": of_teacher}
        return LossInputs({"logits": self.student}, teacher, self.labels, self.labels.new_empty(0))


def _one_block(rows: _Rows, call: _Call, picked: int, sums: Tensor, buffers: Tensor) -> Tensor:
    """Add a block's losses to `sums`; return the gradient of its logits, [block, vocabulary], in the first buffer."""
    tokens = len(rows.labels)
    total = buffers[0, :tokens]
    seen = {at: rows.given(call, at) for at in {term.temperature for term in call.terms}}
    filled = False
    for number, term in enumerate(call.terms):
        if term.masked and picked == 0:
            continue
        given = seen[term.temperature]
        part = given if not term.masked or picked == tokens else _first(given, picked)
        whole = not filled and len(part.labels) == tokens
        slope = total if whole else buffers[1, : len(part.labels)]
        loss = _loss_and_gradient(term, part, slope, check=call.check)
        sums[number] += loss.sum(dtype=sums.dtype)
        if not whole:
            total = total if filled else total.zero_()
            total[: len(slope)].add_(slope)
        filled = True
    return total if filled else total.zero_()


def _first(given: LossInputs, rows: int) -> LossInputs:
    cut = [{name: logits[:rows] for name, logits in side.items()} for side in (given.student, given.teacher)]
    return LossInputs(cut[0], cut[1], given.labels[:rows], given.offsets)


def _loss_and_gradient(term: Term, given: LossInputs, gradient: Tensor, *, check: bool) -> Tensor:
    """A loss on logits, [tokens], detached; `share` times the gradient of the student's logits goes into `gradient`.

    The gradient is in closed form if the loss declares one; otherwise autograd computes it, and also the gradient of
    the module's own weights.
    """
    if term.closed:
        loss = term.closed(given, gradient)
        if check:
            check_returned(term.name, loss, len(given.labels))
        gradient.mul_(term.share.to(gradient))
        return loss
    with torch.enable_grad():
        logits = given.student["logits"].detach().requires_grad_()
        loss = term.module(LossInputs({"logits": logits}, given.teacher, given.labels, given.offsets))
        if check:
            check_returned(term.name, loss, len(given.labels))
        if loss.requires_grad:
            (loss.sum() * term.share.to(loss)).backward()
    _ = gradient.zero_() if logits.grad is None else gradient.copy_(logits.grad)
    detached: Tensor = loss.detach()
    return detached


def check_returned(name: str, loss: object, number: int, *, unit: str = "token") -> None:
    """Check what a loss returned.

    Args:
        name: the loss's name.
        loss: what it returned.
        number: the number of tokens or sequences that the loss was given.
        unit: `token` or `sequence`.

    Raises:
        PluginError: it is not one floating-point number per token, or per sequence.
        Diverged: it is not finite.
    """
    shape, dtype = list(getattr(loss, "shape", ())), getattr(loss, "dtype", None)
    if not isinstance(loss, Tensor) or shape != [number] or not loss.is_floating_point():
        got = f"{str(dtype).removeprefix('torch.')} {shape}" if dtype else type(loss).__name__
        raise PluginError(f"{name} returned {got} for {number} {unit}s; it must return one loss per {unit}, [{number}]")
    if not bool(torch.isfinite(loss).all()):
        raise Diverged(f"{name} is not finite in the first micro-batch")


def _matmul_dtype(hidden: Tensor) -> torch.dtype:
    kind = hidden.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else hidden.dtype
