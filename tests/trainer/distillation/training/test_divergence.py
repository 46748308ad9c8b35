"""A loss that is a number and lost all the same."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer import Callback, Diverged, Run, distill
from trainer.distillation.training.divergence import LossWatch

OPTIONS = {"sequences": 16, "student": "distilbert:1", "log-every": 1, "micro-batch-tokens": "512"}


@dataclass(frozen=True)
class Stop(Callback):
    """Asks the run to stop after an update."""

    update: int = 0
    name: ClassVar[str] = "stop"

    def __post_init__(self) -> None:
        """A plain field: it is never offered."""

    def on_step(self, run: Run, record: Mapping[str, Any]) -> None:
        """Ask."""
        if record["update"] == self.update:
            os.kill(os.getpid(), signal.SIGTERM)


def fed(losses: list[float], watch: LossWatch | None = None) -> LossWatch:
    watch = watch or LossWatch(max_rise=3, floor=1)
    for update, loss in enumerate(losses, start=1):
        watch.see(update, loss)
    return watch


def test_twenty_losses_far_above_their_median_are_divergence() -> None:
    with pytest.raises(Diverged, match=r"the loss is 50 and has been above 3 times its median \(5\) since update 31"):
        fed([5.0] * 30 + [50.0] * 20)


def test_a_spike_that_heals_is_none() -> None:
    assert fed(([5.0] * 30 + [500.0] * 19) * 5 + [5.0]).high == []


def test_a_loss_that_was_near_nothing_may_rise_to_the_floor() -> None:
    assert fed([1e-6] * 30 + [0.9] * 50).high == []


def test_a_rise_that_takes_hundreds_of_updates_moves_the_median_along() -> None:
    assert fed([5 * 1.005**n for n in range(1000)]).high == []


def test_nothing_is_divergence_where_it_is_turned_off() -> None:
    assert fed([5.0] * 30 + [5e9] * 100, LossWatch(max_rise=0, floor=1)).high == []


@given(st.lists(st.floats(0, 100), max_size=150), st.integers(0, 150))
def test_a_watch_that_was_saved_and_restored_sees_what_one_in_one_go_does(losses: list[float], cut: int) -> None:
    def told(parts: list[list[float]]) -> tuple[str, Any]:
        watch, update = LossWatch(max_rise=2, floor=1), 0
        for part in parts:
            resumed = LossWatch(max_rise=2, floor=1)
            resumed.restore(json.loads(json.dumps(watch.state())))
            watch = resumed
            for loss in part:
                update += 1
                try:
                    watch.see(update, loss)
                except Diverged as error:
                    return str(error), update
        return "", watch.state()

    assert told([losses]) == told([losses[:cut], losses[cut:]])


@pytest.mark.slow
def test_an_absurd_learning_rate_ends_a_run_with_good_weights_and_the_batch_kept(
    tmp_path: Path, make: ModuleType
) -> None:
    from safetensors.torch import load_file

    teacher, rows, run = make.teacher_folder(tmp_path / "teacher"), make.rows(60), tmp_path / "run"
    options = {**OPTIONS, "loss": ["masked-lm"], "learning-rate": 10.0, "budget": "updates=200", "warmup": 0.1}
    with pytest.raises(Diverged, match=r"above 3 times its median .* the last good weights are in .*update-0000"):
        distill(rows, teacher, run, options={**options, "checkpoint-every": "1"})
    log = [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    (batch,) = run.glob("bad-update-*.safetensors")
    first = int(batch.stem.rpartition("-")[2])
    assert len(load_file(batch)["labels"]) == log[first - 1]["tokens"]
    newest = max((run / "checkpoints").iterdir())
    assert int(newest.name.rpartition("-")[2]) == first - 1  # none was made while the loss was high
    assert json.loads((run / "run.json").read_text(encoding="utf-8"))["status"] == "failed"
    assert distill(rows, out=run, options={"max-rise": 0.0}, resume=True).status == "finished"


@pytest.mark.slow
def test_a_stop_while_the_loss_is_high_spares_the_good_weights_and_the_error_names_them(
    tmp_path: Path, make: ModuleType
) -> None:
    teacher, rows, run = make.teacher_folder(tmp_path / "teacher"), make.rows(60), tmp_path / "run"
    options = {**OPTIONS, "loss": ["masked-lm"], "learning-rate": 10.0, "budget": "updates=200", "warmup": 0.1}
    options = {**options, "checkpoint-every": "1", "keep": 1}
    with pytest.raises(Diverged):
        distill(rows, teacher, tmp_path / "whole", options=options)
    (good,) = (tmp_path / "whole" / "checkpoints").iterdir()
    after = int(good.name.rpartition("-")[2]) + 3
    stopped = distill(rows, teacher, run, options=options, watch=[Stop(after)])
    bad = f"update-{stopped.updates:08d}"
    assert {place.name for place in (run / "checkpoints").iterdir()} == {good.name, bad}
    with pytest.raises(Diverged, match=f"the last good weights are in .*{good.name},"):
        distill(rows, out=run, resume=True)
    assert (run / "checkpoints" / good.name).exists()
