"""Fine-tune a model on a task and keep it as a folder that transformers opens."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainer.errors import ModelError, TaskError
from trainer.evaluation.evaluator import tasks_of
from trainer.evaluation.finetuning.jobs import Progress
from trainer.evaluation.finetuning.settings import settings_for
from trainer.evaluation.finetuning.training import Finetuned, finetune
from trainer.evaluation.results import write_sealed
from trainer.models import model_fingerprint, model_folder, quiet_transformers
from trainer.runtime import chosen, environment, storing


def keep_finetuned(
    task: str,
    *,
    model: Path | str,
    data: Path | str,
    out: Path | str,
    teacher: Path | str | None = None,
    preset: str = "study",
    seed: int = 0,
    changes: Mapping[str, Any] | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> dict[str, dict[str, float]]:
    """Fine-tune a model on one task, and write it with its tokenizer and its scores.

    Args:
        task: a task's name, or a TOML file that describes one.
        out: the folder of the new model; it must not be there yet.
        teacher: a model fine-tuned on this task with the same vocabulary: its answers are learnt beside the
            labels, half and half (the second distillation step of Sanh et al. 2019).

    Returns:
        By dev set, each metric in percent.

    Raises:
        TaskError: the name is that of several tasks, or the data cannot be read.
        ModelError: a model cannot serve, or `out` is there already.
    """
    folder = Path(out)
    if folder.exists():
        raise ModelError(f"{folder} is there already; name another --out, or delete it")
    tasks = tasks_of(task)
    if len(tasks) > 1:
        raise TaskError(f"{task} is {len(tasks)} tasks; name one of {', '.join(one.title for one in tasks)}")
    settings = settings_for(preset, tasks[0].head().problem, dict(changes or {}))
    leader = model_folder(teacher) if teacher else None
    made = finetune(
        tasks[0], tasks[0].read(Path(data)), model_folder(model),
        settings=settings, seed=seed, device=chosen(device), teacher=leader, progress=progress,
    )  # fmt: skip
    card = {
        "task": tasks[0].title, "metrics": made.metrics, "seed": seed, "settings": asdict(settings),
        "model": model_fingerprint(made.encoder.folder), "teacher": model_fingerprint(leader) if leader else None,
        "updates": made.updates, "notes": list(made.notes), "machine": environment(),
    }  # fmt: skip
    _write(made, folder, card)
    return made.metrics


def _write(made: Finetuned, folder: Path, card: dict[str, Any]) -> None:
    """Write the folder whole or not at all."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        with storing(folder):
            draft.mkdir(parents=True)
            with quiet_transformers():
                made.encoder.model.cpu().save_pretrained(draft)
                made.encoder.tokenizer.save_pretrained(draft)
            write_sealed(draft / "finetuned.json", card)
            draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
