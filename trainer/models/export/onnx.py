"""Write a model as ONNX files in float32 and int8, and check them against torch."""

from __future__ import annotations

import inspect
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from trainer.errors import ModelError
from trainer.models.export.loading import load_with_head
from trainer.models.export.requirements import check_packages
from trainer.models.export.session import OnnxModel
from trainer.models.family_lookup import positions_of
from trainer.models.files.folders import model_folder
from trainer.runtime import staged_folder

if TYPE_CHECKING:
    from transformers import PreTrainedModel

OUTPUTS = ("logits", "start_logits", "end_logits", "last_hidden_state")
FOLDER, FLOAT, INT8 = "onnx", "model.onnx", "model_int8.onnx"
"""The names under which the hub and its libraries look for ONNX files next to a model."""
TOLERANCE = 1e-4
LARGEST = 1_900_000_000
"""Maximum bytes of weights: an ONNX file is a protobuf message, which is limited to 2 GB."""
SHAPES = ((1, 1), (1, 9), (3, 24), (8, 5), (2, 64))
"""Batch sizes and lengths for checking a file; lengths are reduced to the model's positions."""


@dataclass(frozen=True)
class Exported:
    """An ONNX file."""

    path: Path
    size_bytes: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    difference: float
    """The largest difference of an output from torch's in float32, over random ids of several shapes."""


def export_onnx(model: str | Path, *, int8: bool = False, out: Path | None = None) -> list[Exported]:
    """Write a model with its head as `onnx/model.onnx`, and optionally as `onnx/model_int8.onnx`.

    Batch size and length are free. The float32 file is compared with torch before it is put in place; int8 is
    onnxruntime's dynamic quantization of the weights.

    Args:
        model: a folder, a run folder, or a hub id.
        int8: whether to write the quantized file too.
        out: the folder of the files; the default is `onnx` in the model's folder.

    Raises:
        ModelError: the extra `onnx` is not installed, the folder has no encoder, torch cannot export it, or the
            file differs from torch by more than 1e-4.
        StorageError: a file cannot be written.
    """
    check_packages("onnx", "onnxruntime", "onnxscript")
    folder = model_folder(model)
    if out is None and not Path(model).exists():
        raise ModelError(f"{model} comes from the hub; choose a folder for its ONNX files: --out DIR")
    loaded, place = load_with_head(folder), out or folder / FOLDER
    size = 4 * sum(parameter.numel() for parameter in loaded.parameters())
    if size > LARGEST:
        raise ModelError(f"{folder} has {size / 1e9:.1f} GB of weights; an ONNX file holds at most {LARGEST / 1e9} GB")
    written = []
    with staged_folder(place) as staging:
        drafts = staging / FLOAT, staging / INT8
        _write(loaded, drafts[0], folder)
        difference = _difference(loaded, drafts[0])
        if not difference <= TOLERANCE:
            raise ModelError(f"the ONNX file of {folder} differs from torch by {difference:.1e}, more than {TOLERANCE}")
        written.append((place / FLOAT, drafts[0], difference))
        if int8:
            _quantize(*drafts)
            written.append((place / INT8, drafts[1], _difference(loaded, drafts[1])))
        place.mkdir(exist_ok=True)
        for path, draft, _ in written:
            draft.replace(path)
    return [
        Exported(path, path.stat().st_size, tuple(_inputs(loaded, 1, 1)), tuple(_outputs(loaded)), difference)
        for path, _, difference in written
    ]


def source_of(file: Path) -> Path:
    """The folder of the model that an ONNX file was made from: the file's folder, or the one above.

    Raises:
        ModelError: the file does not exist, or neither folder has a model.
    """
    if not file.is_file():
        raise ModelError(f"{file} does not exist; write it with trainer export RUN --format onnx")
    for folder in (file.parent, file.parent.parent):
        if (folder / "config.json").is_file():
            return folder
    raise ModelError(
        f"{file}: there is no config.json of a model in its folder or the one above; keep it in MODEL/onnx"
    )


class _Tensors(nn.Module):
    """A model that returns its outputs as plain tensors."""

    def __init__(self, model: PreTrainedModel, names: list[str]) -> None:
        super().__init__()
        self.model, self.names = model, names

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        """The outputs, in the order of `names`."""
        types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        output = self.model(input_ids=input_ids, attention_mask=attention_mask, **types)
        return tuple(output[name] for name in self.names)


def _write(model: PreTrainedModel, file: Path, folder: Path) -> None:
    example, outputs = _inputs(model, 2, 7), _outputs(model)
    shapes = {name: {0: "batch", 1: "length"} for name in example}
    with _quiet():
        try:
            torch.onnx.export(
                _Tensors(model, outputs).eval(), (), file, kwargs=example, input_names=list(example),
                output_names=outputs, dynamic_shapes=shapes, dynamo=True, external_data=False, verbose=False,
            )  # fmt: skip
        except torch.onnx.OnnxExporterError as error:
            raise ModelError(f"torch cannot write {folder} as ONNX: {str(error).strip().splitlines()[0]}") from error


def _quantize(source: Path, target: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _quiet():
        quantize_dynamic(source, target, weight_type=QuantType.QInt8)


def _inputs(model: PreTrainedModel, batch: int, length: int) -> dict[str, Tensor]:
    """Random inputs by name, [batch, length]; the later rows end with padding."""
    rng = torch.Generator().manual_seed(batch * 1000 + length)
    mask = torch.ones(batch, length, dtype=torch.int64)
    for row in range(batch):
        mask[row, max(1, length - row) :] = 0
    ids = torch.randint(5, int(model.config.vocab_size), (batch, length), generator=rng)
    made = {"input_ids": ids, "attention_mask": mask}
    takes = "token_type_ids" in inspect.signature(model.forward).parameters
    if takes and int(getattr(model.config, "type_vocab_size", 0) or 0) > 1:
        made["token_type_ids"] = torch.randint(0, 2, (batch, length), generator=rng)
    return made


def _outputs(model: PreTrainedModel) -> list[str]:
    with torch.inference_mode():
        output = model(**_inputs(model, 1, 4))
    return [name for name in OUTPUTS if name in output]


def _difference(model: PreTrainedModel, file: Path) -> float:
    """The largest difference from torch, ignoring padding."""
    session, worst = OnnxModel(file, model.config), 0.0
    longest = (positions_of(model.config) or 512) - 2
    for batch, length in SHAPES:
        inputs = _inputs(model, batch, min(length, longest))
        with torch.inference_mode():
            wanted: Mapping[str, Tensor] = model(**inputs)
            found = session(**inputs)
        for name, values in found.items():
            apart = (values - wanted[name]).abs()
            if apart.shape[:2] == inputs["attention_mask"].shape:  # otherwise one row per text
                apart = apart[inputs["attention_mask"].bool()]
            worst = max(worst, float(apart.max()))
    return worst


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporter's notes on packages that text models do not need."""
    names = ("torch.onnx", "onnxscript", "onnx_ir", "")
    levels = {name: logging.getLogger(name).level for name in names}
    try:
        for name in names:
            logging.getLogger(name).setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
