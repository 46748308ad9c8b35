"""The loop of a run: when it logs, saves and measures, what stops it, and how it resumes."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import pytest

from trainer import Callback, Diverged, Outcome, Run, distill
from trainer.distillation.runs.folder import RunFolder
from trainer.distillation.settings import resolve
from trainer.distillation.setup.preparation import distillation
from trainer.distillation.training.interruption import Stopper
from trainer.distillation.training.loop import RunLoop

OPTIONS = {
    "sequences": 16, "budget": "updates=8", "student": "distilbert:1", "log-every": 1, "checkpoint-every": "3",
    "micro-batch-tokens": "64",
}  # fmt: skip


@dataclass(frozen=True)
class At(Callback):
    """Does something to the run after one update."""

    name: ClassVar[str] = "at"
    act: Callable[[], object] = id
    update: int = 4

    def __post_init__(self) -> None:
        """Plain fields: it is never offered."""

    def on_step(self, run: Run, record: Mapping[str, object]) -> None:
        """Do it."""
        if record["update"] == self.update:
            self.act()


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory, make: ModuleType) -> Path:
    """One teacher for all tests of this file."""
    folder: Path = make.teacher_folder(tmp_path_factory.mktemp("teacher"))
    return folder


@pytest.fixture(scope="module")
def whole(teacher: Path, tmp_path_factory: pytest.TempPathFactory, make: ModuleType) -> str:
    """The hash of the weights of a run that nothing stopped."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    distill(make.rows(60), teacher, folder, options=OPTIONS)
    return str(make.weights_hash(folder / "student"))


def stopped(
    make: ModuleType, teacher: Path, out: Path, act: Callable[[], object], update: int = 4, **options: object
) -> Outcome:
    watch = [At(act=act, update=update)]
    return distill(make.rows(60), teacher, out, options={**OPTIONS, **options}, watch=watch)


