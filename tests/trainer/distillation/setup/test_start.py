"""What a run checks before its first update, and how it goes on without a checkpoint."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from corpora import OptionError
from trainer import Callback, ModelError, OtherRecipe, Run, RunError, RunInUse, Shape, distill
from trainer.distillation.distilling import run
from trainer.distillation.runs.folder import RunFolder
from trainer.distillation.settings import resolve
from trainer.distillation.setup.preparation import distillation
from trainer.distillation.setup.prepared import PreparedRun
from trainer.distillation.setup.start import check_student
from trainer.plugin.discovery import registry

OPTIONS = {
    "sequences": 16, "budget": "updates=4", "student": "distilbert:1", "log-every": 1, "micro-batch-tokens": "64",
    "checkpoint-every": "9",
}  # fmt: skip


@pytest.fixture
def teacher(tmp_path: Path, make: ModuleType) -> Path:
    folder: Path = make.teacher_folder(tmp_path / "teacher")
    return folder


def card(run: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((run / "run.json").read_text(encoding="utf-8"))
    return content


class Break(Callback):
    """Does something at the first log line."""

    name = "break"

    def __init__(self, act: Any) -> None:
        object.__setattr__(self, "act", act)

    def on_step(self, run: Run, record: Any) -> None:
        """Do it."""
        self.act()  # type: ignore[attr-defined]


def power_cut() -> None:
    raise RuntimeError("power cut")


def test_a_second_process_is_refused_while_the_first_trains(teacher: Path, tmp_path: Path, make: ModuleType) -> None:
    def again() -> None:
        distill(make.rows(60), out=tmp_path / "run", resume=True)

    with pytest.raises(RunInUse, match="run is in use by process .* wait until it ends"):
        distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS, watch=[Break(again)])


@pytest.mark.slow
def test_a_run_that_broke_before_its_first_checkpoint_starts_again_from_its_card(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    distill(make.rows(60), teacher, tmp_path / "whole", options=OPTIONS)
    with pytest.raises(RuntimeError, match="power cut"):
        distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS, watch=[Break(power_cut)])
    assert not (tmp_path / "run" / "checkpoints").exists()
    with pytest.raises(OtherRecipe, match="started with another dataset"):
        distill(make.rows(60, seed=3), out=tmp_path / "run", resume=True)
    assert distill(make.rows(60), out=tmp_path / "run", resume=True).status == "finished"
    assert make.weights_hash(tmp_path / "run" / "student") == make.weights_hash(tmp_path / "whole" / "student")


SHARED = '''"""A student whose layers are one layer."""
from dataclasses import dataclass
from typing import ClassVar
import torch
from trainer import Student, hookimpl

@dataclass(frozen=True)
class Shared(Student):
    """Shares its layers."""
    name: ClassVar[str] = "shared"
    def build(self, teacher):
        import copy
        student = copy.deepcopy(teacher)
        layers = student.bert.encoder.layer
        student.bert.encoder.layer = torch.nn.ModuleList([layers[0]] * 2)
        return student

@hookimpl
def trainer_students():
    return [Shared]
'''


def test_a_student_that_cannot_be_saved_is_not_trained(teacher: Path, tmp_path: Path, make: ModuleType) -> None:
    (tmp_path / "shared.py").write_text(SHARED, encoding="utf-8")
    registry.use_files([tmp_path / "shared.py"])
    with pytest.raises(ModelError, match="not trained, since the student cannot be saved: .*shared tensors"):
        distill(make.rows(60), teacher, tmp_path / "run", options={**OPTIONS, "student": "shared"})
    assert not (tmp_path / "run").exists()


def test_a_run_is_finished_only_once_its_student_is_saved(teacher: Path, tmp_path: Path, make: ModuleType) -> None:
    seen = []

    class Watched(PreparedRun):
        def write_student(self, folder: Path, *, updates: int, **how: Any) -> None:
            if (tmp_path / "run" / "run.json").exists():
                seen.append(card(tmp_path / "run")["status"])
            super().write_student(folder, updates=updates, **how)

    job = Watched(**vars(distillation(make.rows(60), [teacher], resolve("study", OPTIONS), preset="study")))
    folder = RunFolder(tmp_path / "run")
    with folder.opened(first=True, break_lock=False):
        run(job, folder, known=None, overwrite=False, stop_after=None, watch=[])
    assert (seen, card(tmp_path / "run")["status"]) == (["running"], "finished")


@pytest.mark.parametrize("name", ["student", "checkpoints", "log.jsonl", "run.json"])
def test_a_link_in_the_run_folder_is_never_followed(teacher: Path, tmp_path: Path, make: ModuleType, name: str) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / name).symlink_to(tmp_path / "outside")
    for overwrite in (False, True):
        with pytest.raises(RunError, match=f"{name} is a symbolic link to .*outside.* remove the link"):
            distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS, overwrite=overwrite)
    assert not list((tmp_path / "outside").iterdir())


@pytest.mark.slow
def test_the_number_of_threads_is_recorded_kept_on_a_resume_and_named_if_it_changes(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    before, seen = torch.get_num_threads(), []
    watch = [Break(lambda: seen.append(torch.get_num_threads()))]
    distill(make.rows(60), teacher, tmp_path / "run", options={**OPTIONS, "threads": 2}, stop_after="0s", watch=watch)
    same = distill(out=tmp_path / "run", dataset=make.rows(60), resume=True, stop_after="0s", watch=watch)
    other = distill(make.rows(60), out=tmp_path / "run", resume=True, options={"threads": 3}, watch=watch)
    assert (seen, card(tmp_path / "run")["threads"]) == ([2, 2, 3, 3], 3)
    assert same.notes == () and "2 threads and continues with 3" in other.notes[0]
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("checkpoint-every", "0", "whole number from 1"),
        ("checkpoint-every", "0s", "above 0"),
        ("checkpoint-every", "\u00b2", "invalid duration"),
        ("checkpoint-every", "9" * 5000, "whole number from 1"),
        ("budget", "updates=1e30", "the maximum is updates=1e"),
        ("budget", "epochs=1e99", "the maximum is epochs=1e"),
        ("budget", "tokens=" + "9" * 5000, "must be epochs=N"),
        ("sequences", 10**12, "from 1 to 1e"),
        ("micro-batch-tokens", "0", "auto or a whole number from 1"),
        ("micro-batch-tokens", "9" * 5000, "auto or a whole number from 1"),
        ("threads", 0, "from 1 to 4096"),
        ("early-stop", 3, "early-stop needs held-out text; give --held-out"),
        ("keep-best", True, "keep-best needs held-out text; give --held-out"),
    ],
)
def test_an_absurd_setting_is_one_line_before_any_work(tmp_path: Path, option: str, value: object, said: str) -> None:
    with pytest.raises(OptionError, match=said) as found:
        distill("none", "none", tmp_path / "run", options={option: value})
    assert "\n" not in str(found.value) and len(str(found.value)) < 6000
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"student": "layers:3"}, "a student with 3 layers cannot start from a teacher with 2"),
        ({"student": "layers:1,hidden=32"}, "the student is 32 wide and the teacher 16"),
        ({"loss": ["hidden-state:layer=2"]}, "does not fit the student"),
    ],
)
def test_a_student_is_checked_against_a_teacher_of_which_only_the_shape_is_known(changes: Any, said: str) -> None:
    drawn = torch.random.get_rng_state()
    teacher = Shape(layers=2, hidden=16, heads=2, positions=32).outline()
    check_student(resolve("study", OPTIONS), teacher)
    with pytest.raises(ModelError, match=said):
        check_student(resolve("study", OPTIONS | changes), teacher)
    assert torch.equal(drawn, torch.random.get_rng_state())
