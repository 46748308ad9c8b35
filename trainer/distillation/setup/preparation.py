"""Everything before the first update: load models and data, check that they fit, and put them together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from corpora import seed_of
from trainer.data import IGNORED, SMOOTHING, Masker, Rows, Survey, masker, open_rows
from trainer.distillation.objective.gradients import Engine
from trainer.distillation.runs.plugins import plugins_of
from trainer.distillation.runs.resume import Source
from trainer.distillation.runs.run_card import DatasetEntry, HeldOutEntry, PlanEntry, RunCard, TeacherEntry
from trainer.distillation.settings import RunSettings
from trainer.distillation.setup.prepared import PreparedRun, loss_names
from trainer.distillation.setup.teachers import Teachers, check_all_teach, check_widths, load_teachers
from trainer.distillation.setup.vocabulary import ReencodedDataset, reencoded_dataset, reencoded_rows, vocabulary_size
from trainer.distillation.training.fidelity import Agreement, Fidelity, check_apart, held_out_batch, held_out_numbers
from trainer.distillation.training.schedule import plan
from trainer.distillation.training.update import Frame, Training
from trainer.errors import IdsBeyondVocabulary, ModelError, OtherRecipe
from trainer.models import SmallerVocabulary, check_tokenizers, layers_of, positions_of
from trainer.plugin import LogitsLoss, Loss, Student, check_loss, registry
from trainer.runtime import Precision, Ranks, hardware, precision_for, versions

FIDELITY = {"kl": "soft-target:temperature=1", "masked_lm": "masked-lm"}


@contextmanager
def own_torch(recipe: RunSettings, known: RunCard | None = None) -> Iterator[None]:
    """Configure torch for a run, and restore its random state, algorithms and threads afterwards.

    Args:
        recipe: sets determinism and the number of threads.
        known: the card of the run to resume, whose number of threads is used if the recipe has none.
    """
    threads = recipe.threads or (known.threads if known else None)
    before, had = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    gpus = [int(os.environ.get("LOCAL_RANK", "0"))] if torch.cuda.is_available() else []
    if recipe.deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    try:
        with torch.random.fork_rng(devices=gpus):
            torch.use_deterministic_algorithms(recipe.deterministic or before)
            torch.set_num_threads(threads or had)
            yield
    finally:
        torch.use_deterministic_algorithms(before)
        torch.set_num_threads(had)


def distillation(
    dataset: Source | None,
    teachers: Sequence[str | Path],
    recipe: RunSettings,
    *,
    preset: str,
    allow_pickle: bool = False,
    survey: Survey | None = None,
) -> PreparedRun:
    """A distillation, checked and ready to start.

    Args:
        dataset: NAME, NAME@TAG, NAME@FINGERPRINT, an opened dataset, or rows.
        teachers: model folders or hub ids; the student starts from the first.
        recipe: the settings.
        preset: its name, for the run card.
        allow_pickle: whether a teacher's weights may be read from a pickle, which can run code.
        survey: counts of the dataset from an earlier part of the run, so that it need not be read again.

    Raises:
        ModelError, TransferError, DatasetError: see `distill`.
    """
    losses, student_shape = parts_of(recipe)
    if dataset is None or not teachers:
        raise OtherRecipe("a new run needs a dataset and a teacher: --dataset NAME --teacher DIR")
    check_all_teach(losses, teachers)
    heads = any(isinstance(loss, LogitsLoss) for loss in losses)
    taught_by = load_teachers(teachers, recipe.teacher_weight, heads=heads, allow_pickle=allow_pickle)
    first = taught_by.models[0]
    check_widths(student_shape, losses, first)
    rows = open_rows(dataset, tokenizer=taught_by.folder, max_tokens=taught_by.positions)
    size = vocabulary_size(student_shape, first)
    if survey is not None and size is None:
        rows.survey = survey
    check_tokenizers(taught_by.tokenizer, rows.tokenizer_file, dataset=rows.name, teacher=str(teachers[0]))
    for teacher in taught_by.models:
        check_rows(rows, teacher)
    smaller = None if size is None else reencoded_dataset(rows, taught_by, size)
    begun = first if smaller is None else smaller.vocabulary.teacher(first)
    torch.manual_seed(seed_of("student", recipe.seed))
    student = student_shape.build(begun)
    return prepare_run(
        recipe, losses, smaller.rows if smaller else rows, taught_by.tokenizer, student, taught_by,
        kind="distill", preset=preset, smaller=smaller,
    )  # fmt: skip


def parts_of(recipe: RunSettings) -> tuple[list[Loss], Student]:
    """The losses and the student of a recipe.

    Raises:
        UnknownName, OptionError: the recipe names an unknown component, or gives it wrong options.
        PluginError: a loss is not supported, or a callback needs a package that is not installed.
    """
    for text in recipe.callback:
        registry.make("callbacks", text).check()
    losses = [registry.make("losses", text) for text in recipe.loss]
    for loss in losses:
        check_loss(loss)
    return losses, registry.make("students", recipe.student)


def prepare_run(
    recipe: RunSettings,
    losses: list[Loss],
    rows: Rows,
    tokenizer: PreTrainedTokenizerBase,
    student: PreTrainedModel,
    teachers: Teachers | None,
    *,
    kind: str,
    preset: str,
    smaller: ReencodedDataset | None = None,
) -> PreparedRun:
    """Put models and data together.

    Args:
        recipe: the settings.
        losses: the terms of the loss.
        rows: the dataset, in the student's pieces.
        tokenizer: the teacher's; without a teacher, the student's.
        student: the model to train.
        teachers: None for pre-training.
        kind: `distill` or `pretrain`, for the run card.
        preset: its name, for the run card.
        smaller: the student's vocabulary and dataset, if it has part of the teacher's vocabulary.

    Raises:
        EmptyDataset: the dataset has no rows.
        IdsBeyondVocabulary: the student has no embedding for an id, or too few positions for a row.
    """
    check_rows(rows, student)
    ranks = Ranks()
    device = ranks.device()
    precision = precision_for(recipe.precision, device)
    first, *others = teachers.models if teachers else (None,)
    for model in (student, first, *others):
        if model is not None:
            model.to(device)  # type: ignore[arg-type]
    vocabulary = smaller.vocabulary if smaller else None
    own = vocabulary.tokenizer if vocabulary else tokenizer
    kept = torch.from_numpy(vocabulary.kept) if vocabulary else None
    engine = Engine(
        student, first, losses, precision=precision, kept=kept, others=[other for other in others if other is not None],
        shares=teachers.shares if teachers else (1.0,), compiled=recipe.compile,
    )  # fmt: skip
    frame = _frame(own, recipe)
    picks = _masker(rows, own, recipe, vocabulary=student.config.vocab_size)
    budget = _micro_batch_tokens(recipe, engine)
    training = Training(
        engine, rows, picks,
        plan=plan(recipe, rows=len(rows), tokens=rows.survey.tokens + 2 * len(rows)),
        recipe=recipe, frame=frame, ranks=ranks,
        micro_batch_tokens=budget, shrinks=recipe.micro_batch_tokens == "auto",
    )  # fmt: skip
    held_out = _fidelity(recipe, engine, rows, tokenizer, budget, vocabulary) if recipe.held_out else None
    card = _card(kind, preset, training, teachers.entries if teachers else [], precision, held_out)
    body_of = teachers.folder if teachers and teachers.bodies else None
    if smaller:
        card = replace(card, vocabulary=smaller.entry)
    return PreparedRun(recipe, training, ranks, card, own, held_out, vocabulary=vocabulary, body_of=body_of)


def check_rows(rows: Rows, student: PreTrainedModel) -> None:
    """Check that a model can read every row.

    Args:
        rows: the transfer dataset.
        student: the model whose vocabulary and positions must be large enough.

    Raises:
        EmptyDataset: the dataset has no rows.
        IdsBeyondVocabulary: the model has no embedding for an id, or too few positions for a row.
    """
    survey, vocabulary = rows.survey, student.config.vocab_size
    if survey.largest_id >= vocabulary:
        raise IdsBeyondVocabulary(
            f"{rows.name} contains the id {survey.largest_id}, but the model's vocabulary ends at {vocabulary - 1}; "
            "tokenize it again with the teacher's tokenizer"
        )
    places = positions_of(student.config)
    if places is not None and survey.longest + 2 > places:
        raise IdsBeyondVocabulary(
            f"{rows.name} has a row of {survey.longest + 2:,} tokens with [CLS] and [SEP], but the model's maximum is "
            f"{places:,}; tokenize it again with --max-tokens {places}"
        )


def _frame(tokenizer: PreTrainedTokenizerBase, recipe: RunSettings) -> Frame:
    first, last = tokenizer.cls_token_id, tokenizer.sep_token_id
    if first is None or last is None or tokenizer.mask_token_id is None:
        raise ModelError("the tokenizer lacks [CLS], [SEP] or [MASK]; a masked-language model needs all three")
    return Frame(first, last, tokenizer.unk_token_id, recipe.max_unknown)


def _masker(rows: Rows, tokenizer: PreTrainedTokenizerBase, recipe: RunSettings, *, vocabulary: int) -> Masker:
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
    """The budget given; `auto` is 4,096 tokens on a CPU, and what fits in half of a GPU's free memory."""
    if recipe.micro_batch_tokens != "auto":
        return int(recipe.micro_batch_tokens)
    if engine.device.type != "cuda":
        return 4096
    free, _ = torch.cuda.mem_get_info(engine.device)
    layers, wide = len(layers_of(engine.student)), engine.student.config.hidden_size
    bytes_a_token = (34 * layers + 40) * wide
    return int(min(max(free * 0.5 / bytes_a_token, 2048), 131_072))


