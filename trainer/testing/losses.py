"""Check the contract of a term of the distillation loss, on its own and inside the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from corpora import PluginError
from corpora.testing import ContractBroken, called, check_component, require
from trainer.data import IGNORED, Packed
from trainer.distillation import Counts, Engine
from trainer.plugin import LogitsLoss, Loss, LossInputs, StateLoss
from trainer.plugin import check_loss as check_kind
from trainer.runtime import precision_for
from trainer.testing.tiny import LENGTHS, tiny_batch, tiny_bert

VOCABULARY, HIDDEN = 40, 16
LAYERS = {"teacher": 4, "student": 2}
STATES = ("hidden", "query", "key", "value")


def check_loss(given: type[Loss] | Loss, **options: Any) -> None:
    """Check the contract of a term of the distillation loss.

    Between a teacher with four layers and a student with two, it returns one finite value per token, the same each
    time and in any chunks; all outputs of the student that it needs get a gradient; sequences do not influence each
    other; a gradient in closed form equals that of the plain formula.

    Args:
        given: the class, or a component with the options to test.
        options: for a class, options that replace its defaults.

    Raises:
        ContractBroken: the check failed; the message says how.
    """
    component = check_component(given(**options) if isinstance(given, type) else given, Loss, travels=False)
    try:
        check_kind(component)
    except PluginError as error:
        raise ContractBroken(str(error)) from error
    teacher, student = tiny_bert(layers=LAYERS["teacher"]), tiny_bert(layers=LAYERS["student"], seed=1)
    before = teacher.config.to_dict(), student.config.to_dict()
    module = called(component, "build", component.build, teacher, student).double()
    require((teacher.config.to_dict(), student.config.to_dict()) == before, component, "build changed a model's config")
    batch = _given(
        _states(component, component.needs, "student"), _states(component, component.teacher_needs, "teacher")
    )
    _check_values(component, module, batch)
    if not isinstance(component, LogitsLoss):
        _check_sequences(component, module, batch)
    _check_engine(component)


def _check_values(component: Loss, module: nn.Module, batch: LossInputs) -> None:
    loss = called(component, "forward", module, batch)
    number, unit = _unit(component, sum(LENGTHS), len(LENGTHS))
    shape = list(getattr(loss, "shape", ()))
    require(shape == [number], component, f"forward returned {shape} for {number} {unit}s; return one loss per {unit}")
    require(
        bool(torch.isfinite(loss).all()), component, f"forward returned values that are not finite: {loss.tolist()}"
    )
    require(torch.equal(loss, module(batch)), component, "forward returned different results for the same input")
    require(loss.requires_grad, component, "no gradient reaches the student; do not detach its states")
    loss.sum().backward()
    missed = [name for name, state in batch.student.items() if state.grad is None]
    require(not missed, component, f"no gradient reaches the student's {', '.join(missed)}, which it needs")


def _unit(component: Loss, tokens: int, sequences: int) -> tuple[int, str]:
    """The expected number of losses, and the name of what each belongs to."""
    whole = isinstance(component, StateLoss) and component.per_sequence
    return (sequences, "sequence") if whole else (tokens, "token")


def _check_sequences(component: Loss, module: nn.Module, batch: LossInputs) -> None:
    """Change the last sequence, and check that the losses of the others do not change."""
    loss = module(batch)
    first = sum(LENGTHS[:-1])
    changed = {name: state.detach().clone() for name, state in batch.student.items()}
    for state in changed.values():
        state[first:] += 1.0
    other = module(LossInputs(changed, batch.teacher, batch.labels, batch.offsets))
    kept, _ = _unit(component, first, len(LENGTHS) - 1)
    same = bool((other[:kept] - loss[:kept]).abs().max() < 1e-9)
    require(same, component, "the loss of one sequence depends on another; use given.offsets")


def _check_engine(component: Loss) -> None:
    """Train one step as `trainer distill` does, in one chunk and in many, with and without the closed form."""
    whole, chunked = (_sums_and_gradient(component, chunk=chunk) for chunk in (1000, 4))
    require(bool(torch.isfinite(whole).all()), component, "its losses or gradients are not finite numbers")
    same = torch.allclose(whole, chunked, atol=1e-9)
    require(same, component, "its values depend on how tokens are chunked; return one loss per token, not averaged")
    plain = _sums_and_gradient(component, chunk=1000, closed=False)
    same = torch.allclose(whole, plain, atol=1e-7)
    require(same, component, "loss_and_gradient is not the loss of forward with its gradient")


def _sums_and_gradient(loss: Loss, *, chunk: int, closed: bool = True) -> torch.Tensor:
    """The loss's sum over a tiny batch, followed by the student's gradients."""
    torch.manual_seed(0)
    packed, student = tiny_batch(), tiny_bert(seed=1)
    engine = Engine(student, tiny_bert(), [loss], precision=precision_for("fp32", torch.device("cpu")), chunk=chunk)
    _see_one_a_token(engine, loss, packed, closed=closed)
    sums = engine.backward(packed, Counts(packed.tokens, int((packed.labels != IGNORED).sum()), len(LENGTHS)))
    gradients = [parameter.grad.flatten() for parameter in student.parameters() if parameter.grad is not None]
    return torch.cat([sums, *gradients])


def _see_one_a_token(engine: Engine, loss: Loss, packed: Packed, *, closed: bool) -> None:
    module = engine.modules[0]
    if not closed:
        engine.closed[0] = None

    def look(_: nn.Module, given: Sequence[LossInputs], output: Tensor) -> None:
        number, unit = _unit(loss, len(given[0].labels), len(given[0].offsets) - 1)
        if list(output.shape) != [number]:
            raise ContractBroken(
                f"{loss.name} returns {list(output.shape)} for {number} {unit}s; return one loss per {unit}"
            )

    module.register_forward_hook(look)


def _states(component: Loss, names: tuple[str, ...], who: str) -> dict[str, Tensor]:
    """Random values for the outputs that a loss needs, in float64."""
    import torch

    generator = torch.Generator().manual_seed(LAYERS[who])
    states: dict[str, Tensor] = {}
    for name in names:
        kind, _, layer = name.partition(":")
        layers = range(-LAYERS[who], LAYERS[who] + 1)
        right = name == "logits" or (kind in STATES and layer.lstrip("-").isdigit() and int(layer) in layers)
        allowed = "logits, hidden:K, query:K, key:K or value:K with an existing layer"
        require(right, component, f"it needs {name!r} of a {who} with {LAYERS[who]} layers; it may need {allowed}")
        width = VOCABULARY if name == "logits" else HIDDEN
        states[name] = torch.randn(
            sum(LENGTHS), width, dtype=torch.float64, generator=generator, requires_grad=who == "student"
        )
    return states


def _given(student: Mapping[str, Tensor], teacher: Mapping[str, Tensor]) -> LossInputs:
    import torch

    labels = torch.full((sum(LENGTHS),), -100)
    labels[::2] = torch.arange(len(labels[::2])) + 5
    offsets = torch.tensor([0, *LENGTHS]).cumsum(0)
    return LossInputs(student, teacher, labels, offsets)
