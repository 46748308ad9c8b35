"""Measure models as in the study's Table 3: parameters, size and inference time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from corpora import generator
from trainer.errors import ModelError
from trainer.evaluation.evaluator import model_name, tasks_of
from trainer.evaluation.exported import Divergence, TaskScore, divergence, read_texts, task_scores
from trainer.evaluation.finetuning.jobs import Progress
from trainer.evaluation.results import write_sealed
from trainer.models import (
    LOADING_ERRORS,
    OnnxModel,
    as_text,
    load_tokenizer,
    load_with_head,
    loading_error,
    model_folder,
    quiet_transformers,
    source_of,
    weight_shapes,
)
from trainer.runtime import check_writable, environment, without_cudnn_attention

ROWS, MEDIAN_LENGTH, SPREAD = 1500, 24, 0.45
"""Of random inputs: as many as in STS-B's dev set, with lengths (in tokens) distributed like its pairs'."""
WARM_UP = 10
"""Number of sentences run before timing starts."""


@dataclass(frozen=True)
class Measurement:
    """The size and speed of one model."""

    name: str
    path: str
    parameters: int
    """Of the body, as loaded by transformers' AutoModel, without heads."""
    weights_bytes: int
    """Of these parameters in float32, which is the size that the study reports."""
    disk_bytes: int
    """Of the weights files on disk, heads included."""
    inference_seconds: float
    """Time for all sentences, one at a time on one thread: the median over the passes."""
    median_seconds: float
    """Per sentence, over all passes."""
    p95_seconds: float
    gpu_rows_per_second: float | None
    """Sentences per second in batches of 64 on the GPU; None without a GPU, and for ONNX files."""
    divergence: Divergence | None = None
    """Of an ONNX file from its float32 model; None without texts."""
    scores: list[TaskScore] = field(default_factory=list)
    """Of an ONNX file and of its float32 model; empty without a task."""


@dataclass(frozen=True)
class Measurements:
    """Measurements of several models on the same sentences and the same machine."""

    models: list[Measurement]
    inputs: str
    rows: int
    passes: int
    machine: dict[str, object]

    def ratios(self, model: Measurement) -> dict[str, float]:
        """How many times smaller and faster a model is than the first one.

        Returns:
            `parameters`, `size` and `speed`; above 1 is better than the first.
        """
        first = self.models[0]
        return {
            "parameters": first.parameters / model.parameters,
            "size": first.weights_bytes / model.weights_bytes,
            "speed": first.inference_seconds / model.inference_seconds,
        }

    def as_json(self) -> dict[str, object]:
        """The measurements as JSON values, ratios included."""
        models = [{**asdict(model), "ratios": self.ratios(model)} for model in self.models]
        return {**asdict(self), "models": models}


def measure(
    models: Sequence[Path | str],
    *,
    data: Path | str | None = None,
    rows: int | None = None,
    passes: int = 3,
    texts: Path | None = None,
    task: str | None = None,
    task_data: Path = Path(),
    out: Path | str | None = None,
    progress: Progress | None = None,
) -> Measurements:
    """Compare the parameters, size and inference time of models with those of the first.

    Timing runs one sentence pair at a time, on one CPU thread, over STS-B's dev set, as DistilBERT's authors did. The
    models take turns, pass by pass, so that other load on the machine slows all of them equally. If there are ONNX
    files among the models, all are timed with their heads, as the files include them.

    Args:
        models: folders, hub ids, or ONNX files written by `export_onnx`.
        data: a folder with GLUE's STS-B; None uses random ids with similar lengths.
        rows: use only this many sentences, the first ones.
        passes: over all sentences, after a warm-up.
        texts: a file with one text per line, on which each ONNX file is compared with its float32 model.
        task: the task that the models were fine-tuned on, on which each ONNX file and its float32 model are scored.
        task_data: the folder with the task's files.
        out: a file for the results, as JSON.
        progress: called with what is measured, the passes done and their total.

    Raises:
        ModelError: a folder has no model or no tokenizer.
        TaskError: the data cannot be read.
        StorageError: `out` cannot be written.
    """
    files = _onnx_files(models, compared=bool(texts or task))
    if out:
        check_writable(Path(out))
    lines = read_texts(texts) if texts else []
    folders = [source_of(file) if file else model_folder(model) for file, model in zip(files, models, strict=True)]
    loaded = [_load(folder, file, heads=any(files)) for folder, file in zip(folders, files, strict=True)]
    inputs = [_inputs(folder, model, data, rows) for folder, model in zip(folders, loaded, strict=True)]
    seconds: list[list[list[float]]] = [[] for _ in loaded]
    with _one_thread():
        for turn in range(passes):
            for number, model in enumerate(loaded):
                if progress:
                    progress(f"measuring {model_name(folders[number])}", turn, passes)
                seconds[number].append(_timed(model, inputs[number]))
    made = []
    for folder, file, model, times, ids in zip(folders, files, loaded, seconds, inputs, strict=True):
        one = _measurement(folder, model, times, ids)
        made.append(_of_file(one, file, lines, task, task_data) if file else one)
    said = "STS-B dev" if data else f"random ids, a median of {MEDIAN_LENGTH} tokens per row"
    measured = Measurements(made, said, len(inputs[0]), passes, environment())
    if out:
        write_sealed(Path(out), measured.as_json())
    return measured


