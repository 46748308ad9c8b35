"""Distil a student on a transfer dataset: what is prepared before step 0, and the loop, top to bottom."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainer.data import Survey
from trainer.distillation import preparation as preparing
from trainer.distillation.divergence import LossWatch
from trainer.distillation.interruption import Stopper
from trainer.distillation.prepared import PreparedRun
from trainer.distillation.runs import checkpoint
from trainer.distillation.runs import resume as resuming
from trainer.distillation.runs.folder import RunFolder
from trainer.distillation.settings import resolve, seconds
from trainer.distillation.update import Done, Training
from trainer.errors import Diverged
from trainer.plugin import Callback, Run, registry
from trainer.runtime import Meter


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    status: str
    """`finished`, or `stopped` on request; `resume` then continues it."""
    folder: Path
    updates: int
    """Updates done, in all."""
    total: int
    """Updates of the whole run."""
    student: Path | None
    """The folder of the finished student."""
    reason: str = ""
    """Why it stopped."""
    signal: int | None = None
    """The signal that asked, if one did."""
    notes: tuple[str, ...] = ()
    """What the user should know, such as a damaged checkpoint."""


def distill(
    dataset: Any = None,
    teacher: str | Path | None = None,
    out: str | Path = "run",
    *,
    preset: str | None = None,
    options: Mapping[str, Any] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    stop_after: str | None = None,
    allow_pickle: bool = False,
    watch: Sequence[Callback] = (),
) -> Outcome:
    """Train a student to follow a teacher on a registered dataset.

    Args:
        dataset: `NAME`, `NAME@TAG` or `NAME@FINGERPRINT`; not needed to resume.
        teacher: a folder or a hub id, `ID@REVISION`; not needed to resume.
        out: the run folder; the student is saved in its `student/`.
        preset: `study` (also where none is given), `sanh`, `fast`, or a TOML file; not needed to resume.
        options: settings of the recipe, by their names on the command line.
        resume: go on with the run in `out`, as it was started.
        overwrite: delete a run that is in `out`.
        stop_after: a time such as 2h, after which the run stops in order.
        allow_pickle: read a teacher that comes as a pickle.
        watch: callbacks beside those of the recipe.

    Raises:
        ModelError, TransferError: the teacher, or the dataset, cannot serve; found before the first update.
        OtherRecipe, NoCheckpoint: the run folder does not allow what was asked.
        Diverged, OutOfMemory, RankLost: the run broke; its last good checkpoint is kept.
    """
    folder = RunFolder(Path(out))
    if resume:
        card = folder.card()
        dataset, teacher = resuming.resumed(card, kind="distill", dataset=dataset, teacher=teacher, preset=preset)
        preset, recipe = card["preset"], resuming.recipe_of(card, options or {})
    else:
        preset = preset or "study"
        recipe = resolve(preset, options or {})
    with preparing.own_chance(recipe):
        known = Survey.read(folder.survey) if resume else None
        job = preparing.distillation(dataset, teacher, recipe, preset=preset, allow_pickle=allow_pickle, survey=known)
        return run(job, folder, resume=resume, overwrite=overwrite, stop_after=stop_after, watch=watch)


def run(
    job: PreparedRun,
    folder: RunFolder,
    *,
    resume: bool,
    overwrite: bool,
    stop_after: str | None,
    watch: Sequence[Callback],
) -> Outcome:
    """Train a prepared job to its end, or until somebody asks to stop."""
    watchers = [*(registry.make("callbacks", text) for text in job.recipe.callback), *watch]
    training = job.training
    try:
        with Stopper(seconds(stop_after) if stop_after else None) as stopper:
            return _Loop(job, folder, stopper, watchers).run(resume=resume, overwrite=overwrite)
    finally:
        training.close()
        job.ranks.leave()


@dataclass
class _Loop:
    job: PreparedRun
    folder: RunFolder
    stopper: Stopper
    watchers: Sequence[Callback]
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        losses, recipe = self.job.training.engine.losses, self.job.recipe
        self.losses = LossWatch(max_rise=recipe.max_rise, floor=sum(loss.weight for loss in losses))

    def run(self, *, resume: bool, overwrite: bool) -> Outcome:
        """From the start, or from the newest checkpoint, to the end."""
        training, plan = self.job.training, self.job.training.plan
        update = self._resume() if resume else self._begin(overwrite=overwrite)
        view = Run(self.folder.path, self.job.card)
        meter = Meter(self.job.operations, done=update)
        self._tell(lambda watcher: watcher.on_start(view))
        saved, saved_at, stop = update, time.monotonic(), False
        while update < plan.updates and not stop:
            done = self._update(training, update)
            update, stop = update + 1, done.stop or (self.job.ranks.size == 1 and self.stopper.asked)
            meter.count(done.tokens)
            self._report(view, meter, done, update)
            if not stop and self._due(update, saved_at) and update < plan.updates:
                self._save(view, update)
                saved, saved_at = update, time.monotonic()
        if saved != update or not update:
            self._save(view, update)
        return self._end(view, meter, update)

    def _begin(self, *, overwrite: bool) -> int:
        if self.job.ranks.first:
            self.folder.claim(overwrite=overwrite)
            self.job.training.rows.survey.write(self.folder.survey)
            self.folder.write_card({**self.job.card, "status": "running"})
        return 0

    def _resume(self) -> int:
        last, damaged = checkpoint.newest(self.folder.checkpoints)
        self.notes += damaged
        self.job.check(last.about)
        self.job.training.restore(last.tensors)
        self.job.training.scale.restore(last.about["scale"])
        self.losses.restore(last.about.get("losses", self.losses.state()))
        self.job.training.micro_batch_tokens = last.about["micro_batch_tokens"]
        if self.job.ranks.first:
            self.folder.cut_log(last.update)
        return last.update

    def _update(self, training: Training, update: int) -> Done:
        try:
            done = training.update(update, stop=self.stopper.asked)
            self.losses.see(update + 1, self.job.loss(done))
            return done
        except Diverged as error:
            kept = self._keep_wreck(training, update)
            raise Diverged(f"update {update + 1:,}: {error}; {kept}; lower --learning-rate, or look there") from error

    def _keep_wreck(self, training: Training, update: int) -> str:
        """See that weights of before things went bad are kept, and save what the first bad update was given."""
        from safetensors.torch import save_file

        if not self.job.ranks.first:
            return f"rank {self.job.ranks.rank} saw it"
        if not self.losses.high:
            self._save(None, update)
        first = self.losses.high[0] if self.losses.high else update + 1
        place = checkpoint.before(self.folder.checkpoints, first)
        good = f"the last good weights are in {place}" if place else "no checkpoint was due before it"
        packed = training.batch(first - 1)
        file = self.folder.path / f"bad-update-{first}.safetensors"
        kept = ("rows",) if training.rows.private else ("input_ids", "positions", "rows", "labels")
        save_file({name: getattr(packed, name).cpu() for name in kept}, file)
        self.folder.write_card({**self.job.card, "status": "failed", "updates": update})
        return f"{good}, the batch of update {first:,} in {file}"

    def _due(self, update: int, saved_at: float) -> bool:
        if self.losses.high:  # else what is kept from before would have to go for it
            return False
        every = self.job.recipe.checkpoint_every
        if every.isdigit():
            return update % int(every) == 0
        return time.monotonic() - saved_at >= seconds(every)

    def _save(self, view: Run | None, update: int) -> Path:
        if not self.job.ranks.first:
            return self.folder.checkpoints
        about = {
            **self.job.identity,
            "scale": self.job.training.scale.state(),
            "losses": self.losses.state(),
            "micro_batch_tokens": self.job.training.micro_batch_tokens,
        }
        state = checkpoint.Checkpoint(update, self.job.training.tensors(), about)
        bad_from = self.losses.high[0] if self.losses.high else None
        place = checkpoint.save(self.folder.checkpoints, state, keep=self.job.recipe.keep, bad_from=bad_from)
        if view is not None:
            self._tell(lambda watcher: watcher.on_checkpoint(view, place))
        return place

    def _report(self, view: Run, meter: Meter, done: Done, update: int) -> None:
        recipe, last = self.job.recipe, update == self.job.training.plan.updates
        record = self.job.record(done, update) if update % recipe.log_every == 0 or last or update == 1 else {}
        if self.job.fidelity and (update % recipe.held_out_every == 0 or last):
            record = {**(record or self.job.record(done, update)), "held_out": self.job.fidelity.measure()}
        if record and self.job.ranks.first:
            record.update(meter.speed(update, self.job.training.plan.updates))
            self.folder.log(record)
            self._tell(lambda watcher: watcher.on_step(view, record))

    def _end(self, view: Run, meter: Meter, update: int) -> Outcome:
        plan = self.job.training.plan
        status = "finished" if update >= plan.updates else "stopped"
        student = self.folder.path / self.job.student_place if status == "finished" else None
        if self.job.ranks.first:
            ended = {"status": status, "updates": update, "speed": meter.speed(update, plan.updates)}
            self.folder.write_card({**self.job.card, **ended})
            if student:
                self.job.write_student(student)
            self._tell(lambda watcher: watcher.on_end(view, ended))
        self.job.ranks.wait()
        reason = "" if status == "finished" else self.stopper.reason or "another rank was asked to"
        return Outcome(
            status, self.folder.path, update, plan.updates, student, reason, self.stopper.signal, tuple(self.notes)
        )

    def _tell(self, call: Callable[[Callback], None]) -> None:
        if self.job.ranks.first:
            for watcher in self.watchers:
                call(watcher)
