"""Everything before the first update: models and data looked at, checked against each other, and put together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from corpora import seed_of
from trainer import models
from trainer.bodies import layers_of
from trainer.data import Rows, open_rows
from trainer.encoders import model_fingerprint
from trainer.engine import Engine
from trainer.errors import IdsBeyondVocabulary, ModelError, OtherRecipe
from trainer.fidelity import Agreement, Fidelity, check_apart, masked_once
from trainer.kinds import Loss, Student
from trainer.masking import SMOOTHING, Masker, masker
from trainer.packing import pack
from trainer.plan import plan
from trainer.precision import Precision, precision_for
from trainer.ranks import Ranks
from trainer.recipe import Recipe
from trainer.registry import registry
from trainer.runs import machine, versions
from trainer.student_folder import write_model
from trainer.training import Done, Frame, Training

FIDELITY = {"kl": "soft-target:temperature=1", "masked_lm": "masked-lm"}


@contextmanager
def own_chance(recipe: Recipe) -> Iterator[None]:
    """Leave torch's random numbers and its choice of algorithms as they were, whatever happens inside."""
    before = torch.are_deterministic_algorithms_enabled()
    gpus = [int(os.environ.get("LOCAL_RANK", "0"))] if torch.cuda.is_available() else []
    if recipe.deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    try:
        with torch.random.fork_rng(devices=gpus):
            torch.use_deterministic_algorithms(recipe.deterministic or before)
            yield
    finally:
        torch.use_deterministic_algorithms(before)


