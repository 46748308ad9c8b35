"""A teacher where none can be downloaded: a small BERT, pre-trained by masked-language modelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import torch

from corpora import Component, option, seed_of
from trainer.data import Rows, Survey, open_rows
from trainer.distillation import preparation as preparing
from trainer.distillation.loop import Outcome, run
from trainer.distillation.prepared import PreparedRun
from trainer.distillation.runs import resume as resuming
from trainer.distillation.runs.folder import RunFolder
from trainer.distillation.settings import RunSettings, resolve
from trainer.errors import ModelError, OtherRecipe
from trainer.plugin import Callback


@dataclass(frozen=True)
class Shape(Component):
    """The shape of a BERT."""

    name: ClassVar[str] = "bert"
    layers: int = option(4, "Transformer layers.", min=1)
    hidden: int = option(256, "Width of the hidden states.", min=1)
    heads: int | None = option(None, "Attention heads; one for each 64 of the width where none is given.", min=1)
    feed_forward: int | None = option(None, "Width inside feed-forward blocks; 4 x hidden where none is given.", min=1)
    positions: int = option(512, "Longest sequence, [CLS] and [SEP] counted.", min=3)
    dropout: float = option(0.1, "Dropout of hidden states and attention.", min=0.0, max=0.9)

    def build(self, tokenizer: Any) -> Any:
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


def pretrain(
    dataset: Any = None,
    out: str | Path = "teacher",
    *,
    shape: Shape | None = None,
    preset: str | None = None,
    options: Mapping[str, Any] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    stop_after: str | None = None,
    watch: Sequence[Callback] = (),
) -> Outcome:
    """Pre-train a BERT on a registered dataset of sequences; `out` becomes a model folder that can teach.

    Args:
        dataset: `NAME`, `NAME@TAG` or `NAME@FINGERPRINT`; its tokenizer becomes the model's.
        out: the model folder, which also holds the run's card, log and checkpoints.
        shape: of the model; 4 layers of 256 where none is given. Not needed to resume.
        preset: `pretrain` (also where none is given), or a TOML file; not needed to resume.
        options: settings of the recipe, by their names on the command line.
        resume: go on with the run in `out`.
        overwrite: delete a run that is in `out`.
        stop_after: a time such as 2h, after which the run stops in order.
        watch: callbacks beside those of the recipe.

    Raises:
        TransferError: the dataset cannot serve.
        OtherRecipe, NoCheckpoint: the folder does not allow what was asked.
        Diverged, OutOfMemory, RankLost: the run broke; its last good checkpoint is kept.
    """
    folder = RunFolder(Path(out))
    if resume:
        card = folder.card()
        dataset, _ = resuming.resumed(card, kind="pretrain", dataset=dataset, teacher=None, preset=preset)
        preset, recipe = card["preset"], resuming.recipe_of(card, options or {})
        shape = Shape.from_options(card["shape"])
    else:
        preset = preset or "pretrain"
        recipe = resolve(preset, options or {})
    if dataset is None:
        raise OtherRecipe("a new run needs a dataset: --dataset NAME")
    with preparing.own_chance(recipe):
        rows = open_rows(dataset)
        if resume and (known := Survey.read(folder.survey)):
            rows.survey = known
        job = prepared(rows, shape or Shape(), recipe, preset=preset)
        return run(job, folder, resume=resume, overwrite=overwrite, stop_after=stop_after, watch=watch)


def prepared(rows: Rows, shape: Shape, recipe: RunSettings, *, preset: str) -> PreparedRun:
    """A pre-training, checked and ready to start.

    Raises:
        OtherRecipe: a loss that needs a teacher.
        ModelError: the dataset has no tokenizer.
    """
    losses, _ = preparing.parts_of(recipe)
    if needy := [loss.name for loss in losses if loss.teacher_needs]:
        raise OtherRecipe(f"{needy[0]} needs a teacher, and pre-training has none; use --loss masked-lm")
    tokenizer = tokenizer_of(rows)
    torch.manual_seed(seed_of("student", recipe.seed))
    model = shape.build(tokenizer)
    job = preparing.prepare_run(recipe, losses, rows, tokenizer, model, None, kind="pretrain", preset=preset)
    job.card["shape"] = shape.options()
    job.student_place = "."
    return job


def tokenizer_of(rows: Rows) -> Any:
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
