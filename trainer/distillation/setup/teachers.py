"""The teachers of a run: loaded, and checked against each other and the requested student."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from corpora import OptionError
from corpora.errors import counted
from trainer.distillation.runs.run_card import TeacherEntry
from trainer.errors import ModelError, VocabularyMismatch
from trainer.models import (
    declared_by,
    load_body,
    load_teacher,
    load_tokenizer,
    model_fingerprint,
    model_folder,
    positions_of,
)
from trainer.plugin import Loss, StateLoss, Student, registry


@dataclass(frozen=True)
class Teachers:
    """One or more teachers with the same vocabulary."""

    models: list[PreTrainedModel]
    tokenizer: PreTrainedTokenizerBase
    """The first teacher's tokenizer."""
    folder: Path
    """The first teacher's folder."""
    entries: list[TeacherEntry]
    bodies: bool = False
    """Whether the first teacher has no masked-LM head; the student is then saved without one too."""

    @property
    def shares(self) -> tuple[float, ...]:
        """Each teacher's weight in the mean of their distributions; they sum to 1."""
        return tuple(entry.share for entry in self.entries)

    @property
    def positions(self) -> int | None:
        """The longest sequence that all teachers can read, special tokens included; None for no limit."""
        limits = [limit for model in self.models if (limit := positions_of(model.config)) is not None]
        return min(limits) if limits else None


def listed(teacher: str | Path | Sequence[str | Path] | None) -> list[str | Path]:
    """The teachers as a list, given one, several or none."""
    if teacher is None:
        return []
    return [teacher] if isinstance(teacher, str | Path) else list(teacher)


def load_teachers(
    asked: Sequence[str | Path], weights: Sequence[float], *, heads: bool, allow_pickle: bool
) -> Teachers:
    """Load the teachers; the first also provides the tokenizer.

    Args:
        asked: model folders or hub ids.
        weights: each teacher's weight in the mean of their distributions, not normalised; empty for equal weights.
        heads: whether a masked-LM head is needed, since a loss reads logits; without one, a body is enough.
        allow_pickle: whether weights may be read from a pickle, which can run code.

    Raises:
        OptionError: a weight is missing, surplus or 0.
        VocabularyMismatch: the teachers have different vocabularies.
        ModelError: a model cannot be used as a teacher.
    """
    shares = _shares(asked, weights)
    folders = [model_folder(teacher) for teacher in asked]
    tokenizer = load_tokenizer(folders[0])
    for folder, teacher in zip(folders[1:], asked[1:], strict=True):
        _check_vocabulary(tokenizer, str(asked[0]), load_tokenizer(folder), str(teacher))
    bodies = False
    if heads or allow_pickle:
        models = [load_teacher(folder, allow_pickle=allow_pickle) for folder in folders]
    else:
        found = [load_body(folder) for folder in folders]
        models, bodies = [each.model for each in found], found[0].new_head
    sizes = [int(model.config.vocab_size) for model in models]
    for teacher, size in zip(asked, sizes, strict=True):
        if size != sizes[0]:
            raise VocabularyMismatch(
                f"{teacher} has embeddings for {size:,} pieces and {asked[0]} for {sizes[0]:,}; "
                "all teachers must share a vocabulary"
            )
    entries = [
        TeacherEntry(
            str(teacher),
            folder=str(folder),
            **model_fingerprint(folder),
            share=share,
            licence=said.licence,
            languages=list(said.languages),
        )
        for teacher, folder, share, said in zip(asked, folders, shares, map(declared_by, folders), strict=True)
    ]
    return Teachers(models, tokenizer, folders[0], entries, bodies)


def check_all_teach(losses: Sequence[Loss], teachers: Sequence[str | Path]) -> None:
    """Check that every teacher has an effect, since several teachers are averaged on their logits only.

    Args:
        losses: the terms of the loss.
        teachers: model folders or hub ids.

    Raises:
        OptionError: there are several teachers, and no loss reads logits.
    """
    if len(teachers) > 1 and not any("logits" in loss.teacher_needs for loss in losses):
        names = ", ".join(loss.name for loss in losses)
        raise OptionError(
            f"distill: {len(teachers)} teachers are averaged on their logits, which {names} does not read; use a "
            "single --teacher, or add --loss soft-target"
        )


def _shares(asked: Sequence[str | Path], weights: Sequence[float]) -> list[float]:
    if not weights:
        return [1 / len(asked)] * len(asked)
    if len(weights) != len(asked):
        raise OptionError(
            f"distill: {len(weights)} teacher-weight for {len(asked)} teacher; "
            "give a --teacher-weight for each --teacher, in the same order, or none at all"
        )
    if not all(weights):
        raise OptionError("distill: teacher-weight is 0; it must be above 0; leave out that --teacher instead")
    return [weight / math.fsum(weights) for weight in weights]


def _check_vocabulary(ours: PreTrainedTokenizerBase, first: str, theirs: PreTrainedTokenizerBase, other: str) -> None:
    one, two = ours.get_vocab(), theirs.get_vocab()
    if one != two:
        differ = sorted(piece for piece in {*one, *two} if one.get(piece) != two.get(piece))
        raise VocabularyMismatch(
            f"the vocabulary of {other} ({len(two):,} pieces) differs from that of {first} ({len(one):,}) in "
            f"{counted(len(differ), 'piece')}, such as {differ[0]!r}; all teachers must share a vocabulary"
        )


def check_widths(shape: Student, losses: Sequence[Loss], teacher: PreTrainedModel) -> None:
    """Check that a student narrower or wider than its teacher needs neither its layers nor a loss on equal widths.

    Args:
        shape: the student to build.
        losses: all terms of the loss.
        teacher: the model to compare with.

    Raises:
        ModelError: it does; the message names every option to change.
    """
    width, wanted = int(teacher.config.hidden_size), getattr(shape, "hidden", None)
    if wanted is None or wanted == width:
        return
    changes = []
    if getattr(shape, "start", "random") != "random":
        changes.append(f"--student {_at_random(shape).short()}")
    unfit = [loss for loss in losses if isinstance(loss, StateLoss) and loss.same_width]
    if unfit:
        kept = [loss.short() if loss not in unfit else _projected(loss).short() for loss in losses]
        changes.append(" ".join(f"--loss {loss}" for loss in kept))
    if changes:
        names = " and ".join(sorted({loss.name for loss in unfit}))
        reasons = ["start from its layers"] * bool(changes[0].startswith("--student"))
        reasons += [f"use the loss {names}"] * bool(unfit)
        raise ModelError(
            f"the student is {wanted} wide and the teacher {width}, so it cannot {' or '.join(reasons)}; "
            f"use {' '.join(changes)}, or leave out hidden={wanted}"
        )


def _at_random(shape: Student) -> Student:
    free = {"start": "random"}
    if getattr(shape, "positions", None) == "frozen":
        free["positions"] = "random"
    return replace(shape, **free)


def _projected(loss: StateLoss) -> Loss:
    """A loss with a trained projection, to replace one that needs equal widths."""
    kept = {name: value for name, value in loss.options().items() if name in ("weight", "layer", "teacher-layer")}
    made: Loss = type(registry.make("losses", "hidden-state")).from_options(kept)
    return made
