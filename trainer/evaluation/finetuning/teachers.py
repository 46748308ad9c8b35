"""Teachers for task distillation: checked against the task before anything is loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from corpora import OptionError
from corpora.errors import counted
from trainer.errors import ModelError, TaskError
from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.finetuning.task_distillation import LABEL_WEIGHT, TaskDistillation
from trainer.evaluation.problems.lookup import problem_of
from trainer.evaluation.results import read_sealed
from trainer.evaluation.tasks.unlabelled import read_unlabelled
from trainer.models import model_folder
from trainer.plugin import Head, Loss, Splits, Task, check_loss, registry

CARD = "finetuned.json"
"""File written by `trainer finetune` next to the weights: the task, the scores, and everything that affects them."""


def task_distillation_of(
    task: Task,
    splits: Splits,
    settings: Settings,
    *,
    teacher: Path | str | None,
    losses: Sequence[str] = (),
    label_weight: float | None = None,
    unlabelled: Path | str | None = None,
) -> TaskDistillation | None:
    """How to learn from a teacher; None without one.

    Args:
        task: the task that the student is trained on.
        splits: its examples.
        settings: of the fine-tuning.
        teacher: a folder or hub id of a model fine-tuned on the task; None for fine-tuning on labels alone.
        losses: such as `soft-target:temperature=2`; empty is the task's default at weight 0.5.
        label_weight: of the loss on the labels; None is 0.5.
        unlabelled: a file of inputs without labels.

    Raises:
        OptionError: options that need a teacher are given without one, or cannot be combined.
        UnknownName: no loss has this name.
        ModelError: the teacher was fine-tuned on another task, or with other labels.
        TaskError: the unlabelled rows cannot be read.
    """
    if teacher is None:
        given = {"--loss": losses, "--label-weight": label_weight is not None, "--unlabelled": unlabelled}
        if alone := [name for name, value in given.items() if value]:
            raise OptionError(f"no teacher for {' and '.join(alone)}; add --teacher DIR, fine-tuned on this task")
        return None
    folder = model_folder(teacher)
    check_teacher(folder, task)
    weight = LABEL_WEIGHT if label_weight is None else label_weight
    if weight < 0:
        raise OptionError(f"label-weight is {weight:g}; it must be at least 0")
    chosen = _losses(task, losses)
    taught = any(loss.weight > 0 for loss in chosen)
    if not taught and (unlabelled or not weight):
        raise OptionError("every loss has weight 0, so nothing is learnt from the teacher; raise a loss's weight")
    if settings.train_rows == 0 and weight and label_weight is not None:
        raise OptionError(f"label-weight is {weight:g}, but train-rows 0 leaves no labels; use only one of the two")
    pairs = splits.train.second is not None
    more = read_unlabelled(Path(unlabelled), task, pairs=pairs) if unlabelled else None
    return TaskDistillation(folder, chosen, weight, more)


def _losses(task: Task, losses: Sequence[str]) -> tuple[Loss, ...]:
    """The losses with these names, or the default: soft targets at temperature 2, or MSE for a regression."""
    name = "mse" if task.head().problem == "regression" else "soft-target"
    chosen: list[Loss] = [registry.make("losses", text) for text in losses or (f"{name}:weight={1 - LABEL_WEIGHT}",)]
    for loss in chosen:
        check_loss(loss)
        if loss.positions == "masked":
            raise OptionError(
                f"{loss.name} is averaged over masked words, but fine-tuning masks none; "
                "use positions=all, or another loss such as soft-target, mse, hidden-state or attention"
            )
    return tuple(chosen)


def check_teacher(folder: Path, task: Task) -> None:
    """Check that a model was fine-tuned on this task, with the same labels in the same order.

    Args:
        folder: of the fine-tuned model.
        task: the task that the student is trained on.

    Raises:
        ModelError: the folder shows that it was not.
    """
    if (folder / CARD).is_file() and (trained := read_sealed(folder / CARD).get("task")) != task.title:
        raise ModelError(f"{folder} was fine-tuned on {trained}, not {task.title}; fine-tune a teacher on that first")
    config, head = _config(folder), task.head()
    kind = problem_of(head).model_class.removeprefix("AutoModel")
    classes = config.get("architectures")
    if isinstance(classes, list) and not any(str(name).endswith(kind) for name in classes):
        raise ModelError(
            f"{folder} is a {', '.join(map(str, classes))}, which has no head for this task; fine-tune it first: "
            f"trainer finetune {task.name if task.name in registry.offered('tasks') else 'TASK.toml'} --model {folder} "
            "--out DIR"
        )
    if head.problem != "spans":
        _check_labels(folder, _labels(config), task.title, head)


def _check_labels(folder: Path, names: Sequence[str], title: str, head: Head) -> None:
    """Check that a head's labels are the task's.

    Raises:
        ModelError: they differ in number, in their names, or in their order.
    """
    if head.problem == "regression":
        if len(names) != 1:
            raise ModelError(f"{folder} has a head with {counted(len(names), 'label')}; {title} needs a single output")
    elif len(names) != len(head.classes):
        raise ModelError(f"{folder} has a head with {counted(len(names), 'label')}; {title} has {len(head.classes)}")
    elif [name.lower() for name in names] != [name.lower() for name in head.classes]:
        raise ModelError(
            f"{folder} has the labels {', '.join(names)}; {title} has {', '.join(head.classes)}, in this order; "
            "if only the names differ, correct id2label and label2id in the teacher's config.json"
        )


def _config(folder: Path) -> dict[str, object]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error
    if not isinstance(config, dict) or not isinstance(config.get("id2label") or {}, dict):
        raise ModelError(f"{path} is not a model's config; copy the teacher again")
    return config


def _labels(config: Mapping[str, object]) -> list[str]:
    """The labels in a config, in the order of their numbers; the two default names if it has none."""
    names = config.get("id2label")
    if not isinstance(names, dict) or not names or not all(str(key).isdigit() for key in names):
        return ["LABEL_0", "LABEL_1"]
    return [str(names[key]) for key in sorted(names, key=int)]


def check_one_task(name: str, tasks: Sequence[Task]) -> Task:
    """The task of a name that must stand for only one.

    Args:
        name: as the user gave it.
        tasks: all tasks that it stands for.

    Raises:
        TaskError: it stands for several.
    """
    if len(tasks) > 1:
        raise TaskError(f"{name} has {len(tasks)} tasks; choose one of {', '.join(one.title for one in tasks)}")
    return tasks[0]
