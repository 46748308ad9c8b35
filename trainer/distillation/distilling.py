"""Distil a student on a transfer dataset: preparation, and the run itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from trainer.data import Survey
from trainer.distillation.runs import resume as resuming
from trainer.distillation.runs.folder import RunFolder
from trainer.distillation.runs.resume import Source
from trainer.distillation.runs.run_card import RunCard
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
        teacher: a folder or a hub id, `ID@REVISION`, or several with the same vocabulary; not needed to resume. With
            several, losses on the logits follow the mean of their distributions (`teacher-weight`); losses on hidden
            states, and the student's initial weights, follow the first.
        out: the run folder; the student is saved in `student/` inside it.
        preset: `study` (the default), `sanh`, `fast`, or a TOML file; not needed to resume.
        options: settings that replace the preset's, by name on the command line.
        resume: continue the run in `out` with the settings it was started with.
        overwrite: delete the run in `out` first.
        break_lock: take over `out` from a dead process on another machine.
        stop_after: a time such as 2h, after which the run stops cleanly.
        allow_pickle: allow a teacher stored as a pickle, which can run code.
        watch: callbacks in addition to the recipe's.

    Raises:
        ModelError, TransferError: the teacher or the dataset cannot be used; raised before the first update.
        OtherRecipe, NoCheckpoint: the run in `out` does not fit the request.
        RunInUse: another process is training in the run folder.
        Diverged, OutOfMemory, RankLost: the run failed; its last good checkpoint is kept.
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
            folder.check_apart(teachers)
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
    """Train a prepared run to its end, or until it is asked to stop.

    Args:
        job: the prepared run; its training is closed at the end.
        folder: the run folder, already locked.
        known: the card of the run to resume; None starts a new one.
        overwrite: whether to delete an earlier run in the folder.
        stop_after: a time such as 2h, after which the run stops cleanly; None for no limit.
        watch: callbacks in addition to the recipe's.
    """
    watchers = [*(registry.make("callbacks", text) for text in job.recipe.callback), *watch]
    try:
        with Stopper(seconds(stop_after) if stop_after else None) as stopper:
            return RunLoop(job, folder, stopper, watchers).run(known=known, overwrite=overwrite)
    finally:
        job.training.close()
        job.ranks.leave()