def test_a_run_logs_and_saves_at_the_updates_that_were_asked_for(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    often = {**OPTIONS, "log-every": 3, "checkpoint-every": "3", "keep": 9}
    distill(make.rows(60), teacher, tmp_path / "run", options=often)
    log = (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    saved = sorted(place.name for place in (tmp_path / "run" / "checkpoints").iterdir())
    assert [json.loads(line)["update"] for line in log] == [1, 3, 6, 8]
    assert saved == [f"update-{number:08d}" for number in (3, 6, 8)]


def logged(run: Path, key: str = "update") -> list[int]:
    """The updates in the log of a run whose record has this key."""
    lines = map(json.loads, (run / "log.jsonl").read_text(encoding="utf-8").splitlines())
    return [line["update"] for line in lines if key in line]


def saved(run: Path) -> list[str]:
    """The names of the checkpoints of a run."""
    return sorted(place.name.removeprefix("update-0000000") for place in (run / "checkpoints").iterdir())


@pytest.mark.parametrize(("every", "updates"), [("2", ["2", "4", "6", "8"]), ("1h", ["8"])])
def test_checkpoints_are_due_after_so_many_updates_or_so_long(
    every: str, updates: list[str], teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    distill(make.rows(60), teacher, tmp_path / "run", options={**OPTIONS, "checkpoint-every": every, "keep": 9})
    assert saved(tmp_path / "run") == updates


def test_the_interval_between_checkpoints_starts_again_at_each_of_them(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    (tmp_path / "run").mkdir()
    now = [0.0]
    recipe = resolve("study", {**OPTIONS, "checkpoint-every": "30m", "keep": 9})
    job = distillation(make.rows(60), [teacher], recipe, preset="study")
    watch = [At(act=lambda: now.append(3600.0), update=4)]
    loop = RunLoop(job, RunFolder(tmp_path / "run"), Stopper(), watch, clock=lambda: now[-1])
    assert loop.run(known=None, overwrite=False).status == "finished"
    job.training.close()
    assert saved(tmp_path / "run") == ["4", "8"]


def test_held_out_text_is_measured_every_so_many_updates_and_at_the_end(
    teacher: Path, tmp_path: Path, make: ModuleType, apart: str
) -> None:
    options = {**OPTIONS, "log-every": 99, "held-out": apart, "held-out-every": 3}
    distill(make.rows(60), teacher, tmp_path / "run", options=options)
    assert logged(tmp_path / "run", "held_out") == [3, 6, 8]


def test_the_log_counts_the_tokens_of_each_update_special_ones_included(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS)
    lines = map(json.loads, (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines())
    assert sum(line["tokens"] for line in lines) == 2 * (make.rows(60).survey.tokens + 2 * 60)


@pytest.mark.parametrize(
    "asked", [signal.SIGTERM, *(pytest.param(sent, marks=pytest.mark.slow) for sent in (signal.SIGINT, signal.SIGUSR1))]
)
def test_a_run_stopped_by_a_signal_and_resumed_ends_with_the_same_bits(
    asked: signal.Signals, whole: str, teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    outcome = stopped(make, teacher, tmp_path / "run", lambda: os.kill(os.getpid(), asked))
    assert (outcome.status, outcome.reason, outcome.student) == ("stopped", asked.name, None)
    assert distill(make.rows(60), out=tmp_path / "run", resume=True).status == "finished"
    assert make.weights_hash(tmp_path / "run" / "student") == whole


def test_a_run_that_broke_between_checkpoints_goes_on_from_the_last_one(
    whole: str, teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    def broken() -> None:
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        stopped(make, teacher, tmp_path / "run", broken, update=5)
    distill(make.rows(60), out=tmp_path / "run", resume=True)
    log = (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["update"] for line in log] == list(range(1, 9))
    assert make.weights_hash(tmp_path / "run" / "student") == whole


def test_a_damaged_survey_or_log_costs_nothing(whole: str, teacher: Path, tmp_path: Path, make: ModuleType) -> None:
    stopped(make, teacher, tmp_path / "run", lambda: os.kill(os.getpid(), signal.SIGTERM))
    (tmp_path / "run" / "survey.npz").write_bytes(b"PK gone")
    with (tmp_path / "run" / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write('"no line of ours"\n[1]\n{"update"')
    distill(make.rows(60), out=tmp_path / "run", resume=True)
    lines = (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["update"] for line in lines] == list(range(1, 9))
    assert make.weights_hash(tmp_path / "run" / "student") == whole


def test_a_time_limit_ends_a_run_in_order(teacher: Path, tmp_path: Path, make: ModuleType) -> None:
    outcome = distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS, stop_after="0s")
    assert (outcome.status, outcome.reason, outcome.signal) == ("stopped", "the time limit", None)
    assert distill(make.rows(60), out=tmp_path / "run", resume=True).status == "finished"


def test_a_corrupt_newest_checkpoint_falls_back_to_the_one_before_and_says_so(
    whole: str, teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    stopped(make, teacher, tmp_path / "run", lambda: os.kill(os.getpid(), signal.SIGTERM))
    newest = max((tmp_path / "run" / "checkpoints").iterdir())
    (newest / "state.safetensors").write_bytes(b"gone")
    outcome = distill(make.rows(60), out=tmp_path / "run", resume=True)
    assert "is damaged" in outcome.notes[0]
    assert make.weights_hash(tmp_path / "run" / "student") == whole


def test_settings_that_decide_nothing_may_change_on_a_resume(teacher: Path, tmp_path: Path, make: ModuleType) -> None:
    stopped(make, teacher, tmp_path / "run", lambda: os.kill(os.getpid(), signal.SIGTERM))
    distill(make.rows(60), out=tmp_path / "run", options={"log-every": 3, "keep": 1}, resume=True)
    log = (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["update"] for line in log] == [1, 2, 3, 4, 5, 6, 8]
    assert len(list((tmp_path / "run" / "checkpoints").iterdir())) == 1


def test_a_loss_that_is_no_number_ends_the_run_with_the_weights_and_the_batch(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    from safetensors.torch import load_file

    with pytest.raises(Diverged, match=r"update \d+: .*finite.*the last good weights are in .*lower --learning-rate"):
        stopped(make, teacher, tmp_path / "run", lambda: None, **{"learning-rate": 1e30, "clip": 0.0})
    (batch,) = (tmp_path / "run").glob("bad-update-*.safetensors")
    assert set(load_file(batch)) == {"input_ids", "positions", "rows", "labels"}
    kept = load_file(max((tmp_path / "run" / "checkpoints").iterdir()) / "state.safetensors")
    assert all(tensor.isfinite().all() for name, tensor in kept.items() if name.startswith("weights"))