@dataclass
class Job:
    """A run that is ready to start."""

    recipe: Recipe
    training: Training
    ranks: Ranks
    card: dict[str, Any]
    """The run card, but for how the run goes."""
    tokenizer: Any
    fidelity: Fidelity | None = None
    student_place: str = "student"
    """Where in the run folder the finished model comes to lie."""

    @property
    def identity(self) -> dict[str, Any]:
        """What a checkpoint must share with the run that goes on with it, and the versions that made it."""
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
        for what in ("recipe", "dataset", "teacher", "ranks"):
            if about[what] != self.identity[what]:
                raise OtherRecipe(
                    f"the checkpoint was made with another {what} ({about[what]}, now {self.identity[what]}); "
                    "resume as the run was started, or start a new one with another --out"
                )

    @property
    def operations(self) -> float:
        """Floating-point operations of one token, after RECIPES section 6."""
        engine = self.training.engine
        everywhere = any("logits" in loss.needs and loss.positions == "all" for loss in engine.losses)
        share = 1.0 if everywhere else self.recipe.mask_rate
        student = 6 * _operations(engine.student, share)
        taught = engine.teacher is not None and any(loss.teacher_needs for loss in engine.losses)
        return student + (2 * _operations(engine.teacher, share) if taught else 0.0)

    def record(self, done: Done, update: int) -> dict[str, Any]:
        """A line of the log."""
        means = done.losses.tolist()
        losses = self.training.engine.losses
        return {
            "update": update,
            "epoch": round(update / self.training.plan.per_epoch, 4),
            "loss": sum(loss.weight * mean for loss, mean in zip(losses, means, strict=True)),
            "losses": dict(zip(loss_names(losses), means, strict=True)),
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


def distillation(dataset: Any, teacher: Any, recipe: Recipe, *, preset: str, allow_pickle: bool = False) -> Job:
    """A distillation, checked and ready to start.

    Raises:
        ModelError, TransferError, DatasetError: see `distill`.
    """
    losses, student_shape = parts_of(recipe)
    if dataset is None or teacher is None:
        raise OtherRecipe("a new run needs a dataset and a teacher: --dataset NAME --teacher DIR")
    folder = models.model_folder(teacher)
    taught_by = models.load_teacher(folder, allow_pickle=allow_pickle)
    tokenizer = models.load_tokenizer(folder)
    rows = open_rows(dataset, tokenizer=folder)
    models.check_tokenizers(tokenizer, rows.tokenizer_file, dataset=rows.name, teacher=str(teacher))
    torch.manual_seed(seed_of("student", recipe.seed))
    student = student_shape.build(taught_by)
    return assemble(
        recipe, losses, rows, tokenizer, student, taught_by,
        kind="distill", preset=preset,
        teacher_card={"model": str(teacher), "folder": str(folder), **model_fingerprint(folder)},
    )  # fmt: skip


def parts_of(recipe: Recipe) -> tuple[list[Loss], Student]:
    """The losses and the student that a recipe names.

    Raises:
        UnknownName, OptionError: it names what no plugin offers, or options that are wrong.
    """
    for text in recipe.callback:
        registry.make("callbacks", text)
    return [registry.make("losses", text) for text in recipe.loss], registry.make("students", recipe.student)


def assemble(
    recipe: Recipe,
    losses: list[Loss],
    rows: Rows,
    tokenizer: Any,
    student: Any,
    teacher: Any | None,
    *,
    kind: str,
    preset: str,
    teacher_card: dict[str, Any] | None = None,
) -> Job:
    """Put models and data together.

    Raises:
        EmptyDataset: no rows.
        IdsBeyondVocabulary: ids that the student has no embedding for, or rows longer than its positions.
    """
    check_rows(rows, student)
    ranks = Ranks()
    device = ranks.device()
    precision = precision_for(recipe.precision, device)
    for model in filter(None, (student, teacher)):
        model.to(device)
    engine = Engine(student, teacher, losses, precision=precision, compiled=recipe.compile)
    frame = _frame(tokenizer, recipe)
    picks = _masker(rows, tokenizer, recipe, vocabulary=student.config.vocab_size)
    budget = _micro_batch_tokens(recipe, engine)
    training = Training(
        engine, rows, picks,
        plan=plan(recipe, rows=len(rows), tokens=rows.survey.tokens + 2 * len(rows)),
        recipe=recipe, frame=frame, ranks=ranks,
        micro_batch_tokens=budget, shrinks=recipe.micro_batch_tokens == "auto",
    )  # fmt: skip
    card = _card(kind, preset, training, teacher_card, precision)
    held_out = _fidelity(recipe, engine, rows, picks.to(device), frame, budget) if recipe.held_out else None
    return Job(recipe, training, ranks, card, tokenizer, held_out)


def check_rows(rows: Rows, student: Any) -> None:
    """See that a model can read every row.

    Raises:
        EmptyDataset: no rows.
        IdsBeyondVocabulary: ids without an embedding, or rows longer than its positions.
    """
    survey, vocabulary = rows.survey, student.config.vocab_size
    if survey.largest_id >= vocabulary:
        raise IdsBeyondVocabulary(
            f"{rows.name} holds the id {survey.largest_id}, and the model's vocabulary ends at {vocabulary - 1}; "
            "tokenize again with the teacher's tokenizer"
        )
    places = student.config.max_position_embeddings
    if student.config.model_type not in ("bert", "distilbert"):
        places -= student.config.pad_token_id + 1
    if survey.longest + 2 > places:
        raise IdsBeyondVocabulary(
            f"{rows.name} has a row of {survey.longest + 2:,} tokens with [CLS] and [SEP], and the model takes "
            f"{places:,}; tokenize again with --max-tokens {places}"
        )


def resumed(card: Mapping[str, Any], *, kind: str, dataset: Any, teacher: Any) -> tuple[Any, Any, Recipe]:
    """The dataset, by its fingerprint, the teacher and the recipe of a run that goes on.

    Raises:
        OtherRecipe: the run is of another kind, or on another dataset or teacher than asked for.
    """
    if card["kind"] != kind:
        raise OtherRecipe(f"the run is one of trainer {card['kind']}, not of trainer {kind}")
    own = card["dataset"]["name"], (card.get("teacher") or {}).get("model")
    for asked, was, what in ((dataset, own[0], "dataset"), (teacher, own[1], "teacher")):
        if isinstance(asked, str | Path) and str(asked).partition("@")[0] != str(was).partition("@")[0]:
            raise OtherRecipe(f"the run's {what} is {was}, not {asked}; take another --out for a new run")
    known = f"{own[0]}@{card['dataset']['fingerprint']}"
    return (dataset if isinstance(dataset, Rows) else known), own[1], Recipe.from_options(card["recipe"])


def check_same(card: Mapping[str, Any], recipe: Recipe) -> None:
    """See that the settings given on a resume are those of the run.

    Raises:
        OtherRecipe: one that decides the result differs.
    """
    was = Recipe.from_options(card["recipe"]).options(deciding=True)
    for name, value in recipe.options(deciding=True).items():
        if value != was[name]:
            raise OtherRecipe(f"the run has {name} = {was[name]}, not {value}; take another --out for a new run")


def _frame(tokenizer: Any, recipe: Recipe) -> Frame:
    first, last = tokenizer.cls_token_id, tokenizer.sep_token_id
    if first is None or last is None or tokenizer.mask_token_id is None:
        raise ModelError("the tokenizer lacks [CLS], [SEP] or [MASK]; a masked-language model needs all three")
    return Frame(first, last, tokenizer.unk_token_id, recipe.max_unknown)


def _masker(rows: Rows, tokenizer: Any, recipe: Recipe, *, vocabulary: int) -> Masker:
    return masker(
        rows.survey.counts,
        vocabulary=vocabulary,
        special_ids=frozenset(number for number in tokenizer.all_special_ids if number < vocabulary),
        sequences=len(rows),
        mask_id=tokenizer.mask_token_id,
        seed=recipe.seed,
        rate=recipe.mask_rate,
        smoothing=SMOOTHING if recipe.masking == "smoothed" else 0.0,
    )


def _micro_batch_tokens(recipe: Recipe, engine: Engine) -> int:
    """The budget asked for; `auto` is 4,096 on a CPU, and what half of a GPU's free memory holds."""
    if recipe.micro_batch_tokens != "auto":
        return int(recipe.micro_batch_tokens)
    if engine.device.type != "cuda":
        return 4096
    free, _ = torch.cuda.mem_get_info(engine.device)
    layers, wide = len(layers_of(engine.student)), engine.student.config.hidden_size
    bytes_a_token = (34 * layers + 40) * wide
    return int(min(max(free * 0.5 / bytes_a_token, 2048), 131_072))


def _fidelity(recipe: Recipe, engine: Engine, rows: Rows, picks: Masker, frame: Frame, budget: int) -> Fidelity:
    held_out = open_rows(str(recipe.held_out))
    check_apart(held_out, rows)
    held_out = held_out.head(recipe.held_out_rows)
    numbers = np.arange(len(held_out))
    packed = pack(held_out.take(numbers), numbers, first_id=frame.first_id, last_id=frame.last_id)
    terms = [registry.make("losses", text) for text in FIDELITY.values()]
    names, losses = tuple(FIDELITY), terms
    if engine.teacher is None:
        names, losses = ("masked_lm",), terms[1:]
    else:
        names, losses = (*names, "top1_agreement"), [*terms, Agreement()]
    measured = Engine(engine.student, engine.teacher, losses, precision=engine.precision)
    return Fidelity(measured, masked_once(packed.to(engine.device), picks), names, budget)


def _card(
    kind: str, preset: str, training: Training, teacher: dict[str, Any] | None, precision: Precision
) -> dict[str, Any]:
    rows, student = training.rows, training.engine.student
    return {
        "kind": kind,
        "preset": preset,
        "recipe": training.recipe.options(),
        "dataset": {
            "name": rows.name,
            "fingerprint": rows.fingerprint,
            "rows": len(rows),
            "tokens": rows.survey.tokens,
            "lineage": _lineage(rows.lineage),
        },
        "teacher": teacher,
        "student": {"class": type(student).__name__, "parameters": sum(p.numel() for p in student.parameters())},
        "plan": {"updates": training.plan.updates, "updates_an_epoch": training.plan.per_epoch},
        "micro_batch_tokens": training.micro_batch_tokens,
        "precision": precision.name,
        "attention": "padded sdpa in groups of about one length, dropout in it for the student",
        "ranks": training.ranks.size,
        "device": str(training.engine.device),
        "machine": machine(),
        "versions": versions(),
    }


def _lineage(manifest: Any) -> Any:
    """What a dataset's manifest says of where it comes from."""
    told = manifest.to_json() if hasattr(manifest, "to_json") else manifest
    return {key: told[key] for key in ("recipe", "parents") if key in told} if isinstance(told, Mapping) else None


def _operations(model: Any, share: float) -> float:
    embeddings = model.get_input_embeddings().weight.numel()
    body = sum(parameter.numel() for parameter in model.parameters()) - embeddings
    return float(body + embeddings * share)
