"""The main loop of a run: start or resume, updates, checkpoints, measurements, and the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from corpora.errors import counted
from trainer.distillation.runs import checkpoint
from trainer.distillation.runs.folder import RunFolder
from trainer.distillation.runs.run_card import BestEntry, RunCard
from trainer.distillation.settings import RunSettings, seconds
from trainer.distillation.setup.prepared import PreparedRun, position_of
from trainer.distillation.training.divergence import LossWatch
from trainer.distillation.training.interruption import Stopper
from trainer.distillation.training.selection import Selection
from trainer.distillation.training.update import Training, UpdateResult
from trainer.errors import Diverged
from trainer.plugin import Callback, Run
from trainer.runtime import Meter, release_freed_memory

RELEASE_EVERY = 100
"""Return freed memory to the system after this many updates."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run."""

    status: str
    """`finished`, or `stopped` on request and ready to resume."""
    folder: Path
    updates: int
    """Number of updates done, including those before resuming."""
    total: int
    """Number of updates in the whole run."""
    student: Path | None
    """The folder of the finished student; None if the run is not finished."""
    reason: str = ""
    """Why the run ended before the last update; empty if it did not."""
    signal: int | None = None
    """The signal that stopped the run, if any."""
    notes: tuple[str, ...] = ()
    """Warnings for the user, such as a damaged checkpoint."""


