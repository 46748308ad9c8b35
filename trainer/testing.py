"""What the author of a trainer plugin runs: does a component keep to its kind's contract?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from corpora import PluginError
from trainer.bodies import packed_logits, use_packed_attention
from trainer.engine import Counts, Engine
from trainer.kinds import Loss, Student
from trainer.packing import IGNORED, Packed
from trainer.precision import precision_for

LENGTHS = (3, 5, 5, 9)


def tiny_bert(*, layers: int = 2, seed: int = 0) -> Any:
    """A BERT of 40 words and a width of 16, with random weights, in float64, without dropout."""
    from transformers import BertConfig, BertForMaskedLM

    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=40, hidden_size=16, num_hidden_layers=layers, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=16, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return BertForMaskedLM(config).double()


def tiny_batch() -> Packed:
    """Four packed sequences, of which every third token is to be predicted."""
    tokens = sum(LENGTHS)
    ids = torch.arange(tokens) * 7 % 35 + 5
    labels = torch.where(torch.arange(tokens) % 3 == 0, ids, IGNORED)
    positions = torch.cat([torch.arange(length) for length in LENGTHS])
    return Packed(ids, positions, torch.repeat_interleave(torch.arange(4), torch.tensor(LENGTHS)), LENGTHS, labels)


def check_loss(cls: type[Loss], **options: Any) -> None:
    """See that a loss gives one finite number a token, the same in any chunks, and the gradient that it claims.

    Raises:
        PluginError: it does not; the message says what was found.
    """
    whole, chunked = (_sums_and_gradient(cls(**options), chunk=chunk) for chunk in (1000, 4))
    if not torch.isfinite(whole).all():
        raise PluginError(f"{cls.name} gives losses or gradients that are not finite numbers")
    if not torch.allclose(whole, chunked, atol=1e-9):
        raise PluginError(f"{cls.name} depends on which tokens it is shown together; give one loss a token, unaveraged")
    plain = _sums_and_gradient(cls(**options), chunk=1000, closed=False)
    if not torch.allclose(whole, plain, atol=1e-7):
        raise PluginError(f"{cls.name}: loss_and_gradient is not the loss of forward with its gradient")


def check_student(cls: type[Student], **options: Any) -> None:
    """See that a student can be built, is trained on packed tokens, and leaves its teacher as it was.

    Raises:
        PluginError: it does not; the message says what was found.
    """
    teacher = tiny_bert(layers=3)
    before = [parameter.clone() for parameter in teacher.parameters()]
    student: Any = cls(**options).build(teacher.float())
    if any(not torch.equal(was, now.double()) for was, now in zip(before, teacher.parameters(), strict=True)):
        raise PluginError(f"{cls.name} changes its teacher")
    if student.config.vocab_size != teacher.config.vocab_size:
        raise PluginError(f"{cls.name} has another vocabulary than its teacher")
    use_packed_attention(student)
    if not torch.isfinite(packed_logits(student, tiny_batch())).all():
        raise PluginError(f"{cls.name} gives logits that are not finite numbers")


def _sums_and_gradient(loss: Loss, *, chunk: int, closed: bool = True) -> torch.Tensor:
    """The loss's sum over a tiny batch, then the gradients that it gives the student."""
    torch.manual_seed(0)
    packed, student = tiny_batch(), tiny_bert(seed=1)
    engine = Engine(student, tiny_bert(), [loss], precision=precision_for("fp32", torch.device("cpu")), chunk=chunk)
    _see_one_a_token(engine, loss, packed, closed=closed)
    sums = engine.backward(packed, Counts(packed.tokens, int((packed.labels != IGNORED).sum())))
    gradients = [parameter.grad.flatten() for parameter in student.parameters() if parameter.grad is not None]
    return torch.cat([sums, *gradients])


def _see_one_a_token(engine: Engine, loss: Loss, packed: Packed, *, closed: bool) -> None:
    module = engine.modules[0]
    if not closed and hasattr(module, "loss_and_gradient"):
        setattr(module, "loss_and_gradient", None)  # noqa: B010

    def look(_: nn.Module, given: Sequence[Any], output: Any) -> None:
        if tuple(output.shape) != tuple(given[0].labels.shape):
            raise PluginError(
                f"{loss.name} gives {list(output.shape)} for {len(given[0].labels)} tokens; give one loss a token"
            )

    module.register_forward_hook(look)
