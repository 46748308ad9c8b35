"""Losses and tasks that each break one promise are found; built-ins pass."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import nn

from corpora import option
from corpora.testing import ContractBroken
from trainer import Examples, Head, Splits, StateLoss, Task
from trainer.plugin.discovery import registry
from trainer.testing import check_loss, check_task

VARIANTS = ["soft-target:direction=reverse", "cosine:layer=1,teacher-layer=2", "hidden-state:layer=1"]
BROKEN = {
    "mean": r"forward returned \[\] for 22 tokens; return one loss per token",
    "nan": "that are not finite",
    "chance": "different results for the same input",
    "detached": "no gradient reaches the student; do not detach",
    "across": "the loss of one sequence depends on another; use given.offsets",
    "error": "forward raised KeyError: 'logits'",
}


class Module(nn.Module):
    """Breaks what it is told to."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how

    def forward(self, given: Any) -> Any:
        """[tokens], broken."""
        student, teacher = given.student["hidden:-1"], given.teacher["hidden:-1"]
        loss = (student - teacher).square().mean(-1)
        return {
            "nothing": lambda: loss,
            "mean": lambda: loss.mean(),
            "nan": lambda: loss * float("nan"),
            "chance": lambda: loss * torch.rand(1),
            "detached": lambda: loss.detach(),
            "across": lambda: loss + student.mean(),
            "error": lambda: given.student["logits"],
        }[self.how]()


@dataclass(frozen=True)
class Broken(StateLoss):
    """Breaks what it is told to."""

    name: ClassVar[str] = "broken"
    how: str = option("nothing", "What it breaks.")
    state: str = option("hidden:-1", "What it needs.")

    @property
    def needs(self) -> tuple[str, ...]:
        """One state."""
        return (self.state,)

    def build(self, teacher: Any, student: Any) -> nn.Module:
        """The module."""
        return Module(self.how)


@dataclass(frozen=True)
class Labels(Task):
    """Breaks what it is told to."""

    name: ClassVar[str] = "labels"
    how: str = option("nothing", "What it breaks.")

    def head(self) -> Head:
        """Two classes."""
        return Head("classification", ("no-such",) if self.how == "metric" else ("accuracy",), ("no", "yes"))

    def read(self, data: Path) -> Splits:
        """Two examples."""
        gold, ids = [0, 2] if self.how == "label" else [0, 1], ["1", "1"] if self.how == "ids" else ["1", "2"]
        train = Examples(["a", "b"], None, gold[: 1 if self.how == "rows" else 2], ids)
        return Splits(train, {} if self.how == "dev" else {"labels": train})


BUILT_IN = [name for name, cls in registry.offered("losses").items() if cls.__module__.startswith("trainer.")]
"""An installed example has a test of its own, with a width that its defaults fit."""


@pytest.mark.parametrize("text", [*BUILT_IN, *VARIANTS])
def test_every_built_in_loss_keeps_its_contract(text: str) -> None:
    check_loss(registry.make("losses", text))


@pytest.mark.parametrize("how", BROKEN)
def test_a_loss_that_breaks_a_promise_is_found(how: str) -> None:
    with pytest.raises(ContractBroken, match=BROKEN[how]):
        check_loss(Broken(how=how))


def test_the_same_loss_passes_when_it_breaks_nothing() -> None:
    check_loss(Broken)


def test_a_loss_that_needs_a_layer_that_is_not_there_is_found() -> None:
    with pytest.raises(ContractBroken, match="it needs 'hidden:9' of a student with 2 layers; it may need logits"):
        check_loss(Broken(state="hidden:9"))


@pytest.mark.parametrize("state", ["attention:1", "hidden", "logits"])
def test_a_loss_that_needs_what_its_kind_cannot_have_is_found(state: str) -> None:
    with pytest.raises(ContractBroken, match=f"broken needs '{state}'; a StateLoss may need hidden:K"):
        check_loss(Broken(state=state))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("metric", "its metrics are .*; the choices are accuracy"),
        ("label", "labels are numbers below 2"),
        ("ids", "two examples of train have the same id"),
        ("rows", "all must have the same number"),
        ("dev", "read returned no dev set"),
    ],
)
def test_a_task_that_breaks_a_promise_is_found(how: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ContractBroken, match=message):
        check_task(Labels(how=how), tmp_path)


def test_the_same_task_passes_and_gives_what_it_read(tmp_path: Path) -> None:
    assert check_task(Labels, tmp_path).train.gold == [0, 1]