@dataclass
class RunLoop:
    """Trains a prepared run from its start, or from its newest checkpoint, to its end."""

    job: PreparedRun
    folder: RunFolder
    stopper: Stopper
    watchers: Sequence[Callback]
    notes: list[str] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic
    """In seconds; decides when a timed checkpoint is due."""

    def __post_init__(self) -> None:
        losses, recipe = self.job.training.engine.losses, self.job.recipe
        self.losses = LossWatch(max_rise=recipe.max_rise, floor=sum(loss.weight for loss in losses))
        self.selection = Selection(self.job.fidelity.metric if self.job.fidelity else "", recipe.early_stop)

    def run(self, *, known: RunCard | None, overwrite: bool) -> Outcome:
        """Train until the last update, an early stop, or a request to stop.

        Args:
            known: the card of the run to resume; None starts a new one.
            overwrite: whether a new run may delete an earlier run in the folder.

        Raises:
            OtherRecipe, NoCheckpoint: the run in the folder cannot be replaced, or resumed.
            Diverged, OutOfMemory, RankLost: the run failed; its last good checkpoint is kept.
        """
        training, plan = self.job.training, self.job.training.plan
        if self.job.ranks.first:
            self.job.try_to_write_student(self.folder.path)
        update = self._resume(known) if known else self._begin(overwrite=overwrite)
        if self.job.vocabulary and self.job.ranks.first:
            self.job.vocabulary.write(self.folder.tokenizer)
        view = Run(self.folder.path, self.job.card.to_json())
        meter = Meter(self.job.operations, done=update)
        self._tell(lambda watcher: watcher.on_start(view))
        saved, saved_at, stop = update if self._is_saved(update) else None, self.clock(), False
        while update < plan.updates and not stop and not self.selection.exhausted:
            done = self._update(training, update)
            update, stop = update + 1, done.stop or (self.job.ranks.size == 1 and self.stopper.asked)
            meter.count(done.tokens)
            if update % RELEASE_EVERY == 0:
                release_freed_memory()
            self._report(view, meter, done, update)
            if not stop and self._due(update, saved_at) and update < plan.updates:
                self._save(view, update)
                saved, saved_at = update, self.clock()
        if saved != update:
            self._save(view, update)
        return self._end(view, meter, update)

    def _begin(self, *, overwrite: bool) -> int:
        if self.job.ranks.first:
            self.folder.claim(overwrite=overwrite)
            self.folder.write_card(self.job.card)
            self.job.training.rows.survey.write(self.folder.survey)
        return 0

    def _resume(self, known: RunCard) -> int:
        """Continue from the newest checkpoint, or from the card of a run that was stopped before its first one."""
        training, update = self.job.training, 0
        self.job.check(replace(position_of(known, self.job.recipe), recipe=_recipe_hash(known)))
        self._note_threads(known)
        if checkpoint.kept(self.folder.checkpoints):
            last, damaged = checkpoint.newest(self.folder.checkpoints)
            self.notes += damaged
            self.job.check(last.about)
            training.restore(last.tensors)
            update = last.update
            self._restore(last.about)
        else:
            training.micro_batch_tokens = known.micro_batch_tokens or training.micro_batch_tokens
        if self.job.ranks.first:
            self.folder.cut_log(update)
            self.folder.write_card(self.job.card)
        return update

    def _restore(self, about: checkpoint.Position) -> None:
        training = self.job.training
        training.micro_batch_tokens = about.micro_batch_tokens or training.micro_batch_tokens
        if about.scale:
            training.scale.restore(about.scale)
        if about.losses:
            self.losses.restore(about.losses)
        if about.selection:
            self.selection.restore(about.selection)

    def _note_threads(self, known: RunCard) -> None:
        now = torch.get_num_threads()
        if known.threads not in (None, now):
            self.notes.append(
                f"the run had {counted(known.threads, 'thread')} and continues with {now}: its weights will differ "
                "from those of an uninterrupted run"
            )

    def _is_saved(self, update: int) -> bool:
        return any(place.name == f"update-{update:08d}" for place in checkpoint.kept(self.folder.checkpoints))

    def _update(self, training: Training, update: int) -> UpdateResult:
        try:
            done = training.update(update, stop=self.stopper.asked)
            self.losses.see(update + 1, self.job.loss(done))
            return done
        except Diverged as error:
            kept = self._keep_wreck(training, update)
            raise Diverged(
                f"update {update + 1:,}: {error}; {kept}; lower --learning-rate, or inspect these files"
            ) from error

    def _keep_wreck(self, training: Training, update: int) -> str:
        """Save the weights from before the divergence and the batch of its first update; return their locations."""
        from safetensors.torch import save_file

        if not self.job.ranks.first:
            return f"found on rank {self.job.ranks.rank}"
        if not self.losses.high:
            self._save(None, update)
        first = self.losses.high[0] if self.losses.high else update + 1
        place = checkpoint.before(self.folder.checkpoints, first)
        good = f"the last good weights are in {place}" if place else "there was no checkpoint before it"
        packed = training.batch(first - 1)
        file = self.folder.path / f"bad-update-{first}.safetensors"
        kept = ("rows",) if training.rows.private else ("input_ids", "positions", "rows", "labels")
        file.unlink(missing_ok=True)
        save_file({name: getattr(packed, name).cpu() for name in kept}, file)
        self.folder.write_card(replace(self.job.card, status="failed", updates=update))
        return f"{good}, and the batch of update {first:,} is in {file}"

    def _due(self, update: int, saved_at: float) -> bool:
        if self.losses.high:  # saving now would delete a checkpoint from before the rise
            return False
        every = self.job.recipe.checkpoint_every
        if every.isdecimal():
            return update % int(every) == 0
        return self.clock() - saved_at >= seconds(every)

    def _save(self, view: Run | None, update: int) -> None:
        if not self.job.ranks.first:
            return
        about = replace(
            self.job.identity,
            scale=self.job.training.scale.state(),
            losses=self.losses.state(),
            selection=self.selection.state() if self.job.recipe.selects else None,
            micro_batch_tokens=self.job.training.micro_batch_tokens,
        )
        state = checkpoint.Checkpoint(update, self.job.training.tensors(), about)
        bad_from = self.losses.high[0] if self.losses.high else None
        place = checkpoint.save(self.folder.checkpoints, state, keep=self.job.recipe.keep, bad_from=bad_from)
        if self.job.recipe.keep_best:
            self._discard_best()
        if view is not None:
            self._tell(lambda watcher: watcher.on_checkpoint(view, place))

    def _report(self, view: Run, meter: Meter, done: UpdateResult, update: int) -> None:
        recipe, last = self.job.recipe, update == self.job.training.plan.updates
        record = self.job.record(done, update) if update % recipe.log_every == 0 or last or update == 1 else {}
        if self.job.fidelity and (update % recipe.held_out_every == 0 or last):
            held_out = self.job.fidelity.measure()
            record = {**(record or self.job.record(done, update)), "held_out": held_out}
            if recipe.selects:
                self._select(update, held_out[self.selection.metric])
        if record and self.job.ranks.first:
            record.update(meter.speed(update, self.job.training.plan.updates))
            self.folder.log(record)
            self._tell(lambda watcher: watcher.on_step(view, record))

    def _select(self, update: int, value: float) -> None:
        """Record the first rank's measurement on every rank, and save the weights if it is the best so far."""
        ranks = self.job.ranks
        own = torch.tensor(value if ranks.first else 0.0, dtype=torch.float64, device=ranks.device())
        better = self.selection.see(update, float(ranks.sum(own)))
        if better and self.job.recipe.keep_best and ranks.first:
            best = checkpoint.Checkpoint(update, self.job.training.student_tensors())
            checkpoint.save(self.folder.best, best)

    def _discard_best(self) -> None:
        """Delete best weights that no remaining checkpoint refers to."""
        found = [about.selection for about in checkpoint.positions(self.folder.checkpoints)]
        updates = {state["update"] for state in found if state and state["update"] is not None}
        checkpoint.discard(self.folder.best, but=updates)

    def _end(self, view: Run, meter: Meter, update: int) -> Outcome:
        plan, stopped_early = self.job.training.plan, self.selection.exhausted
        status = "finished" if update >= plan.updates or stopped_early else "stopped"
        reason = "" if status == "finished" else self.stopper.reason or "requested on another rank"
        if stopped_early and update < plan.updates:
            reason = f"no lower {self.selection.metric} on held-out text in {self.selection.since} measurements"
        student = self.folder.path / self.job.student_place if status == "finished" else None
        if self.job.ranks.first:
            best = self._write_student(student, update) if student else None
            card = replace(
                self.job.card, status=status, updates=update, reason=reason or None, best=best,
                speed=meter.speed(update, plan.updates),
            )  # fmt: skip
            self.folder.write_card(card)
            self._tell(lambda watcher: watcher.on_end(view, card.to_json()))
        self.job.ranks.wait()
        signal = self.stopper.signal if status == "stopped" else None
        return Outcome(status, self.folder.path, update, plan.updates, student, reason, signal, tuple(self.notes))

    def _write_student(self, folder: Path, update: int) -> BestEntry | None:
        """Save the student of the last update, or of the best one with `keep_best`."""
        self.folder.check_links()
        best, entry = self.selection, None
        if self.job.recipe.keep_best and best.update is not None and best.value is not None:
            self.job.training.restore_student(checkpoint.weights_of(self.folder.best, best.update))
            entry = BestEntry(best.update, best.metric, best.value)
        self.job.write_student(folder, updates=entry.update if entry else update, best=entry)
        return entry

    def _tell(self, call: Callable[[Callback], None]) -> None:
        if self.job.ranks.first:
            for watcher in self.watchers:
                call(watcher)


def _recipe_hash(card: RunCard) -> str:
    return RunSettings.from_options(card.recipe).hash
