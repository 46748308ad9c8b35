"""Compare an ONNX file with the float32 model it was made from: divergence on texts, and task scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import torch
from torch import Tensor
from transformers import PreTrainedModel

from corpora.errors import first_line
from trainer.errors import ModelError, TaskError
from trainer.evaluation.evaluator import tasks_of
from trainer.evaluation.finetuning.settings import settings_for
from trainer.evaluation.finetuning.training import scores_on
from trainer.evaluation.problems.encoders import load_encoder
from trainer.evaluation.problems.lookup import problem_of
from trainer.models import OnnxModel, as_text, load_tokenizer, load_with_head, positions_of, source_of

BATCH = 16


@dataclass(frozen=True)
class Divergence:
    """The distance of a file's outputs from those of the float32 model."""

    value: float
    kind: str
    """`kl`: KL(float32 || file) in nats per token or text; `cosine`, for files without logits: 1 - cosine per token."""
    texts: int


def read_texts(path: Path) -> list[str]:
    """The non-empty lines of a text file.

    Raises:
        TaskError: the file cannot be read as UTF-8, or has no text.
    """
    try:
        texts = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise TaskError(f"{path} cannot be read as a text file: {first_line(error)}") from error
    if not texts:
        raise TaskError(f"{path} has no text; give a file with one text per line")
    return texts


def divergence(file: Path, texts: Sequence[str], *, length: int = 128) -> Divergence:
    """Compare an ONNX file's outputs with those of its model in float32.

    Args:
        file: made by `export_onnx`, in a folder inside the model's.
        texts: longer ones are cut to `length` tokens.
        length: tokens, special ones included.

    Raises:
        ModelError: the file or its model cannot be read.
    """
    folder = source_of(file)
    model, tokenizer = load_with_head(folder), load_tokenizer(folder)
    session = OnnxModel(file, model.config)
    longest = min(length, positions_of(model.config) or length)
    total, count, kind = 0.0, 0, "kl"
    for start in range(0, len(texts), BATCH):
        made = as_text(
            tokenizer, list(texts[start : start + BATCH]), padding=True, truncation=True, max_length=longest,
            return_tensors="pt",
        )  # fmt: skip
        inputs = {name: made[name] for name in session.inputs if name in made}
        with torch.inference_mode():
            wanted: Mapping[str, Tensor] = model(**inputs)
            found = session(**inputs)
        for name, values in found.items():
            kind = "cosine" if name == "last_hidden_state" else "kl"
            apart = _apart(values, wanted[name], inputs["attention_mask"].bool(), kind=kind)
            total, count = total + float(apart.sum()), count + apart.numel()
    return Divergence(total / count, kind, len(texts))


def _apart(found: Tensor, wanted: Tensor, mask: Tensor, *, kind: str) -> Tensor:
    """One value per token that is not padding, or per text if each text has a single distribution."""
    if kind == "cosine":
        return 1 - torch.nn.functional.cosine_similarity(found.double(), wanted.double(), dim=-1)[mask]
    if found.shape == mask.shape:  # spans: a distribution over the tokens
        found, wanted = (values.masked_fill(~mask, -1e4) for values in (found, wanted))
    ours, theirs = found.double().log_softmax(-1), wanted.double().log_softmax(-1)
    apart = (theirs.exp() * (theirs - ours)).sum(-1)
    return apart[mask] if apart.shape == mask.shape else apart


@dataclass(frozen=True)
class TaskScore:
    """A metric of a fine-tuned model, in percent, for its ONNX file and for float32 in torch."""

    column: str
    metric: str
    exported: float
    float32: float


def task_scores(file: Path, task: str, data: Path, *, rows: int | None = None) -> list[TaskScore]:
    """Score a fine-tuned model on its task's dev sets, as an ONNX file and in torch.

    Args:
        file: made from a model that was fine-tuned on the task.
        task: its name, or a TOML file that describes it.
        data: the folder with the task's files.
        rows: use only this many dev examples, the first ones; None for all.

    Raises:
        TaskError: the name stands for several tasks, or the data cannot be read.
        ModelError: the model has no trained head for this task.
    """
    tasks = tasks_of(task)
    if len(tasks) != 1:
        raise TaskError(f"{task} has {len(tasks)} tasks; choose one, such as {tasks[0].title}")
    head, splits = tasks[0].head(), tasks[0].read(data)
    problem, settings = problem_of(head), settings_for("study", head.problem)
    encoder = load_encoder(source_of(file), problem, trained_head=True)
    encoder.model.train(False)
    session = OnnxModel(file, encoder.model.config)
    if not {"logits", "start_logits"} & set(session.outputs):
        raise ModelError(f"{file} outputs {', '.join(session.outputs)}, not logits; export the fine-tuned model")
    exported = replace(encoder, model=cast(PreTrainedModel, session))
    scores = []
    for column, dev in splits.dev.items():
        used = dev.take(range(min(rows or len(dev), len(dev))))
        features = problem.features(used, encoder.reader, settings, train=False)
        ours, theirs = (scores_on(used, each, problem, features, settings).scores for each in (exported, encoder))
        scores += [TaskScore(column, metric, value, theirs[metric]) for metric, value in ours.items()]
    return scores