def _onnx_files(models: Sequence[Path | str], *, compared: bool) -> list[Path | None]:
    """The path of each model that is an ONNX file, and None for the others; `compared` needs one file or more."""
    if not models:
        raise ModelError("no models given; give at least one folder, the teacher first")
    files = [Path(model) if str(model).endswith(".onnx") else None for model in models]
    if compared and not any(files):
        raise ModelError(
            "--texts and --task compare ONNX files with float32; add files written by trainer export to the models"
        )
    return files


def _of_file(one: Measurement, file: Path, lines: list[str], task: str | None, task_data: Path) -> Measurement:
    """The measurement of an ONNX file: its own size, and the comparison with its float32 model."""
    size = file.stat().st_size
    return replace(
        one,
        name=f"{one.name} {file.stem}",
        path=str(file),
        disk_bytes=size,
        weights_bytes=size,
        divergence=divergence(file, lines) if lines else None,
        scores=task_scores(file, task, task_data) if task else [],
    )


def _load(folder: Path, file: Path | None, *, heads: bool) -> Any:
    import torch
    from transformers import AutoConfig, AutoModel

    weight_shapes(folder)
    if file:
        return OnnxModel(file, AutoConfig.from_pretrained(str(folder), local_files_only=True), threads=1).eval()
    if heads:
        return load_with_head(folder)
    with quiet_transformers():
        try:
            model = AutoModel.from_pretrained(
                str(folder), dtype=torch.float32, local_files_only=True, use_safetensors=True, trust_remote_code=False
            )
        except LOADING_ERRORS as error:
            raise ModelError(loading_error(folder, "a model", error)) from error
    if model.config.is_encoder_decoder:
        raise ModelError(f"{folder} is a {model.config.model_type} with a decoder; only encoders can be timed")
    return model.eval()


def _inputs(folder: Path, model: Any, data: Path | str | None, rows: int | None) -> list[list[int]]:
    """[rows], token ids of the sentences to time."""
    longest = int(getattr(model.config, "max_position_embeddings", 512)) - 2
    if data is None:
        rng = generator("measure", 0)
        lengths = np.exp(rng.normal(np.log(MEDIAN_LENGTH), SPREAD, rows or ROWS)).astype(int).clip(4, min(128, longest))
        return [rng.integers(5, model.config.vocab_size, int(length)).tolist() for length in lengths]
    (task,) = tasks_of("sts-b")
    dev = task.read(Path(data)).dev[task.title]
    tokenizer = load_tokenizer(folder)
    made = as_text(tokenizer, list(dev.first), list(dev.second or ()), truncation=True, max_length=min(512, longest))
    return list(made["input_ids"][:rows])


def _timed(model: Any, inputs: Sequence[Sequence[int]]) -> list[float]:
    """[rows], the seconds of each forward pass with batch size 1."""
    import torch

    batches = [torch.tensor([ids]) for ids in inputs]
    times = []
    with torch.inference_mode():
        for batch in batches[:WARM_UP]:
            model(input_ids=batch)
        for batch in batches:
            started = time.perf_counter()
            model(input_ids=batch)
            times.append(time.perf_counter() - started)
    return times


def _measurement(folder: Path, model: Any, times: list[list[float]], inputs: Sequence[Sequence[int]]) -> Measurement:
    single = np.concatenate([np.asarray(one) for one in times])
    parameters = sum(prod(shape) for shape in _body(folder, model))
    return Measurement(
        name=model_name(folder),
        path=str(folder),
        parameters=parameters,
        weights_bytes=4 * parameters,
        disk_bytes=sum(file.stat().st_size for file in folder.glob("*.safetensors")),
        inference_seconds=statistics.median(sum(one) for one in times),
        median_seconds=float(np.median(single)),
        p95_seconds=float(np.quantile(single, 0.95)),
        gpu_rows_per_second=_on_gpu(model, inputs),
    )


def _body(folder: Path, model: Any) -> list[tuple[int, ...]]:
    """The shapes of the body's parameters; for an ONNX file, those of the model it was made from."""
    torch_model = load_with_head(folder) if isinstance(model, OnnxModel) else model
    return [tuple(parameter.shape) for parameter in getattr(torch_model, "base_model", torch_model).parameters()]


def _on_gpu(model: Any, inputs: Sequence[Sequence[int]], batch_size: int = 64) -> float | None:
    import torch

    if isinstance(model, OnnxModel) or not torch.cuda.is_available():
        return None
    without_cudnn_attention()
    rows = sorted(inputs, key=len)
    batches = []
    for start in range(0, len(rows), batch_size):
        part = [torch.tensor(ids) for ids in rows[start : start + batch_size]]
        ids = torch.nn.utils.rnn.pad_sequence(part, batch_first=True)
        mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(one) for one in part], batch_first=True)
        batches.append((ids.cuda(), mask.cuda()))
    model = model.cuda()
    with torch.inference_mode(), torch.autocast("cuda", dtype=torch.bfloat16):
        for _ in range(2):  # the first is the warm-up
            torch.cuda.synchronize()
            started = time.perf_counter()
            for ids, mask in batches:
                model(input_ids=ids, attention_mask=mask)
            torch.cuda.synchronize()
            elapsed = time.perf_counter() - started
    model.cpu()
    return len(rows) / elapsed


@contextmanager
def _one_thread() -> Iterator[None]:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
