"""The vocabulary projection and the losses on its logits, in chunks, with the gradient found on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from trainer.plugin import Given

BLOCK_ROWS = 16
"""Rows of logits that a CPU takes through softmax and its kin at once, so that they stay in its caches."""


@dataclass(frozen=True)
class Term:
    """One loss on logits, as the head computes it."""

    module: nn.Module
    share: Tensor
    """Scalar: what one token's loss counts in the total, its weight over the number of valid tokens."""
    masked: bool
    """Whether it is taken over the tokens to be predicted only."""


@dataclass(frozen=True)
class Projection:
    """Hidden states before the vocabulary projection, and the projection: logits = hidden @ weight.T + bias."""

    hidden: Tensor
    """[tokens, hidden]."""
    weight: Tensor
    """[vocabulary, hidden]."""
    bias: Tensor
    """[vocabulary]."""


def logits_losses(
    student: Projection,
    teacher: Projection | None,
    labels: Tensor,
    *,
    terms: Sequence[Term],
    picked: int,
    chunk: int,
) -> tuple[Tensor, Tensor]:
    """The losses on logits of one micro-batch, never holding more logits than one chunk's.

    Args:
        student: gradients flow into its three tensors.
        teacher: the same tokens of the teacher, or None where no term reads it.
        labels: [tokens], the tokens to be predicted first, -100 after them.
        terms: the losses.
        picked: how many tokens are to be predicted.
        chunk: tokens whose logits are held at once.

    Returns:
        The total, a scalar whose gradient is already known; and each term's sum over its tokens, [terms],
        neither weighed nor divided.
    """
    held = _matmul_dtype(student.hidden)
    job = _Job(teacher, labels, tuple(terms), picked, chunk, held, torch.is_grad_enabled())
    with torch.autocast(student.hidden.device.type, enabled=False):  # it would lose precision in the losses
        total, sums = _Chunked.apply(student.hidden, student.weight, student.bias, job)  # type: ignore[no-untyped-call]
    return total, sums


@dataclass(frozen=True)
class _Job:
    teacher: Projection | None
    labels: Tensor
    terms: tuple[Term, ...]
    picked: int
    chunk: int
    held: torch.dtype
    """What matrices are multiplied in."""
    learns: bool
    """False where only the losses are wanted."""


