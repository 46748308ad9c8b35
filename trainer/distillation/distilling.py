"""Distil a student on a transfer dataset: what is prepared before the first update, and the run itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from trainer.data import Survey
from trainer.distillation.runs import resume as resuming
from trainer.distillation.runs.card import RunCard
from trainer.distillation.runs.folder import RunFolder
from trainer.distillation.runs.resume import Source
from trainer.distillation.settings import resolve, seconds
from trainer.distillation.setup import preparation as preparing
from trainer.distillation.setup.prepared import PreparedRun
from trainer.distillation.setup.teachers import listed
from trainer.distillation.training.interruption import Stopper
from trainer.distillation.training.loop import Outcome, RunLoop
from trainer.plugin import Callback, registry
from trainer.runtime import is_first


def distill(
    dataset: Source | None = None,
    teacher: str | Path | Sequence[str | Path] | None = None,
    out: str | Path = "run",
    *,
    preset: str | None = None,
    options: Mapping[str, object] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    break_lock: bool = False,
    stop_after: str | None = None,
    allow_pickle: bool = False,
    watch: Sequence[Callback] = (),
) -> Outcome:
    """Train a student to follow a teacher on a registered dataset.

    Args:
        dataset: `NAME`, `NAME@TAG` or `NAME@FINGERPRINT`; not needed to resume.
        teacher: a folder or a hub id, `ID@REVISION`, or several of one vocabulary; not needed to resume. Losses on
            the logits follow the mean of several teachers' distributions (`teacher-weight`); losses on hidden
            states, and the student at its start, follow the first.
        out: the run folder; the student is saved in its `student/`.
        preset: `study` (the default), `sanh`, `fast`, or a TOML file; not needed to resume.
        options: settings of the recipe, by their names on the command line.
        resume: continue the run in `out`, as it was started.
        overwrite: delete a run that is in `out`.
        break_lock: take `out` over from a process on another machine.
        stop_after: a time such as 2h, after which the run stops in order.
        allow_pickle: read a teacher that comes as a pickle.
        watch: callbacks beside those of the recipe.

    Raises:
        ModelError, TransferError: the teacher, or the dataset, cannot serve; found before the first update.
        OtherRecipe, NoCheckpoint: the run folder does not allow what was asked.
        RunInUse: another process trains in the run folder.
        Diverged, OutOfMemory, RankLost: the run broke; its last good checkpoint is kept.
    """
    folder, teachers = RunFolder(Path(out)), listed(teacher)
    known: RunCard | None = None
    if resume:
        known = folder.card()
        was = resuming.resumed(known, kind="distill", dataset=dataset, teachers=teachers, preset=preset)
        dataset, teachers = was.dataset, was.teachers
        preset, recipe = known.preset, resuming.recipe_of(known, options or {})
    else:
        preset = preset or "study"
        recipe = resolve(preset, options or {})
    with folder.opened(first=is_first(), break_lock=break_lock), preparing.own_torch(recipe, known):
        if not resume and is_first():
            folder.check_free(overwrite=overwrite)
        survey = Survey.read(folder.survey) if known else None
        job = preparing.distillation(
            dataset, teachers, recipe, preset=preset, allow_pickle=allow_pickle, survey=survey
        )  # fmt: skip
        return run(job, folder, known=known, overwrite=overwrite, stop_after=stop_after, watch=watch)


def run(
    job: PreparedRun,
    folder: RunFolder,
    *,
    known: RunCard | None,
    overwrite: bool,
    stop_after: str | None,
    watch: Sequence[Callback],
) -> Outcome:
    """Train a prepared job to its end, or until somebody asks to stop.

    Args:
        known: the card of the run that is resumed; None starts a new one.
    """
    watchers = [*(registry.make("callbacks", text) for text in job.recipe.callback), *watch]
    try:
        with Stopper(seconds(stop_after) if stop_after else None) as stopper:
            return RunLoop(job, folder, stopper, watchers).run(known=known, overwrite=overwrite)
    finally:
        job.training.close()
        job.ranks.leave()
