"""Masked-language-model pre-training: of a small BERT from random weights, or continued from a body that exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from corpora import Component, Dataset, option, seed_of
from trainer.data import Rows, Survey, open_rows
from trainer.distillation.distilling import run
from trainer.distillation.runs import resume as resuming
from trainer.distillation.runs.card import RunCard, StartEntry
from trainer.distillation.runs.folder import RunFolder
from trainer.distillation.settings import RunSettings, resolve
from trainer.distillation.setup import preparation as preparing
from trainer.distillation.setup.prepared import PreparedRun
from trainer.distillation.training.loop import Outcome
from trainer.errors import ModelError, OtherRecipe
from trainer.models import (
    body_parameters,
    check_tokenizers,
    declared_by,
    load_body,
    load_tokenizer,
    model_fingerprint,
    positions_of,
)
from trainer.plugin import Callback, Loss
from trainer.runtime import is_first


@dataclass(frozen=True)
class Shape(Component):
    """The shape of a BERT."""

    name: ClassVar[str] = "bert"
    layers: int = option(4, "Transformer layers.", min=1, max=1000)
    hidden: int = option(256, "Width of the hidden states.", min=1, max=65_536)
    heads: int | None = option(None, "Attention heads; one per 64 of the width by default.", min=1, max=65_536)
    feed_forward: int | None = option(
        None, "Width inside feed-forward blocks; 4 x hidden by default.", min=1, max=10**6
    )
    positions: int = option(512, "Longest sequence, [CLS] and [SEP] counted.", min=3, max=10**6)
    dropout: float = option(0.1, "Dropout of hidden states and attention.", min=0.0, max=0.9)

    def build(self, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
        """A BertForMaskedLM with random weights.

        Raises:
            ModelError: the heads do not divide the width.
        """
        from transformers import BertConfig, BertForMaskedLM

        heads = self.heads or max(1, self.hidden // 64)
        if self.hidden % heads:
            raise ModelError(f"{heads} heads do not divide a width of {self.hidden}; give --heads a divisor of it")
        config = BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=self.hidden,
            num_hidden_layers=self.layers,
            num_attention_heads=heads,
            intermediate_size=self.feed_forward or 4 * self.hidden,
            max_position_embeddings=self.positions,
            hidden_dropout_prob=self.dropout,
            attention_probs_dropout_prob=self.dropout,
            pad_token_id=tokenizer.pad_token_id,
        )
        return BertForMaskedLM(config)


@dataclass(frozen=True)
class Start:
    """A model whose pre-training is continued."""

    model: str
    """A folder or a hub id; with or without a masked-language-model head."""
    freeze_body: int = 0
    """Updates in the beginning during which only the head is trained."""


def pretrain(
    dataset: str | Rows | Dataset | None = None,
    out: str | Path = "teacher",
    *,
    shape: Shape | None = None,
    start: Start | None = None,
    preset: str | None = None,
    options: Mapping[str, object] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    break_lock: bool = False,
    stop_after: str | None = None,
    watch: Sequence[Callback] = (),
) -> Outcome:
    """Pre-train a masked-language model on a registered dataset; `out` becomes a model folder that can teach.

    Args:
        dataset: `NAME`, `NAME@TAG` or `NAME@FINGERPRINT`. From random weights its tokenizer becomes the model's;
            from a model, its tokenizer has to be the model's, and sentences are tokenized first.
        out: the model folder, which also holds the run's card, log and checkpoints.
        shape: of a new model; 4 layers of 256 by default. Not needed to resume.
        start: the model to continue from, instead of a shape. Not needed to resume.
        preset: `pretrain` (the default), or a TOML file; not needed to resume.
        options: settings of the recipe, by their names on the command line.
        resume: continue the run in `out`.
        overwrite: delete a run that is in `out`.
        break_lock: take `out` over from a process on another machine.
        stop_after: a time such as 2h, after which the run stops in order.
        watch: callbacks beside those of the recipe.

    Raises:
        ModelError: the model to continue from has an unknown family, or lacks weights of its body.
        TransferError: the dataset cannot serve.
        OtherRecipe, NoCheckpoint: the folder does not allow what was asked.
        RunInUse: another process trains in the folder.
        Diverged, OutOfMemory, RankLost: the run broke; its last good checkpoint is kept.
    """
    folder, card = RunFolder(Path(out)), None
    if resume:
        card = folder.card()
        dataset = resuming.resumed(card, kind="pretrain", dataset=dataset, preset=preset).dataset
        preset, recipe = card.preset, resuming.recipe_of(card, options or {})
        shape, start = _model_of(card, shape=shape, start=start)
    else:
        preset = preset or "pretrain"
        recipe = resolve(preset, options or {})
    if dataset is None:
        raise OtherRecipe("a new run needs a dataset: --dataset NAME")
    if shape and start:
        raise OtherRecipe("the model to continue from has its shape already; leave --layers, --hidden and so on out")
    with folder.opened(first=is_first(), break_lock=break_lock), preparing.own_torch(recipe, card):
        if not resume and is_first():
            folder.check_free(overwrite=overwrite)
        known = Survey.read(folder.survey) if resume else None
        if start:
            job = continued(dataset, start, recipe, preset=preset, survey=known)
        else:
            job = prepared(_surveyed(dataset, known), shape or Shape(), recipe, preset=preset)
        if card and card.start and job.card.start:
            _check_start(card.start, job.card.start)
        return run(job, folder, known=card, overwrite=overwrite, stop_after=stop_after, watch=watch)


def _surveyed(dataset: str | Rows | Dataset, known: Survey | None) -> Rows:
    """The rows of a dataset, with the survey that an earlier process made of them if there is one."""
    rows = open_rows(dataset)
    rows.survey = known or rows.survey
    return rows


def _model_of(card: RunCard, *, shape: Shape | None, start: Start | None) -> tuple[Shape | None, Start | None]:
    """The shape or the start of a run that is resumed; a start that was given only says where the model is now."""
    was = card.start
    if was is None:
        if start:
            raise OtherRecipe("the run began with random weights, not from a model; leave --from out to resume it")
        return Shape.from_options(card.shape or {}), None
    if shape:
        raise OtherRecipe(f"the run continues {was.model}, whose shape is fixed; leave the shape out to resume it")
    return None, Start(start.model if start else was.model, was.freeze_body)


def _check_start(was: StartEntry, now: StartEntry) -> None:
    if was.weights != now.weights:
        raise OtherRecipe(
            f"the run began from other weights ({was.weights[:12]}) than {now.model} has "
            f"({now.weights[:12]}); give the model that it began from with --from"
        )


def prepared(rows: Rows, shape: Shape, recipe: RunSettings, *, preset: str) -> PreparedRun:
    """A pre-training from random weights, checked and ready to start.

    Args:
        rows: what is trained on.
        shape: of the new model.
        recipe: the settings; only losses that need no teacher.
        preset: its name, for the run card.

    Raises:
        OtherRecipe: a loss that needs a teacher.
        ModelError: the dataset has no tokenizer.
    """
    losses = _own_losses(recipe)
    tokenizer = tokenizer_of(rows)
    torch.manual_seed(seed_of("student", recipe.seed))
    model = shape.build(tokenizer)
    job = preparing.prepare_run(recipe, losses, rows, tokenizer, model, None, kind="pretrain", preset=preset)
    job.card = replace(job.card, shape=dict(shape.options()))
    job.student_place = "."
    return job


def continued(
    dataset: str | Rows | Dataset, start: Start, recipe: RunSettings, *, preset: str, survey: Survey | None = None
) -> PreparedRun:
    """A pre-training that continues from a model, checked and ready to start.

    Args:
        dataset: what is trained on.
        start: the model to continue from.
        recipe: the settings; only losses that need no teacher.
        preset: its name, for the run card.
        survey: token counts of the dataset if they are known; counted otherwise.

    Raises:
        OtherRecipe: a loss that needs a teacher, or a body frozen for longer than the run.
        ModelError: see `load_body`.
        VocabularyMismatch, CasingMismatch: the dataset was tokenized with another tokenizer.
    """
    losses = _own_losses(recipe)
    torch.manual_seed(seed_of("student", recipe.seed))
    begun = load_body(start.model)
    tokenizer = load_tokenizer(begun.folder)
    rows = open_rows(dataset, tokenizer=begun.folder, max_tokens=positions_of(begun.model.config))
    rows.survey = survey or rows.survey
    check_tokenizers(tokenizer, rows.tokenizer_file, dataset=rows.name, teacher=start.model)
    job = preparing.prepare_run(recipe, losses, rows, tokenizer, begun.model, None, kind="pretrain", preset=preset)
    if start.freeze_body >= job.training.plan.updates:
        raise OtherRecipe(
            f"--freeze-body {start.freeze_body:,} covers all {job.training.plan.updates:,} updates of the run; "
            "give fewer, or a longer --budget"
        )
    job.training.freeze_body({f"student.{name}" for name in body_parameters(begun.model)}, updates=start.freeze_body)
    said = declared_by(begun.folder)
    entry = StartEntry(
        Path(start.model).name if rows.private else start.model,
        folder=None if rows.private else str(begun.folder),
        freeze_body=start.freeze_body,
        new_head=begun.new_head,
        licence=said.licence,
        languages=list(said.languages),
        **model_fingerprint(begun.folder),
    )
    job.card = replace(job.card, start=entry)
    job.student_place = "."
    return job


def _own_losses(recipe: RunSettings) -> list[Loss]:
    losses, _ = preparing.parts_of(recipe)
    if needy := [loss.name for loss in losses if loss.teacher_needs]:
        raise OtherRecipe(f"{needy[0]} needs a teacher, and pre-training has none; use --loss masked-lm")
    return losses


def tokenizer_of(rows: Rows) -> PreTrainedTokenizerBase:
    """The tokenizer of a dataset as transformers has it, with [CLS] and [SEP] around what it encodes.

    Raises:
        ModelError: the dataset has none.
    """
    if rows.tokenizer_file is None:
        raise ModelError(f"{rows.name} has no tokenizer.json beside its ids; tokenize it with corpora tokenize")
    from tokenizers import Tokenizer
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer.from_file(str(rows.tokenizer_file))
    names = {"unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "pad": "[PAD]", "mask": "[MASK]"}
    if backend.token_to_id("[CLS]") is None and backend.token_to_id("<s>") is not None:
        names = {"unk": "<unk>", "cls": "<s>", "sep": "</s>", "pad": "<pad>", "mask": "<mask>"}
    if missing := [name for name in names.values() if backend.token_to_id(name) is None]:
        raise ModelError(f"the tokenizer of {rows.name} lacks {', '.join(missing)}; train one with corpora tokenize")
    first, last = names["cls"], names["sep"]
    backend.post_processor = TemplateProcessing(
        single=f"{first} $A {last}",
        pair=f"{first} $A {last} $B:1 {last}:1",
        special_tokens=[(name, backend.token_to_id(name)) for name in (first, last)],
    )
    roles = {f"{role}_token": name for role, name in names.items()}
    return PreTrainedTokenizerFast(tokenizer_object=backend, **roles)  # type: ignore[no-untyped-call]
