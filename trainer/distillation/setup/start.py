"""A distillation before its first update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PreTrainedModel

from corpora import OptionError, seed_of
from trainer.distillation.runs.resume import Source
from trainer.distillation.runs.run_card import HeldOutEntry
from trainer.distillation.settings import RunSettings, resolve
from trainer.distillation.setup import preparation as preparing
from trainer.distillation.setup.teachers import check_widths, listed
from trainer.models import check_states
from trainer.plugin import registry


@dataclass(frozen=True)
class StartingPoint:
    """A distillation before its first update, fully checked."""

    dataset: str
    """The token dataset, NAME@FINGERPRINT."""
    rows: int
    tokens: int
    """Special tokens included."""
    updates: int
    teachers: tuple[str, ...]
    """The fingerprint of each teacher's weights."""
    held_out: HeldOutEntry
    fidelity: dict[str, float]
    """The student's values on held-out text, as a run logs them: `kl`, `masked_lm`, `top1_agreement`."""


def starting_student(recipe: RunSettings, teacher: PreTrainedModel) -> PreTrainedModel:
    """The student with the weights that a run of this recipe starts from; torch's generator is left unchanged.

    Args:
        recipe: its student, seed and vocabulary are used.
        teacher: its weights are copied, not changed.

    Raises:
        UnknownName, OptionError: no such student.
        ModelError: the teacher does not fit the student.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed_of("student", recipe.seed))
        student: PreTrainedModel = registry.make("students", recipe.student).build(teacher)
    return student


def check_student(recipe: RunSettings, teacher: PreTrainedModel) -> None:
    """Check that a recipe's student and losses fit a teacher, without a dataset; nothing is kept.

    Args:
        recipe: its student, seed and losses are used.
        teacher: its weights are not read, so a model of the same shape will do.

    Raises:
        UnknownName, OptionError, PluginError: see `parts_of`.
        ModelError: the student is deeper or wider than the teacher that it starts from, or a loss does not fit the two.
    """
    losses, shape = preparing.parts_of(recipe)
    check_widths(shape, losses, teacher)
    student = starting_student(recipe, teacher)
    check_states(losses, student, teacher)
    with torch.random.fork_rng():
        for loss in losses:
            loss.build(teacher, student)


def starting_point(
    dataset: Source, teacher: str | Path | Sequence[str | Path], *, preset: str, options: Mapping[str, object]
) -> StartingPoint:
    """Check a distillation as `distill` does, and measure its student on held-out text before any update.

    Args:
        dataset: NAME, NAME@TAG, NAME@FINGERPRINT, an opened dataset, or rows.
        teacher: a model folder or hub id, or several.
        preset: a preset's name or a TOML file.
        options: settings that replace the preset's, by name on the command line.

    Raises:
        OptionError: the recipe has no held-out dataset.
        ModelError, TransferError: as in `distill` before its first update.
    """
    recipe = resolve(preset, options)
    if recipe.held_out is None:
        raise OptionError("a starting point is measured on held-out text; give --held-out NAME")
    with preparing.own_torch(recipe):
        job = preparing.distillation(dataset, listed(teacher), recipe, preset=preset)
        measured = job.fidelity.measure() if job.fidelity else {}
        job.training.close()
    rows, entry = job.training.rows, job.card.held_out
    return StartingPoint(
        dataset=f"{rows.name}@{rows.fingerprint}",
        rows=len(rows),
        tokens=rows.survey.tokens + 2 * len(rows),
        updates=job.training.plan.updates,
        teachers=tuple(each.weights for each in job.card.all_teachers),
        held_out=entry or HeldOutEntry(recipe.held_out, ""),
        fidelity=measured,
    )