def _fidelity(
    recipe: RunSettings,
    engine: Engine,
    rows: Rows,
    tokenizer: PreTrainedTokenizerBase,
    budget: int,
    vocabulary: SmallerVocabulary | None,
) -> Fidelity:
    limit = positions_of(engine.student.config)
    held_out = open_rows(str(recipe.held_out), tokenizer=rows.tokenizer_file, max_tokens=limit)
    own = str(tokenizer.name_or_path or rows.tokenizer_file)
    check_tokenizers(tokenizer, held_out.tokenizer_file, dataset=held_out.name, teacher=own)
    check_apart(held_out, rows)
    entry = HeldOutEntry(held_out.name, held_out.fingerprint, min(len(held_out), recipe.held_out_rows))
    if vocabulary and engine.teacher:
        check_rows(held_out, engine.teacher)
        held_out, tokenizer = reencoded_rows(vocabulary, held_out, positions=limit), vocabulary.tokenizer
    check_rows(held_out, engine.student)
    numbers = held_out_numbers(held_out, recipe.held_out_rows)
    batch = held_out_batch(held_out, numbers, tokenizer, vocabulary=engine.student.config.vocab_size)
    names, losses = _measures(engine)
    if not any(isinstance(loss, LogitsLoss) for loss in losses):
        batch = replace(batch, input_ids=torch.where(batch.labels == IGNORED, batch.input_ids, batch.labels))
    measured = Engine(
        engine.student, engine.teacher, losses,
        precision=engine.precision, others=engine.others, shares=engine.shares, kept=engine.kept,
    )  # fmt: skip
    return Fidelity(measured, batch.to(engine.device), names, budget, entry)


