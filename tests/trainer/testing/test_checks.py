"""The conformance checks of plugins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import torch

from corpora.testing import ContractBroken
from trainer import LogitsLoss, Loss, LossInputs
from trainer.plugin.discovery import registry
from trainer.testing import check_loss, check_student


def made(function: Any, closed: Any = None) -> type[Loss]:
    class Module(torch.nn.Module):
        def forward(self, given: LossInputs) -> torch.Tensor:
            result: torch.Tensor = function(given)
            return result

    @dataclass(frozen=True)
    class Made(LogitsLoss):
        """Made for one test."""

        name: ClassVar[str] = "made"
        closed_form: ClassVar[bool] = closed is not None

        def build(self, teacher: Any, student: Any) -> torch.nn.Module:
            module: Any = Module()
            if closed:
                module.loss_and_gradient = closed
            return module

    return Made


@pytest.mark.parametrize("name", ["soft-target", "masked-lm", "cosine", "hidden-state"])
def test_built_in_losses_keep_to_the_contract(name: str) -> None:
    check_loss(registry.find("losses", name))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["distilbert", "layers"])
def test_built_in_students_keep_to_the_contract(name: str) -> None:
    check_student(registry.find("students", name), layers=2)  # type: ignore[arg-type]


def test_a_loss_that_averages_is_found() -> None:
    with pytest.raises(ContractBroken, match="return one loss per token"):
        check_loss(made(lambda given: given.student["logits"].mean()))


def test_a_loss_that_looks_at_its_neighbours_is_found() -> None:
    with pytest.raises(ContractBroken, match="how tokens are chunked"):
        check_loss(made(lambda given: given.student["logits"][:, 0] * given.student["logits"].mean()))


def test_a_loss_that_is_no_number_is_found() -> None:
    with pytest.raises(ContractBroken, match="not finite"):
        check_loss(made(lambda given: given.student["logits"].sum(1) * float("nan")))


def test_a_gradient_that_is_not_the_losss_is_found() -> None:
    def closed(given: LossInputs, gradient: torch.Tensor) -> torch.Tensor:
        gradient.zero_()
        return given.student["logits"].sum(1)

    with pytest.raises(ContractBroken, match="loss_and_gradient is not"):
        check_loss(made(lambda given: given.student["logits"].sum(1), closed))
