"""Masked-language-model pre-training, of a small BERT from random weights or continued from an existing model."""

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
from trainer.distillation.runs.folder import RunFolder
from trainer.distillation.runs.run_card import RunCard, StartEntry
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

FEW_PIECES = 100
"""The vocabulary of an outline."""


@dataclass(frozen=True)
class Shape(Component):
    """The shape of a BERT with random weights."""

    name: ClassVar[str] = "bert"
    layers: int = option(4, "Transformer layers.", min=1, max=1000)
    hidden: int = option(256, "Width of the hidden states.", min=1, max=65_536)
    heads: int | None = option(None, "Attention heads; the default is the width divided by 64.", min=1, max=65_536)
    feed_forward: int | None = option(
        None, "Width inside feed-forward blocks; the default is 4 x hidden.", min=1, max=10**6
    )
    positions: int = option(512, "Maximum tokens per sequence, [CLS] and [SEP] included.", min=3, max=10**6)
    dropout: float = option(0.1, "Dropout of hidden states and attention.", min=0.0, max=0.9)

    def build(self, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
        """A BertForMaskedLM with random weights.

        Args:
            tokenizer: sets the vocabulary size and the padding id.

        Raises:
            ModelError: the number of heads does not divide the width.
        """
        return self._build(len(tokenizer), pad_id=tokenizer.pad_token_id)

    def outline(self) -> PreTrainedModel:
        """A model of this shape with few pieces, to check a student against before there is a tokenizer.

        Raises:
            ModelError: the number of heads does not divide the width.
        """
        with torch.random.fork_rng():
            return self._build(FEW_PIECES, pad_id=0)

    def _build(self, vocabulary: int, *, pad_id: int) -> PreTrainedModel:
        from transformers import BertConfig, BertForMaskedLM

        heads = self.heads or max(1, self.hidden // 64)
        if self.hidden % heads:
            raise ModelError(f"{heads} heads do not divide a width of {self.hidden}; set --heads to a divisor of it")
        config = BertConfig(
            vocab_size=vocabulary,
            hidden_size=self.hidden,
            num_hidden_layers=self.layers,
            num_attention_heads=heads,
            intermediate_size=self.feed_forward or 4 * self.hidden,
            max_position_embeddings=self.positions,
            hidden_dropout_prob=self.dropout,
            attention_probs_dropout_prob=self.dropout,
            pad_token_id=pad_id,
        )
        return BertForMaskedLM(config)


@dataclass(frozen=True)
class Start:
    """A model to continue pre-training from."""

    model: str
    """A folder or a hub id, with or without a masked-language-model head."""
    freeze_body: int = 0
    """Number of updates at the start that train only the head."""


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
    """Pre-train a masked-language model on a registered dataset; `out` becomes a model folder to use as a teacher.

    Args:
        dataset: `NAME`, `NAME@TAG` or `NAME@FINGERPRINT`. A model with random weights takes over its tokenizer; with
            `start`, its tokenizer must be the model's, and sentences are tokenized first.
        out: the model folder, which also has the run's card, log and checkpoints.
        shape: of a new model; by default 4 layers, 256 wide. Not needed to resume.
        start: the model to continue from, instead of a shape. Not needed to resume.
        preset: `pretrain` (the default), or a TOML file; not needed to resume.
        options: settings that replace the preset's, by name on the command line.
        resume: continue the run in `out`.
        overwrite: delete the run in `out` first.
        break_lock: take over `out` from a dead process on another machine.
        stop_after: a time such as 2h, after which the run stops cleanly.
        watch: callbacks in addition to the recipe's.

    Raises:
        ModelError: the model to continue from has an unknown family, or lacks weights of its body.
        TransferError: the dataset cannot be used.
        OtherRecipe, NoCheckpoint: the run in `out` does not fit the request.
        RunInUse: another process is training in the folder.
        Diverged, OutOfMemory, RankLost: the run failed; its last good checkpoint is kept.
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
    dataset = _checked(dataset, shape, start)
    with folder.opened(first=is_first(), break_lock=break_lock), preparing.own_torch(recipe, card):
        if not resume and is_first():
            folder.check_apart([start.model] if start else [])
            folder.check_free(overwrite=overwrite)
        known = Survey.read(folder.survey) if resume else None
        if start:
            job = continued(dataset, start, recipe, preset=preset, survey=known)
        else:
            job = prepared(_surveyed(dataset, known), shape or Shape(), recipe, preset=preset)
        if card and card.start and job.card.start:
            _check_start(card.start, job.card.start)
        return run(job, folder, known=card, overwrite=overwrite, stop_after=stop_after, watch=watch)


def _checked(dataset: str | Rows | Dataset | None, shape: Shape | None, start: Start | None) -> str | Rows | Dataset:
    """The dataset, which is required; a shape and a start exclude each other."""
    if dataset is None:
        raise OtherRecipe("a new run needs a dataset: --dataset NAME")
    if shape and start:
        raise OtherRecipe("the model to continue from already has a shape; leave out --layers, --hidden and so on")
    return dataset


def _surveyed(dataset: str | Rows | Dataset, known: Survey | None) -> Rows:
    """The rows of a dataset, with the counts of an earlier process if there are any."""
    rows = open_rows(dataset)
    rows.survey = known or rows.survey
    return rows


def _model_of(card: RunCard, *, shape: Shape | None, start: Start | None) -> tuple[Shape | None, Start | None]:
    """The shape or start of a run that is resumed; a start given now only says where the model is."""
    was = card.start
    if was is None:
        if start:
            raise OtherRecipe("the run started from random weights, not from a model; leave out --from to resume it")
        return Shape.from_options(card.shape or {}), None
    if shape:
        raise OtherRecipe(f"the run continues {was.model}, whose shape is fixed; leave out the shape to resume it")
    return None, Start(start.model if start else was.model, was.freeze_body)


def _check_start(was: StartEntry, now: StartEntry) -> None:
    if was.weights != now.weights:
        raise OtherRecipe(
            f"the run started from other weights ({was.weights[:12]}) than those of {now.model} "
            f"({now.weights[:12]}); give the model that it started from with --from"
        )


def prepared(rows: Rows, shape: Shape, recipe: RunSettings, *, preset: str) -> PreparedRun:
    """A pre-training run from random weights, checked and ready to start.

    Args:
        rows: the dataset to train on.
        shape: of the new model.
        recipe: the settings; its losses must not need a teacher.
        preset: its name, for the run card.

    Raises:
        OtherRecipe: a loss needs a teacher.
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
    """A pre-training run that continues from a model, checked and ready to start.

    Args:
        dataset: the dataset to train on.
        start: the model to continue from.
        recipe: the settings; its losses must not need a teacher.
        preset: its name, for the run card.
        survey: token counts of the dataset, if known; otherwise the tokens are counted.

    Raises:
        OtherRecipe: a loss needs a teacher, or the body is frozen for longer than the run.
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
            "use fewer, or a longer --budget"
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
    """A dataset's tokenizer as a transformers tokenizer, which adds [CLS] and [SEP] to what it encodes.

    Args:
        rows: its tokenizer's special tokens must be BERT's or RoBERTa's.

    Raises:
        ModelError: the dataset has no tokenizer, or the tokenizer lacks special tokens.
    """
    if rows.tokenizer_file is None:
        raise ModelError(f"{rows.name} has no tokenizer.json next to its ids; tokenize it with corpora tokenize")
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