def _measures(engine: Engine) -> tuple[tuple[str, ...], list[Loss]]:
    """The names and losses measured on held-out text; the run's own losses if none of them reads logits."""
    if not any(isinstance(loss, LogitsLoss) for loss in engine.losses):
        return tuple(loss_names(engine.losses)), engine.losses
    terms = [registry.make("losses", text) for text in FIDELITY.values()]
    if engine.teacher is None:
        return ("masked_lm",), terms[1:]
    return (*FIDELITY, "top1_agreement"), [*terms, Agreement()]


def _card(
    kind: str,
    preset: str,
    training: Training,
    teachers: list[TeacherEntry],
    precision: Precision,
    fidelity: Fidelity | None,
) -> RunCard:
    rows, student = training.rows, training.engine.student
    card = RunCard(
        kind=kind,
        preset=preset,
        recipe=dict(training.recipe.options()),
        dataset=DatasetEntry(
            rows.name, rows.fingerprint, len(rows), rows.survey.tokens, lineage=rows.lineage, private=rows.private
        ),
        teacher=teachers[0] if teachers else None,
        teachers=teachers if len(teachers) > 1 else None,
        student={"class": type(student).__name__, "parameters": sum(p.numel() for p in student.parameters())},
        plugins=plugins_of(training.recipe) or None,
        plan=PlanEntry(training.plan.updates, training.plan.per_epoch),
        held_out=fidelity.entry if fidelity else None,
        micro_batch_tokens=training.micro_batch_tokens,
        precision=precision.name,
        attention="padded sdpa in groups of about one length, dropout in it for the student, without cuDNN",
        ranks=training.ranks.size,
        threads=torch.get_num_threads(),
        device=str(training.engine.device),
        machine=hardware(),
        versions=versions(),
    )
    return card.without_places() if rows.private else card
