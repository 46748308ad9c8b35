"""A run that is ready to start, and what it tells of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.distillation.fidelity import Fidelity
from trainer.distillation.settings import RunSettings
from trainer.distillation.update import Done, Training
from trainer.errors import OtherRecipe
from trainer.models import write_model
from trainer.plugin import LogitsLoss, Loss
from trainer.runtime import Ranks, versions


@dataclass
class PreparedRun:
    """A run that is ready to start."""

    recipe: RunSettings
    training: Training
    ranks: Ranks
    card: dict[str, Any]
    """The run card, but for how the run goes."""
    tokenizer: Any
    fidelity: Fidelity | None = None
    student_place: str = "student"
    """Where in the run folder the finished model is saved."""

    @property
    def identity(self) -> dict[str, Any]:
        """What a checkpoint must share with the run that resumes from it, and the versions that made it."""
        dataset, teacher = self.card["dataset"], self.card.get("teacher") or {}
        return {
            "recipe": self.recipe.hash,
            "dataset": dataset["fingerprint"],
            "teacher": teacher.get("weights"),
            "ranks": self.ranks.size,
            "versions": versions(),
        }

    def check(self, about: Mapping[str, Any]) -> None:
        """See that a checkpoint is this run's.

        Raises:
            OtherRecipe: it is of another recipe, dataset, teacher or number of ranks.
        """
        ranks = about["ranks"]
        if ranks != self.ranks.size:
            raise OtherRecipe(
                f"the checkpoint was made on {ranks} ranks, not on {self.ranks.size}; dropout would draw other "
                f"numbers: go on with as many (torchrun --nproc-per-node {ranks} …), or take another --out"
            )
        for what in ("recipe", "dataset", "teacher"):
            if about[what] != self.identity[what]:
                raise OtherRecipe(
                    f"the checkpoint was made with another {what} ({about[what]}, now {self.identity[what]}); "
                    "resume as the run was started, or start a new one with another --out"
                )

    @property
    def operations(self) -> float:
        """Floating-point operations of one token, after RECIPES section 6."""
        engine = self.training.engine
        everywhere = any(isinstance(loss, LogitsLoss) and loss.positions == "all" for loss in engine.losses)
        share = 1.0 if everywhere else self.recipe.mask_rate
        student = 6 * _operations(engine.student, share)
        taught = engine.teacher is not None and any(loss.teacher_needs for loss in engine.losses)
        return student + (2 * _operations(engine.teacher, share) if taught else 0.0)

    def loss(self, done: Done) -> float:
        """The whole loss of an update."""
        means = done.losses.tolist()
        return float(sum(loss.weight * mean for loss, mean in zip(self.training.engine.losses, means, strict=True)))

    def record(self, done: Done, update: int) -> dict[str, Any]:
        """A line of the log."""
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

    def write_student(self, folder: Path) -> None:
        """Write the student as a model folder, whole or not at all."""
        write_model(self.training.engine.student, self.tokenizer, folder, card=self.card)


def loss_names(losses: list[Loss]) -> list[str]:
    """The losses' names, with a number where one comes twice."""
    names = [loss.name for loss in losses]
    return [f"{name}-{names[:n].count(name) + 1}" if names.count(name) > 1 else name for n, name in enumerate(names)]


def _operations(model: Any, share: float) -> float:
    embeddings = model.get_input_embeddings().weight.numel()
    body = sum(parameter.numel() for parameter in model.parameters()) - embeddings
    return float(body + embeddings * share)
