"""What the original scripts got wrong, and this must not: a test each."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

import trainer
from corpora.plugin.component import options_of
from trainer import distill
from trainer.data.packing import IGNORED, micro_batches
from trainer.distillation.distilling import run as train
from trainer.distillation.runs.checkpoint import newest
from trainer.distillation.runs.folder import RunFolder
from trainer.distillation.settings import RunSettings, resolve
from trainer.distillation.setup.preparation import distillation, own_torch
from trainer.distillation.training.schedule import Plan

SOURCE = Path(trainer.__file__).parent


@pytest.fixture
def run(tmp_path: Path, make: ModuleType) -> Path:
    """A finished run of 9 updates of up to 16 sequences, over 60 rows and 3 epochs, with dropout."""
    teacher = make.teacher_folder(tmp_path / "teacher")
    options = {"sequences": 16, "budget": "updates=9", "student": "distilbert:1", "log-every": 1}
    distill(make.rows(60), teacher, tmp_path / "run", options=options)
    return tmp_path / "run"


def test_the_first_update_is_of_all_its_sequences_not_of_one_micro_batch(run: Path, make: ModuleType) -> None:
    import json

    lines = (run / "log.jsonl").read_text(encoding="utf-8").splitlines()
    tokens = [json.loads(line)["tokens"] for line in lines[:4]]
    assert sum(tokens) == make.rows(60).survey.tokens + 2 * 60
    assert min(tokens[:3]) > 2 * tokens[3] / 3


def test_no_option_is_parsed_and_unused(tmp_path: Path, make: ModuleType, apart: str) -> None:
    """Every setting is read in the course of a run that measures fidelity; none is a flag without an effect."""
    read: set[str] = set()

    class Watched(RunSettings):
        def __getattribute__(self, name: str) -> Any:
            frame: Any = sys._getframe(1)
            own_check = frame.f_code is RunSettings.__post_init__.__code__
            if frame.f_code.co_filename.startswith(str(SOURCE)) and not own_check:
                read.add(name)
            return super().__getattribute__(name)

    teacher, folder = make.teacher_folder(tmp_path / "teacher"), RunFolder(tmp_path / "run")
    options = {"sequences": 16, "budget": "updates=2", "student": "distilbert:1", "held-out": apart}
    recipe = Watched(**vars(resolve("study", options)))
    with folder.opened(first=True, break_lock=False), own_torch(recipe):
        job = distillation(make.rows(60), [teacher], recipe, preset="study")
        train(job, folder, known=None, overwrite=False, stop_after=None, watch=[])
    assert {opt.field for opt in options_of(RunSettings)} <= read


def test_epochs_differ_in_their_order() -> None:
    plan = Plan(rows=50, sequences=50, updates=2, warmup=0, seed=0)
    assert plan.rows_of(0).tolist() != plan.rows_of(1).tolist()


def test_micro_batches_of_unequal_tokens_weigh_by_their_tokens(make: ModuleType) -> None:
    student, packed = make.bert(1).double(), make.packed(7, most=20)
    engine = make.engine(student, make.bert(1, seed=2).double(), "soft-target")
    parts = list(micro_batches(packed, budget=15))
    of_parts = [float(engine.evaluate(part)) / part.tokens for part in parts]
    whole = float(engine.evaluate(packed)) / packed.tokens
    assert float(np.mean(of_parts)) != pytest.approx(whole, abs=1e-6)
    assert float(np.average(of_parts, weights=[part.tokens for part in parts])) == pytest.approx(whole, abs=1e-12)


def test_ranks_do_not_share_their_random_masks(make: ModuleType) -> None:
    packed = make.packed(40, most=12)
    picked = [packed.labels[packed.rows == row] != IGNORED for row in (38, 39)]
    shortest = min(map(len, picked))
    assert not torch.equal(picked[0][:shortest], picked[1][:shortest])


def test_a_teacher_given_as_a_local_path_works(run: Path) -> None:
    assert (run / "student" / "model.safetensors").is_file()


def test_a_checkpoint_holds_the_optimizers_memory_and_all_that_chance_depends_on(run: Path) -> None:
    last, _ = newest(run / "checkpoints")
    kinds = {name.partition(".")[0] for name in last.tensors}
    assert kinds == {"weights", "step", "exp_avg", "exp_avg_sq"}
    assert {"recipe", "dataset", "teacher", "ranks", "versions", "scale", "micro_batch_tokens"} <= set(vars(last.about))


def test_updates_of_a_small_dataset_are_not_sorted_by_length(make: ModuleType) -> None:
    lengths = np.sort([len(ids) for ids in make.rows(300).take(np.arange(300))])
    plan = Plan(rows=300, sequences=30, updates=10, warmup=0, seed=0)
    means = [lengths[plan.rows_of(update)].mean() for update in range(10)]
    assert np.std(means) < 0.4 * np.std(lengths)


def test_logits_are_never_held_for_padding_nor_for_all_tokens_at_once(make: ModuleType) -> None:
    packed, engine = make.packed(30), make.engine(make.bert(1), make.bert(2), "soft-target", chunk=7)
    real, seen = engine.closed[0], []

    def look(given: Any, gradient: Any) -> Any:
        seen.append((tuple(given.student["logits"].shape), tuple(given.teacher["logits"].shape)))
        return real(given, gradient)

    engine.closed[0] = look
    engine.evaluate(packed)
    assert sum(student[0] for student, _ in seen) == packed.tokens > 50
    assert {student[0] <= 7 and student == teacher for student, teacher in seen} == {True}
