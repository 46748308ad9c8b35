"""The matrix products of the vocabulary projection, plain or for CPUs that multiply in bf16."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.models import PackedMatrix, packs

BLOCK_ROWS = 16
"""Rows of logits that a CPU processes at once, so that they stay in its cache."""
BLOCK_WORDS = 2048
"""Words whose gradients a CPU converts and adds at once, also to stay in its cache."""


@dataclass(frozen=True)
class Projection:
    """Hidden states before the vocabulary projection, and the projection: logits = hidden @ weight.T + bias."""

    hidden: Tensor
    """[tokens, hidden]."""
    weight: Tensor
    """[vocabulary, hidden]."""
    bias: Tensor
    """[vocabulary]."""
    packed: PackedMatrix | None = None
    """The weight prepared for products in bf16 on a CPU; None if each micro-batch prepares it."""


class Products:
    """The products for one micro-batch, with buffers that all its chunks share.

    Args:
        student: the projection whose gradients are computed.
        teachers: projections of the same tokens.
        held: the dtype of matrix products.
        chunk: tokens whose logits are in memory at once.
    """

    def __init__(self, student: Projection, teachers: Sequence[Projection], *, held: torch.dtype, chunk: int) -> None:
        exact, device = exact_dtype(held), student.hidden.device
        self.student, self.teachers = self._cast(student, held), [self._cast(of, held) for of in teachers]
        tokens, words = min(chunk, len(student.hidden)), len(student.weight)
        self.rows = min(BLOCK_ROWS, tokens) if device.type == "cpu" else tokens
        """How many rows of a chunk are processed at once."""
        self.exact = exact
        self._rooms = [
            None if of.packed else torch.empty((tokens, words), dtype=held, device=device)
            for of in (self.student, *self.teachers)
        ]
        self.gradients = torch.empty((2, self.rows, words), dtype=exact, device=device)
        """[2, rows, vocabulary]: the total's gradient, and that of one term, before they are stored."""
        self.to_hidden = torch.zeros_like(self.student.hidden)
        self.to_weight, self.to_bias = torch.zeros_like(student.weight), torch.zeros_like(student.bias)

    @classmethod
    def of(cls, student: Projection, teachers: Sequence[Projection], *, held: torch.dtype, chunk: int) -> Products:
        """Products of the kind that suits the device and the precision.

        Args:
            student: the projection whose gradients are computed.
            teachers: projections of the same tokens.
            held: the dtype of matrix products.
            chunk: tokens whose logits are in memory at once.
        """
        mixed = student.hidden.device.type == "cpu" and held != exact_dtype(held)
        return (MixedProducts if mixed else Products)(student, teachers, held=held, chunk=chunk)

    def _cast(self, projection: Projection, held: torch.dtype) -> Projection:
        return Projection(projection.hidden.to(held), projection.weight.to(held), projection.bias.to(held))

    def logits(self, span: slice) -> tuple[Tensor, list[Tensor]]:
        """The logits of a chunk, to be read through `exactly`.

        Args:
            span: the chunk's tokens.

        Returns:
            [chunk, vocabulary] of the student and of each teacher; the next chunk may reuse their memory.
        """
        student, *teachers = (
            self._product(of, of.hidden[span], None if room is None else room[: span.stop - span.start])
            for of, room in zip((self.student, *self.teachers), self._rooms, strict=True)
        )
        return student, teachers

    def _product(self, projection: Projection, hidden: Tensor, room: Tensor | None) -> Tensor:
        return torch.addmm(projection.bias, hidden, projection.weight.T, out=room)

    def exactly(self, student: Tensor, teachers: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """A block of rows of the logits, in the precision of the losses.

        Args:
            student: [rows, vocabulary].
            teachers: [rows, vocabulary] of each.
        """
        return student.to(self.exact), [of.to(self.exact) for of in teachers]

    def store(self, gradient: Tensor, logits: Tensor) -> None:
        """Overwrite the student's logits of a block with their gradient.

        Args:
            gradient: [rows, vocabulary].
            logits: [rows, vocabulary], a view of the chunk's logits.
        """
        logits.copy_(gradient)

    def add_gradients(self, gradient: Tensor, span: slice) -> None:
        """Add a chunk's contribution to the gradients of the student's hidden states, weight and bias.

        Args:
            gradient: [chunk, vocabulary], with respect to the student's logits.
            span: the chunk's tokens.
        """
        torch.mm(gradient, self.student.weight, out=self.to_hidden[span])
        self._add_to_weight(gradient, self.student.hidden[span])
        self._add_to_bias(gradient)

    def _add_to_weight(self, gradient: Tensor, hidden: Tensor) -> None:
        if gradient.dtype == self.to_weight.dtype:
            self.to_weight.addmm_(gradient.T, hidden)
        else:
            self.to_weight += gradient.T @ hidden

    def _add_to_bias(self, gradient: Tensor) -> None:
        self.to_bias += gradient.sum(0, dtype=self.to_bias.dtype)


class MixedProducts(Products):
    """On a CPU in bf16: everything but matrix products is computed in float32, block by block, in the cache.

    Converting or adding whole matrices of 30,522 words takes as long as multiplying them there.
    """

    def __init__(self, student: Projection, teachers: Sequence[Projection], *, held: torch.dtype, chunk: int) -> None:
        super().__init__(student, teachers, held=held, chunk=chunk)
        words, width = student.weight.shape
        self._blocks = self.gradients.new_empty(1 + len(teachers), self.rows, words)
        self._to_weight = torch.empty((words, width), dtype=held)

    def _cast(self, projection: Projection, held: torch.dtype) -> Projection:
        hidden, bias = projection.hidden.to(held), projection.bias.to(exact_dtype(held))
        if projection.packed:
            return Projection(hidden, projection.weight, bias, projection.packed)
        weight = projection.weight.to(held)
        packed = PackedMatrix(weight) if packs() and held == torch.bfloat16 else None
        return Projection(hidden, weight, bias, packed)

    def _product(self, projection: Projection, hidden: Tensor, room: Tensor | None) -> Tensor:
        return (
            projection.packed.product(hidden) if projection.packed else torch.mm(hidden, projection.weight.T, out=room)
        )

    def exactly(self, student: Tensor, teachers: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """A block of rows in float32, with the biases, which `logits` leaves out here.

        Args:
            student: of the shape [rows, vocabulary], without biases.
            teachers: the same for each teacher.

        Returns:
            Logits of the same shapes in float32; the buffers are reused by the next block.
        """
        ours, *theirs = (
            room[: len(logits)].copy_(logits).add_(of.bias)
            for room, logits, of in zip(self._blocks, (student, *teachers), (self.student, *self.teachers), strict=True)
        )
        return ours, theirs

    def store(self, gradient: Tensor, logits: Tensor) -> None:
        """As in `Products`, and add the gradient to the bias before it is rounded.

        Args:
            gradient: of the shape [rows, vocabulary], float32.
            logits: of the same shape, a view of the chunk's logits, which it replaces.
        """
        self.to_bias += gradient.sum(0)
        logits.copy_(gradient)

    def _add_to_weight(self, gradient: Tensor, hidden: Tensor) -> None:
        torch.mm(gradient.T, hidden, out=self._to_weight)
        for first in range(0, len(self.to_weight), BLOCK_WORDS):
            words = slice(first, first + BLOCK_WORDS)
            self.to_weight[words].add_(self._to_weight[words])  # += would also copy the sum onto itself

    def _add_to_bias(self, gradient: Tensor) -> None:
        """Nothing to do: `store` adds it."""


def exact_dtype(held: torch.dtype) -> torch.dtype:
    """The dtype of losses when matrix products use `held`: float64 for float64, else float32.

    Args:
        held: the dtype of weights and hidden states in matrix products, such as bfloat16.
    """
    return torch.float64 if held == torch.float64 else torch.float32
