"""Fine-tune a model on a task and save it as a folder that transformers can open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from corpora import Json, identity_of, sha256_of
from trainer.errors import ModelError
from trainer.evaluation.evaluator import tasks_of
from trainer.evaluation.finetuning.jobs import Progress
from trainer.evaluation.finetuning.settings import Settings, SettingValue, settings_for
from trainer.evaluation.finetuning.task_distillation import TaskDistillation
from trainer.evaluation.finetuning.teachers import CARD, check_one_task, task_distillation_of
from trainer.evaluation.finetuning.training import Finetuned, finetune
from trainer.evaluation.metrics import collapse_warning
from trainer.evaluation.results import cell_of, read_record, write_sealed
from trainer.models import model_fingerprint, model_folder, quiet_transformers
from trainer.plugin import Splits
from trainer.runtime import check_writable, chosen, environment, staged_folder, usual_modes


@dataclass(frozen=True)
class _Card:
    """The fields of a fine-tuned model's card that a later call needs."""

    identity: str
    """The sha256 of everything that affects the model."""
    result: dict[str, str]
    """The fingerprint of its weights and tokenizer."""
    metrics: dict[str, dict[str, float]]
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Kept:
    """The scores of a fine-tuned model that is saved."""

    metrics: dict[str, dict[str, float]]
    """By column (dev set), each metric in percent."""
    warnings: tuple[str, ...] = ()
    """What makes the scores meaningless, such as the same answer to every example."""
    notes: tuple[str, ...] = ()
    """Notes on the data, such as unreadable rows."""


def keep_finetuned(
    task: str,
    *,
    model: Path | str,
    data: Path | str,
    out: Path | str,
    teacher: Path | str | None = None,
    losses: Sequence[str] = (),
    label_weight: float | None = None,
    unlabelled: Path | str | None = None,
    preset: str = "study",
    seed: int = 0,
    changes: Mapping[str, SettingValue] | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> Kept:
    """Fine-tune a model on one task, and save it with its tokenizer and its scores.

    If `out` already has the model from the same inputs and settings, it is reused.

    Args:
        task: a task's name, or a TOML file that describes one.
        model: a model folder, a run folder, or a hub id.
        data: the folder with the task's files.
        out: the folder of the new model.
        teacher: a model fine-tuned on this task with the same vocabulary, to learn from (task distillation).
        losses: terms on the teacher's outputs and states, such as `soft-target:temperature=2` or
            `hidden-state:layer=2,teacher-layer=4`; empty is soft targets at weight 0.5 (MSE for a regression).
        label_weight: of the loss on the labels when there is a teacher; None is 0.5, and 0 ignores the labels.
        unlabelled: a text file or table of the task's inputs, for which only the teacher's outputs count.
        preset: `study` or `robust`.
        seed: decides the order, dropout and the head's initial weights.
        changes: fine-tuning settings to replace, by name (`learning-rate`).
        device: `cpu`, `cuda`, or `auto`.
        progress: called with the task's name, the updates done and the total.

    Raises:
        TaskError: the name stands for several tasks, or the data cannot be read.
        ModelError: the model or the teacher does not fit the task, or `out` already exists with other content.
        OptionError: options that cannot be combined.
        StorageError: `out` cannot be written.
    """
    folder, one = Path(out), check_one_task(task, tasks_of(task))
    _check_free(folder)
    settings = settings_for(preset, one.head().problem, dict(changes or {}))
    start, where, splits = model_folder(model), chosen(device), one.read(Path(data))
    distillation = task_distillation_of(
        one, splits, settings, teacher=teacher, losses=losses, label_weight=label_weight, unlabelled=unlabelled
    )
    cell = cell_of(one, splits, model_fingerprint(start), settings, seed)
    identity: dict[str, Json] = {**cell.identity, "teaching": _identity(distillation)}
    if folder.exists():
        return _found(folder, identity)
    made = finetune(
        one, splits, start, settings=settings, seed=seed, device=where, distillation=distillation, progress=progress
    )
    kept = Kept(made.metrics, _warnings(made), _notes(made, splits))
    _write(made, folder, _card(one.title, made, kept, identity, settings))
    return kept


def _check_free(folder: Path) -> None:
    if folder.exists() and not (folder / CARD).is_file():
        raise ModelError(f"{folder} already exists; choose another --out, or delete it")
    check_writable(folder)


def _identity(distillation: TaskDistillation | None) -> dict[str, Json] | None:
    """Everything that affects what is learnt from a teacher, by content."""
    if distillation is None:
        return None
    return {
        "teacher": model_fingerprint(distillation.teacher),
        "losses": [list(identity_of(loss).values()) for loss in distillation.losses],
        "label_weight": distillation.label_weight,
        "unlabelled": distillation.unlabelled.sha256 if distillation.unlabelled else None,
    }


def _found(folder: Path, identity: Mapping[str, Json]) -> Kept:
    """The scores of a folder that was made from the same inputs.

    Raises:
        ModelError: it was made from other inputs, or its weights have changed.
    """
    card = read_record(folder / CARD, _Card)
    if card.identity != sha256_of(identity):
        raise ModelError(
            f"{folder} already exists, made from other inputs or settings; choose another --out, or delete it"
        )
    if card.result != model_fingerprint(folder):
        raise ModelError(f"{folder} was changed after it was fine-tuned; delete it to fine-tune again")
    return Kept(card.metrics, tuple(card.warnings), tuple(card.notes))


def _warnings(made: Finetuned) -> tuple[str, ...]:
    return tuple(f"{column}: {collapse_warning()}" for column, all_same in made.collapsed.items() if all_same)


def _notes(made: Finetuned, splits: Splits) -> tuple[str, ...]:
    """Notes on the features, then on the rows that were cut or left out."""
    named = {"train": splits.train, **splits.dev}
    unreadable = [f"{split}: {n} {reason}" for split, one in named.items() for reason, n in one.unreadable.items()]
    truncated = made.counts["truncated"]
    return (*made.notes, *unreadable, *([f"{truncated} train examples longer than --length"] if truncated else []))


def _card(
    title: str, made: Finetuned, kept: Kept, identity: Mapping[str, Json], settings: Settings
) -> dict[str, object]:
    return {
        "task": title, "metrics": made.metrics, "seed": identity["seed"], "settings": asdict(settings),
        "model": identity["model"], "teaching": identity["teaching"], "counts": made.counts, "updates": made.updates,
        "warnings": list(kept.warnings), "notes": list(kept.notes), "machine": environment(),
        "identity": sha256_of(identity),
    }  # fmt: skip


def _write(made: Finetuned, folder: Path, card: Mapping[str, object]) -> None:
    """Write the folder whole or not at all."""
    with staged_folder(folder) as draft:
        with quiet_transformers():
            made.encoder.model.cpu().save_pretrained(draft)
            made.encoder.tokenizer.save_pretrained(draft)
        write_sealed(draft / CARD, {**card, "result": model_fingerprint(draft)})
        usual_modes(draft)
        draft.replace(folder)
