"""Everything before the first update: models and data looked at, checked against each other, and put together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from corpora import seed_of, without_places
from trainer.data import SMOOTHING, Masker, Rows, Survey, masker, open_rows
from trainer.distillation.fidelity import Agreement, Fidelity, check_apart, held_out_batch, held_out_numbers
from trainer.distillation.gradients import Engine
from trainer.distillation.prepared import PreparedRun
from trainer.distillation.schedule import plan
from trainer.distillation.settings import RunSettings
from trainer.distillation.update import Frame, Training
from trainer.errors import IdsBeyondVocabulary, ModelError, OtherRecipe
from trainer.models import (
    check_tokenizers,
    layers_of,
    load_teacher,
    load_tokenizer,
    model_fingerprint,
    model_folder,
    positions_of,
)
from trainer.plugin import Loss, Student, check_loss, registry
from trainer.runtime import Precision, Ranks, hardware, precision_for, versions

FIDELITY = {"kl": "soft-target:temperature=1", "masked_lm": "masked-lm"}


@contextmanager
def own_chance(recipe: RunSettings) -> Iterator[None]:
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


def distillation(
    dataset: Any,
    teacher: Any,
    recipe: RunSettings,
    *,
    preset: str,
    allow_pickle: bool = False,
    survey: Survey | None = None,
) -> PreparedRun:
    """A distillation, checked and ready to start.

    Args:
        survey: of the dataset, where an earlier part of the run made it.

    Raises:
        ModelError, TransferError, DatasetError: see `distill`.
    """
    losses, student_shape = parts_of(recipe)
    if dataset is None or teacher is None:
        raise OtherRecipe("a new run needs a dataset and a teacher: --dataset NAME --teacher DIR")
    folder = model_folder(teacher)
    taught_by = load_teacher(folder, allow_pickle=allow_pickle)
    tokenizer = load_tokenizer(folder)
    rows = open_rows(dataset, tokenizer=folder, max_tokens=positions_of(taught_by.config))
    if survey is not None:
        rows.survey = survey
    check_tokenizers(tokenizer, rows.tokenizer_file, dataset=rows.name, teacher=str(teacher))
    torch.manual_seed(seed_of("student", recipe.seed))
    student = student_shape.build(taught_by)
    return prepare_run(
        recipe, losses, rows, tokenizer, student, taught_by,
        kind="distill", preset=preset,
        teacher_card={"model": str(teacher), "folder": str(folder), **model_fingerprint(folder)},
    )  # fmt: skip


def parts_of(recipe: RunSettings) -> tuple[list[Loss], Student]:
    """The losses and the student that a recipe names.

    Raises:
        UnknownName, OptionError: it names what no plugin offers, or options that are wrong.
        PluginError: a loss that the engine cannot serve.
    """
    for text in recipe.callback:
        registry.make("callbacks", text)
    losses = [registry.make("losses", text) for text in recipe.loss]
    for loss in losses:
        check_loss(loss)
    return losses, registry.make("students", recipe.student)


def prepare_run(
    recipe: RunSettings,
    losses: list[Loss],
    rows: Rows,
    tokenizer: Any,
    student: Any,
    teacher: Any | None,
    *,
    kind: str,
    preset: str,
    teacher_card: dict[str, Any] | None = None,
) -> PreparedRun:
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
    held_out = _fidelity(recipe, engine, rows, tokenizer, budget) if recipe.held_out else None
    return PreparedRun(recipe, training, ranks, card, tokenizer, held_out)


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
    places = positions_of(student.config)
    if places is not None and survey.longest + 2 > places:
        raise IdsBeyondVocabulary(
            f"{rows.name} has a row of {survey.longest + 2:,} tokens with [CLS] and [SEP], and the model takes "
            f"{places:,}; tokenize again with --max-tokens {places}"
        )


def _frame(tokenizer: Any, recipe: RunSettings) -> Frame:
    first, last = tokenizer.cls_token_id, tokenizer.sep_token_id
    if first is None or last is None or tokenizer.mask_token_id is None:
        raise ModelError("the tokenizer lacks [CLS], [SEP] or [MASK]; a masked-language model needs all three")
    return Frame(first, last, tokenizer.unk_token_id, recipe.max_unknown)


def _masker(rows: Rows, tokenizer: Any, recipe: RunSettings, *, vocabulary: int) -> Masker:
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


def _micro_batch_tokens(recipe: RunSettings, engine: Engine) -> int:
    """The budget asked for; `auto` is 4,096 on a CPU, and what half of a GPU's free memory holds."""
    if recipe.micro_batch_tokens != "auto":
        return int(recipe.micro_batch_tokens)
    if engine.device.type != "cuda":
        return 4096
    free, _ = torch.cuda.mem_get_info(engine.device)
    layers, wide = len(layers_of(engine.student)), engine.student.config.hidden_size
    bytes_a_token = (34 * layers + 40) * wide
    return int(min(max(free * 0.5 / bytes_a_token, 2048), 131_072))


def _fidelity(recipe: RunSettings, engine: Engine, rows: Rows, tokenizer: Any, budget: int) -> Fidelity:
    limit = positions_of(engine.student.config)
    held_out = open_rows(str(recipe.held_out), tokenizer=rows.tokenizer_file, max_tokens=limit)
    own = str(tokenizer.name_or_path or rows.tokenizer_file)
    check_tokenizers(tokenizer, held_out.tokenizer_file, dataset=held_out.name, teacher=own)
    check_apart(held_out, rows)
    check_rows(held_out, engine.student)
    numbers = held_out_numbers(held_out, recipe.held_out_rows)
    batch = held_out_batch(held_out, numbers, tokenizer, vocabulary=engine.student.config.vocab_size)
    terms = [registry.make("losses", text) for text in FIDELITY.values()]
    names, losses = tuple(FIDELITY), terms
    if engine.teacher is None:
        names, losses = ("masked_lm",), terms[1:]
    else:
        names, losses = (*names, "top1_agreement"), [*terms, Agreement()]
    measured = Engine(engine.student, engine.teacher, losses, precision=engine.precision)
    return Fidelity(measured, batch.to(engine.device), names, budget)


def _card(
    kind: str, preset: str, training: Training, teacher: dict[str, Any] | None, precision: Precision
) -> dict[str, Any]:
    rows, student = training.rows, training.engine.student
    card: dict[str, Any] = {
        "kind": kind,
        "preset": preset,
        "recipe": training.recipe.options(),
        "dataset": {
            "name": rows.name,
            "fingerprint": rows.fingerprint,
            "rows": len(rows),
            "tokens": rows.survey.tokens,
            "lineage": rows.lineage,
            "private": rows.private,
        },
        "teacher": teacher,
        "student": {"class": type(student).__name__, "parameters": sum(p.numel() for p in student.parameters())},
        "plan": {"updates": training.plan.updates, "updates_an_epoch": training.plan.per_epoch},
        "micro_batch_tokens": training.micro_batch_tokens,
        "precision": precision.name,
        "attention": "padded sdpa in groups of about one length, dropout in it for the student, without cuDNN",
        "ranks": training.ranks.size,
        "device": str(training.engine.device),
        "machine": hardware(),
        "versions": versions(),
    }
    return without_places(card) if rows.private else card
