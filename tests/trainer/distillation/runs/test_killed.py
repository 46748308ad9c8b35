"""A run that is killed without a warning, twice, ends with the bits of one that was not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForMaskedLM

from trainer.distillation import RunFolder, distill
from trainer.evaluation import evaluate
from trainer.models import export_onnx

PROGRAM = Path(__file__).parents[2] / "programs" / "train.py"


def train(teacher: Path, out: Path, *more: str, kill_at: int = 0, student: str = "distilbert:1") -> int:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "KILL_AT": str(kill_at), "STUDENT": student}
    command = [sys.executable, str(PROGRAM), str(teacher), str(out), *more]
    return subprocess.run(command, env=environment, timeout=600).returncode


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_twice_and_resumed_gives_the_same_weights(tmp_path: Path, make: ModuleType) -> None:
    teacher = make.teacher_folder(tmp_path / "teacher")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert train(teacher, whole) == 0
    assert train(teacher, broken, kill_at=5) == -signal.SIGKILL
    assert train(teacher, broken, "--resume", kill_at=8) == -signal.SIGKILL
    assert train(teacher, broken, "--resume") == 0
    assert make.weights_hash(broken / "student") == make.weights_hash(whole / "student")


SHAPE: dict[str, Any] = {
    "vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 32, "pad_token_id": 0,
}  # fmt: skip
MARKS = {"bos_token_id": 2, "eos_token_id": 3, "cls_token_id": 2, "sep_token_id": 3}
CONFIGS = {"modernbert": SHAPE | MARKS | {"local_attention": 4}, "electra": SHAPE | {"embedding_size": 8}}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("family", CONFIGS)
def test_other_families_are_killed_resumed_to_the_same_bytes_scored_and_exported(
    family: str, tmp_path: Path, make: ModuleType, glue: Path
) -> None:
    torch.manual_seed(0)
    model: Any = AutoModelForMaskedLM.from_config(AutoConfig.for_model(family, **CONFIGS[family]))  # type: ignore[no-untyped-call]
    teacher = make.teacher_folder(tmp_path / "teacher", model=model)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert train(teacher, broken, kill_at=5, student="layers:2") == -signal.SIGKILL
    distill(make.rows(60), teacher, broken, resume=True)
    options = {**RunFolder(broken).card().recipe, "threads": 1}
    distill(make.rows(60), teacher, whole, options=options)
    files = [folder / "student" / "model.safetensors" for folder in (whole, broken)]
    assert files[0].read_bytes() == files[1].read_bytes()
    made = evaluate("cola", model=broken / "student", data=glue, out=tmp_path / "scores", seeds=1, device="cpu")
    assert len(made.columns["CoLA"].scores) == 1
    pytest.importorskip("onnxscript")
    (exported,) = export_onnx(broken)
    assert exported.outputs == ("logits",) and exported.difference <= 1e-4
