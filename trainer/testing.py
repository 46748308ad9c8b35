"""What the author of a loss or a task runs: `check_loss(MyLoss)` and `check_task(MyTask, data)`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpora.testing import called, check_component, need
from trainer.examples import Examples, Splits
from trainer.kinds import Given, Loss, Task

VOCABULARY, HIDDEN, HEADS, LAYERS = 30, 8, 2, {"teacher": 4, "student": 2}
LENGTHS = (5, 1, 3)
"""Tokens of the sequences that a loss is tried on."""
STATES = ("hidden", "query", "key", "value")


def check_loss(given: type[Loss] | Loss) -> None:
    """See that a term of the distillation loss keeps its contract.

    It reads what engines give, between a teacher of four layers and a student of two; one finite value a token, the
    same again; a gradient for all that it needs of the student; sequences do not touch each other; a gradient in
    closed form is that of the plain formula.

    Args:
        given: the class, or a component with the options to be tried.

    Raises:
        ContractBroken: it does not.
    """
    import torch

    component = check_component(given, Loss)
    teacher, student = _model("teacher"), _model("student")
    before = teacher.config.to_dict(), student.config.to_dict()
    module = called(component, "build", component.build, teacher, student).double()
    need((teacher.config.to_dict(), student.config.to_dict()) == before, component, "build changed a model's config")
    needs = _states(component, component.needs, "student"), _states(component, component.teacher_needs, "teacher")
    batch = _given(*needs)
    loss = called(component, "forward", module, batch)
    tokens = sum(LENGTHS)
    shape = list(getattr(loss, "shape", ()))
    need(shape == [tokens], component, f"forward gave {shape}; it must give one value a token, [{tokens}]")
    need(bool(torch.isfinite(loss).all()), component, f"forward gave {loss.tolist()}; every value must be finite")
    need(torch.equal(loss, module(batch)), component, "forward gave two results for the same input")
    _check_gradients(component, module, batch, loss)
    if "logits" not in component.needs:
        _check_sequences(component, module, batch, loss)


def check_task(given: type[Task] | Task, data: Path) -> Splits:
    """See that a task keeps its contract, on a folder that holds its data.

    Args:
        given: the class, or a component with the options to be tried.
        data: the folder that `trainer evaluate --data` would be given.

    Returns:
        What it read.

    Raises:
        ContractBroken: it does not.
    """
    from trainer.metrics import METRICS

    component = check_component(given, Task)
    head = component.head()
    splits: Splits = called(component, "read", component.read, data)
    unknown = [name for name in head.metrics if head.problem != "spans" and name not in METRICS]
    need(
        bool(head.metrics) and not unknown, component, f"its metrics are {head.metrics}; there are {', '.join(METRICS)}"
    )
    need(isinstance(splits, Splits), component, f"read returned {type(splits).__name__}; it must return Splits")
    need(bool(splits.dev), component, "read gave no dev set; give one for each column that it fills in tables")
    for name, examples in {"train": splits.train, **splits.dev}.items():
        _check_examples(component, name, examples)
    need(
        called(component, "read", component.read, data) == splits, component, "read gave something else the second time"
    )
    return splits


def _check_gradients(component: Loss, module: Any, batch: Given, loss: Any) -> None:
    import torch

    student = batch.student
    need(loss.requires_grad, component, "no gradient reaches the student; do not detach its states")
    loss.sum().backward()
    missed = [name for name, state in student.items() if state.grad is None]
    need(not missed, component, f"no gradient reaches the student's {', '.join(missed)}, which it needs")
    if hasattr(module, "loss_and_gradient"):
        plain = {name: state.detach() for name, state in student.items()}
        with torch.no_grad():
            value, gradient = module.loss_and_gradient(Given(plain, batch.teacher, batch.labels, batch.offsets))
        slope: Any = student["logits"].grad
        same = torch.allclose(value, loss, atol=1e-8) and torch.allclose(gradient, slope, atol=1e-8)
        need(same, component, "loss_and_gradient differs from forward and its gradient")


def _check_sequences(component: Loss, module: Any, batch: Given, loss: Any) -> None:
    """Change the last sequence, and see that the losses of the others stay."""
    first = sum(LENGTHS[:-1])
    changed = {name: state.detach().clone() for name, state in batch.student.items()}
    for state in changed.values():
        state[first:] += 1.0
    other = module(Given(changed, batch.teacher, batch.labels, batch.offsets))
    same = bool((other[:first] - loss[:first]).abs().max() < 1e-9)
    need(same, component, "the loss of one sequence depends on another one; keep to given.offsets")


def _check_examples(component: Task, name: str, examples: Examples) -> None:
    head, rows = component.head(), len(examples)
    need(rows > 0, component, f"{name} has no examples")
    lengths = {len(examples.first), len(examples.gold), len(examples.ids), len(examples.second or examples.first)}
    need(lengths == {rows}, component, f"the columns of {name} have {sorted(lengths)} rows; they must have as many")
    need(len(set(examples.ids)) == rows, component, f"two examples of {name} have one id")
    if head.problem == "classification":
        outside = [label for label in examples.gold if label not in range(len(head.classes))]
        need(
            not outside, component, f"{name} has the label {outside[:1]}; labels are numbers below {len(head.classes)}"
        )


def _model(who: str) -> Any:
    import torch
    from transformers import BertConfig, BertForMaskedLM

    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = BertConfig(
            vocab_size=VOCABULARY,
            hidden_size=HIDDEN,
            num_hidden_layers=LAYERS[who],
            num_attention_heads=HEADS,
            intermediate_size=HIDDEN,
            max_position_embeddings=16,
        )
        return BertForMaskedLM(config)


def _states(component: Loss, names: tuple[str, ...], who: str) -> dict[str, Any]:
    """Random states of the names that a loss needs, in float64."""
    import torch

    generator = torch.Generator().manual_seed(LAYERS[who])
    states: dict[str, Any] = {}
    for name in names:
        kind, _, layer = name.partition(":")
        layers = range(-LAYERS[who], LAYERS[who] + 1)
        right = name == "logits" or (kind in STATES and layer.lstrip("-").isdigit() and int(layer) in layers)
        allowed = "logits, hidden:K, query:K, key:K or value:K with a layer that there is"
        need(right, component, f"it needs {name!r} of a {who} of {LAYERS[who]} layers; it may need {allowed}")
        width = VOCABULARY if name == "logits" else HIDDEN
        states[name] = torch.randn(
            sum(LENGTHS), width, dtype=torch.float64, generator=generator, requires_grad=who == "student"
        )
    return states


def _given(student: Mapping[str, Any], teacher: Mapping[str, Any]) -> Given:
    import torch

    labels = torch.full((sum(LENGTHS),), -100)
    labels[::2] = torch.arange(len(labels[::2])) + 5
    offsets = torch.tensor([0, *LENGTHS]).cumsum(0)
    return Given(student, teacher, labels, offsets)
