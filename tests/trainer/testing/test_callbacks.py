"""Callbacks that disturb their run, or break it, are found; what only watches passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import torch
from torch.nn.modules.module import register_module_forward_hook

from corpora import option
from corpora.testing import ContractBroken
from trainer import Callback, Run
from trainer.testing import check_callback

HOOKS: list[Any] = []


def doubled(output: Any) -> Any:
    """A tensor times two; anything else unchanged."""
    return 2 * output if isinstance(output, torch.Tensor) else output


@dataclass(frozen=True)
class Watcher(Callback):
    """Does what it is told to at the end of each logged update."""

    name: ClassVar[str] = "watcher"
    how: str = option("nothing", "What it does.")

    def on_step(self, run: Run, record: Mapping[str, Any]) -> None:
        """Do it."""
        if self.how == "hooks" and not HOOKS:
            HOOKS.append(register_module_forward_hook(lambda module, given, output: doubled(output)))
        if self.how == "writes":
            run.card["plan"]["updates"] = 3
        if self.how == "fails":
            raise KeyError(self.how)


def test_a_callback_that_only_watches_passes() -> None:
    check_callback(Watcher)


def test_a_callback_that_writes_into_its_copy_of_the_run_card_changes_nothing() -> None:
    check_callback(Watcher, how="writes")


def test_a_callback_that_changes_what_is_computed_is_found() -> None:
    try:
        with pytest.raises(ContractBroken, match="the run's student differs when it watches"):
            check_callback(Watcher, how="hooks")
    finally:
        HOOKS.pop().remove()


def test_a_callback_that_raises_is_found() -> None:
    with pytest.raises(ContractBroken, match="watcher: a run that it watched raised KeyError: 'fails'"):
        check_callback(Watcher(how="fails"))