class _Chunked(torch.autograd.Function):
    """Projects, loses and differentiates chunk by chunk in the forward pass; the backward pass only scales."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, job: _Job) -> tuple[Tensor, Tensor]:
        held = job.held
        student = Projection(hidden.to(held), weight.to(held), bias.to(held))
        teacher = job.teacher and Projection(
            job.teacher.hidden.to(held), job.teacher.weight.to(held), job.teacher.bias.to(held)
        )
        to_hidden, to_weight, to_bias = map(torch.zeros_like, (student.hidden, weight, bias))
        sums = torch.zeros(len(job.terms), dtype=_exact(held), device=hidden.device)
        buffers = _buffers(student, job)
        for start in range(0, len(hidden), job.chunk):
            span = slice(start, min(start + job.chunk, len(hidden)))
            gradient = _one_chunk(student, teacher, job, span, sums, buffers)
            if job.learns:
                torch.mm(gradient, student.weight, out=to_hidden[span])
                _add_product(to_weight, gradient, student.hidden[span])
                to_bias += gradient.sum(0, dtype=bias.dtype)
        ctx.save_for_backward(to_hidden.to(hidden.dtype), to_weight, to_bias)
        ctx.mark_non_differentiable(sums)
        shares = torch.stack([term.share for term in job.terms]).to(sums)
        return (sums * shares).sum(), sums

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        to_hidden, to_weight, to_bias = ctx.saved_tensors
        scale = gradients[0]
        return to_hidden * scale.to(to_hidden), to_weight * scale.to(to_weight), to_bias * scale.to(to_bias), None


def _buffers(student: Projection, job: _Job) -> tuple[Tensor, Tensor]:
    """Room for the logits of one chunk, of the student and of the teacher, used again for every chunk."""
    shape = (min(job.chunk, len(student.hidden)), len(student.weight))
    room = student.hidden.new_empty(shape)
    return room, room if job.teacher is None else torch.empty_like(room)


def _one_chunk(
    student: Projection,
    teacher: Projection | None,
    job: _Job,
    span: slice,
    sums: Tensor,
    buffers: tuple[Tensor, Tensor],
) -> Tensor:
    """Add the chunk's losses to `sums`; the total's gradient by its logits, [chunk, vocabulary], in their place."""
    logits = _logits(student, span, buffers[0])
    of_teacher = None if teacher is None else _logits(teacher, span, buffers[1])
    rows = BLOCK_ROWS if logits.device.type == "cpu" else len(logits)
    for first in range(0, len(logits), rows):
        block = slice(first, min(first + rows, len(logits)))
        given = Given(
            student={"logits": logits[block].to(sums.dtype)},
            teacher={} if of_teacher is None else {"logits": of_teacher[block].to(sums.dtype)},
            labels=job.labels[span][block],
            offsets=job.labels.new_empty(0),
        )
        picked = min(max(job.picked - span.start - first, 0), block.stop - first)
        logits[block] = _one_block(given, job.terms, picked, sums)
    return logits


def _one_block(given: Given, terms: tuple[Term, ...], picked: int, sums: Tensor) -> Tensor:
    """Add a block's losses to `sums`; the total's gradient by its logits, [block, vocabulary]."""
    logits = given.student["logits"]
    gradient: Tensor | None = None
    for number, term in enumerate(terms):
        part = given if not term.masked or picked == len(logits) else _first(given, picked)
        if term.masked and picked == 0:
            continue
        loss, slope = loss_and_gradient(term.module, part, term.share)
        sums[number] += loss.sum(dtype=sums.dtype)
        if gradient is None and len(slope) == len(logits):
            gradient = slope
        else:
            gradient = torch.zeros_like(logits) if gradient is None else gradient
            gradient[: len(slope)] += slope
    return torch.zeros_like(logits) if gradient is None else gradient


def _first(given: Given, rows: int) -> Given:
    cut = [{name: logits[:rows] for name, logits in side.items()} for side in (given.student, given.teacher)]
    return Given(cut[0], cut[1], given.labels[:rows], given.offsets)


def loss_and_gradient(module: nn.Module, given: Given, share: Tensor) -> tuple[Tensor, Tensor]:
    """A loss on logits and `share` times its gradient by the student's logits.

    In closed form where the module knows it, else by autograd, which also reaches the module's own weights.

    Returns:
        [tokens] and [tokens, vocabulary], detached.
    """
    if closed := getattr(module, "loss_and_gradient", None):
        loss, gradient = closed(given)
        return loss, gradient.mul_(share.to(gradient))
    with torch.enable_grad():
        logits = given.student["logits"].detach().requires_grad_()
        loss = module(Given({"logits": logits}, given.teacher, given.labels, given.offsets))
        (loss.sum() * share.to(loss)).backward()
    return loss.detach(), logits.grad if logits.grad is not None else torch.zeros_like(logits)


def _logits(projection: Projection, span: slice, room: Tensor) -> Tensor:
    hidden = projection.hidden[span]
    return torch.addmm(projection.bias, hidden, projection.weight.T, out=room[: len(hidden)])


def _add_product(to_weight: Tensor, gradient: Tensor, hidden: Tensor) -> None:
    if gradient.dtype == to_weight.dtype:
        to_weight.addmm_(gradient.T, hidden)
    else:
        to_weight += gradient.T @ hidden


def _matmul_dtype(hidden: Tensor) -> torch.dtype:
    kind = hidden.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else hidden.dtype


def _exact(dtype: torch.dtype) -> torch.dtype:
    return torch.float64 if dtype == torch.float64 else torch.float32
