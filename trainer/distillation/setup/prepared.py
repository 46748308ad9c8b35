"""A run that is ready to start, with its log lines and its checks against checkpoints."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from corpora.errors import counted, first_line
from trainer.distillation.runs.checkpoint import Position
from trainer.distillation.runs.model_facts import facts_of
from trainer.distillation.runs.plugins import student_plugins
from trainer.distillation.runs.run_card import BestEntry, RunCard, TeacherEntry
from trainer.distillation.settings import RunSettings
from trainer.distillation.training.fidelity import Fidelity
from trainer.distillation.training.update import Training, UpdateResult
from trainer.errors import ModelError, OtherRecipe
from trainer.models import SmallerVocabulary, write_model
from trainer.plugin import LogitsLoss, Loss
from trainer.runtime import Ranks, storing


@dataclass
class PreparedRun:
    """A run that is ready to start."""

    recipe: RunSettings
    training: Training
    ranks: Ranks
    card: RunCard
    """The run card, without the outcome."""
    tokenizer: PreTrainedTokenizerBase
    fidelity: Fidelity | None = None
    student_place: str = "student"
    """Where the finished model is saved, relative to the run folder."""
    vocabulary: SmallerVocabulary | None = None
    """The student's vocabulary, if smaller than its teacher's; `tokenizer` then belongs to it."""
    body_of: Path | None = None
    """The folder of a teacher without a head: the student is then saved without one, with the teacher's
    sentence-transformers files if it has them."""

    @property
    def identity(self) -> Position:
        """What a checkpoint must share with a run that resumes from it, and the versions that made it."""
        return position_of(self.card, self.recipe)

    def check(self, about: Position) -> None:
        """Check that a checkpoint belongs to this run.

        Args:
            about: the checkpoint's position, or that of the run card if there is no checkpoint.

        Raises:
            OtherRecipe: the recipe, dataset, teacher, plugins or number of ranks differ.
        """
        if about.ranks != self.ranks.size:
            raise OtherRecipe(
                f"the run was started on {counted(about.ranks, 'rank')}, not {self.ranks.size}, "
                f"which would change its dropout; "
                f"resume with the same number (torchrun --nproc-per-node {about.ranks} …), or use another --out"
            )
        now = self.identity
        for what, was, found in (
            ("recipe", about.recipe, now.recipe),
            ("dataset", about.dataset, now.dataset),
            ("teacher", about.teacher, now.teacher),
            ("held-out dataset", about.held_out, now.held_out),
            ("vocabulary", about.vocabulary, now.vocabulary),
            ("code of its plugins", about.plugins, now.plugins),
        ):
            if was != found:
                raise OtherRecipe(
                    f"the run was started with another {what} ({was}, now {found}); "
                    "resume it with the one it started with, or start a new run with another --out"
                )

    @property
    def operations(self) -> float:
        """Floating-point operations per token: 6 per parameter of the student, 2 per parameter of a teacher.

        Embeddings count only in the vocabulary projection, for the share of tokens that is projected.
        """
        engine = self.training.engine
        everywhere = any(isinstance(loss, LogitsLoss) and loss.positions == "all" for loss in engine.losses)
        share = 1.0 if everywhere else self.recipe.mask_rate
        student = 6 * _operations(engine.student, share)
        needs = {need for loss in engine.losses for need in loss.teacher_needs}
        run = engine.teachers if "logits" in needs else engine.teachers[: bool(needs)]
        sizes = [teacher.config.vocab_size for teacher in run]
        asked = [1.0 if engine.kept is None else len(engine.kept) / size for size in sizes]
        return student + sum(2 * _operations(teacher, share * part) for teacher, part in zip(run, asked, strict=True))

    def loss(self, done: UpdateResult) -> float:
        """The weighted total loss of an update."""
        means = done.losses.tolist()
        return float(sum(loss.weight * mean for loss, mean in zip(self.training.engine.losses, means, strict=True)))

    def record(self, done: UpdateResult, update: int) -> dict[str, object]:
        """A line of the log.

        Args:
            done: the results of the update, over all ranks.
            update: the number of updates done, including this one.
        """
        losses = self.training.engine.losses
        return {
            "update": update,
            "epoch": round(update / self.training.plan.per_epoch, 4),
            "loss": self.loss(done),
            "losses": dict(zip(loss_names(losses), done.losses.tolist(), strict=True)),
            "learning_rate": self.recipe.learning_rate * self.training.plan.rate(update - 1),
            "gradient_norm": done.gradient_norm,
            "tokens": done.tokens,
            "picked": done.picked,
        }

    def write_student(self, folder: Path, *, updates: int, best: BestEntry | None = None) -> None:
        """Write the student as a model folder, whole or not at all.

        Args:
            folder: the model folder.
            updates: how many updates it was trained for, for its model card.
            best: the measurement by which its weights were selected; None if they are the last.
        """
        facts = facts_of(replace(self.card.trained_for(updates), best=best))
        if self.vocabulary:
            self.vocabulary.write_pieces(folder)
        write_model(self.training.engine.student, self.tokenizer, folder, facts=facts, body_of=self.body_of)

    def try_to_write_student(self, folder: Path) -> None:
        """Write the student to a scratch folder and delete it, so that saving cannot fail at the end of the run.

        Args:
            folder: the run folder.

        Raises:
            ModelError: the student cannot be saved, for example because layers share weights.
            StorageError: no space or no permission.
        """
        with storing(folder):
            scratch = Path(tempfile.mkdtemp(prefix=".scratch-", dir=folder))
        try:
            self.write_student(scratch / "student", updates=0)
        except (RuntimeError, ValueError, TypeError, AttributeError, KeyError) as error:
            raise ModelError(f"not trained, since the student cannot be saved: {first_line(error)[:200]}") from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def position_of(card: RunCard, recipe: RunSettings) -> Position:
    """The position of a run, from its card.

    Args:
        card: of the run.
        recipe: its present settings.
    """
    return Position(
        recipe=recipe.hash,
        dataset=card.dataset.fingerprint,
        teacher=_identity_of(card.all_teachers),
        held_out=card.held_out.fingerprint if card.held_out and recipe.selects else None,
        vocabulary=card.vocabulary.sha256 if card.vocabulary else None,
        plugins=student_plugins(card.plugins or []),
        ranks=card.ranks,
        versions=card.versions,
    )


def _identity_of(teachers: list[TeacherEntry]) -> str | list[tuple[str, float]] | None:
    """The weights of one teacher, or of several with their shares."""
    if len(teachers) > 1:
        return [(teacher.weights, teacher.share) for teacher in teachers]
    return teachers[0].weights if teachers else None


def loss_names(losses: list[Loss]) -> list[str]:
    """The names of the losses, numbered if one occurs twice."""
    names = [loss.name for loss in losses]
    return [f"{name}-{names[:n].count(name) + 1}" if names.count(name) > 1 else name for n, name in enumerate(names)]


def _operations(model: PreTrainedModel, share: float) -> float:
    embeddings = model.get_input_embeddings().get_parameter("weight").numel()
    body = sum(parameter.numel() for parameter in model.parameters()) - embeddings
    return float(body + embeddings * share)
