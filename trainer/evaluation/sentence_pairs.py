"""Sentence similarity without fine-tuning: compare the cosine of two sentence vectors with human judgements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from corpora import generator
from corpora.errors import counted, first_line
from trainer.errors import DamagedWeights, ModelError, TaskError
from trainer.evaluation.metrics import measured
from trainer.models import (
    LOADING_ERRORS,
    Pooling,
    as_text,
    check_finite,
    check_tokenizer,
    load_tokenizer,
    loading_error,
    model_folder,
    pooled,
    positions_of,
    quiet_transformers,
    read_encoder_files,
    sentence_modules,
)
from trainer.plugin import Task
from trainer.runtime import chosen, parse_json

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

RESAMPLES = 1000
BATCH = 64
FEWEST = 3
METRICS = ("pearson", "spearman")
MODES: dict[Pooling, str] = {
    "mean": "pooling_mode_mean_tokens",
    "cls": "pooling_mode_cls_token",
    "max": "pooling_mode_max_tokens",
}
"""The names of poolings in sentence-transformers' settings."""


@dataclass(frozen=True)
class Correlation:
    """A correlation in points (times 100), with the interval of 95 % of its resamples."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Similarity:
    """The agreement of a model's cosines with human judgements."""

    model: str
    task: str
    pooling: Pooling
    pairs: int
    correlations: dict[str, Correlation]
    """By metric, `pearson` and `spearman`."""

    def to_json(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


def similarity(
    model: str | Path,
    task: Task,
    data: Path,
    *,
    pooling: Pooling | None = None,
    rows: int | None = None,
    length: int = 128,
    device: str = "auto",
) -> list[Similarity]:
    """Score a model on the dev sets of a task with sentence pairs and numeric labels, without training.

    Args:
        model: a folder, a run folder, or a hub id.
        task: a regression on two sentences, such as STS-B.
        data: the folder with the task's files.
        pooling: how token vectors are pooled; None uses the folder's sentence-transformers settings, or the mean.
        rows: use only this many dev examples, the first ones; None for all.
        length: longer sentences are cut to this many tokens.
        device: `cpu`, `cuda`, or `auto`.

    Returns:
        One result per dev set.

    Raises:
        TaskError: the task is of another kind, or has fewer than three pairs.
        ModelError: the model cannot be read, or only sentence-transformers can compute its vectors.
    """
    if task.head().problem != "regression":
        raise TaskError(f"{task.title} has classes; a cosine can only be compared with numbers, as in STS-B")
    folder = model_folder(model)
    how = pooling or pooling_of(folder)
    found = []
    for name, examples in task.read(data).dev.items():
        if examples.second is None:
            raise TaskError(f"{name} has one sentence per example; a cosine needs two")
        used = examples.take(range(min(rows or len(examples), len(examples))))
        if len(used) < FEWEST:
            raise TaskError(f"{name}: a correlation needs at least {FEWEST} pairs; there are {len(used)}")
        vectors = encode([*used.first, *(used.second or ())], folder, pooling=how, length=length, device=device)
        one, other = vectors[: len(used)], vectors[len(used) :]
        cosines = (one * other).sum(1) / np.maximum(np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1), 1e-12)
        found.append(Similarity(str(model), name, how, len(used), _correlations(cosines, np.asarray(used.gold, float))))
    return found


def encode(
    sentences: Sequence[str], folder: Path, *, pooling: Pooling = "mean", length: int = 128, device: str = "auto"
) -> NDArray[np.float64]:
    """The vectors of sentences, in order.

    Args:
        sentences: as plain text.
        folder: of the model.
        pooling: how token vectors are pooled.
        length: longer sentences are cut to this many tokens.
        device: `cpu`, `cuda`, or `auto`.

    Returns:
        [sentences, width], float64.

    Raises:
        ModelError: the model cannot be read, or its tokenizer does not fit it.
    """
    import torch

    read_encoder_files(folder)
    tokenizer, where = load_tokenizer(folder), torch.device(chosen(device))
    if tokenizer.pad_token_id is None:
        raise ModelError(f"the tokenizer of {folder} has no padding token; use an encoder such as BERT")
    body = _body(folder).to(where).eval()  # type: ignore[arg-type]
    check_tokenizer(tokenizer, body, folder)
    length = min(length, positions_of(body.config) or length)
    order = sorted(range(len(sentences)), key=lambda number: len(sentences[number]))
    vectors: dict[int, NDArray[np.float64]] = {}
    for start in range(0, len(order), BATCH):
        numbers = order[start : start + BATCH]
        inputs = as_text(
            tokenizer, [sentences[number] for number in numbers], padding=True, truncation=True, max_length=length,
            return_tensors="pt",
        ).to(where)  # fmt: skip
        with torch.no_grad():
            hidden = body(**inputs).last_hidden_state
        kept = inputs["attention_mask"].bool()
        offsets = torch.nn.functional.pad(kept.sum(1).cumsum(0), (1, 0))
        rows = pooled(hidden[kept], offsets, pooling=pooling).double().cpu().numpy()
        vectors.update(zip(numbers, rows, strict=True))
    return np.stack([vectors[number] for number in range(len(sentences))])


def _body(folder: Path) -> PreTrainedModel:
    """The model without its head.

    Raises:
        ModelError: transformers cannot open it.
        DamagedWeights: weights are missing or are not finite.
    """
    import torch
    from transformers import AutoModel

    with quiet_transformers():
        try:
            body, told = AutoModel.from_pretrained(
                str(folder), dtype=torch.float32, output_loading_info=True, use_safetensors=True,
                local_files_only=True, trust_remote_code=False,
            )  # fmt: skip
        except LOADING_ERRORS as error:
            raise ModelError(loading_error(folder, "an encoder", error)) from error
    if lacking := sorted(name for name in told["missing_keys"] if not name.startswith("pooler.")):
        raise DamagedWeights(
            f"{folder}: the weights lack {counted(len(lacking), 'tensor')} that config.json requires, such as "
            f"{lacking[0]}; copy the model again"
        )
    check_finite(body, folder)
    made: PreTrainedModel = body
    return made


def pooling_of(folder: Path) -> Pooling:
    """The pooling of a sentence-transformers folder; the mean for any other model.

    Raises:
        ModelError: its settings cannot be read, or only sentence-transformers can compute its vectors.
    """
    how: Pooling = "mean"
    for module in sentence_modules(folder):
        if module.endswith("Normalize"):  # does not change the cosine
            continue
        try:
            settings = msgspec.convert(parse_json((folder / module / "config.json").read_bytes()), dict[str, object])
        except (OSError, ValueError) as error:
            raise ModelError(f"{folder / module / 'config.json'} cannot be read: {first_line(error)}") from error
        modes = [mode for mode, key in MODES.items() if settings.get(key)]
        if not module.endswith("Pooling") or len(modes) != 1:
            raise ModelError(
                f"{folder} changes its vectors with {module}, which only sentence-transformers can run; "
                "choose --pooling mean, cls or max to score the body alone"
            )
        how = modes[0]
    return how


def _correlations(cosines: NDArray[np.float64], gold: NDArray[np.float64]) -> dict[str, Correlation]:
    values = measured(METRICS, cosines, gold)
    draws = generator("similarity", len(gold)).integers(len(gold), size=(RESAMPLES, len(gold)))
    drawn = [measured(METRICS, cosines[draw], gold[draw]) for draw in draws]
    found = {}
    for metric in METRICS:
        low, high = np.percentile([each[metric] for each in drawn], [2.5, 97.5])
        found[metric] = Correlation(values[metric], float(low), float(high))
    return found
