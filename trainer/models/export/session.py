"""Run an ONNX file through the interface of the model it was made from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from corpora.errors import first_line
from trainer.errors import ModelError
from trainer.models.export.requirements import check_packages

if TYPE_CHECKING:
    from transformers import PretrainedConfig


class OnnxModel(nn.Module):
    """Runs an ONNX file with onnxruntime on the CPU."""

    def __init__(self, file: Path, config: PretrainedConfig, *, threads: int | None = None) -> None:
        """Open the file.

        Args:
            file: made by `export_onnx`.
            config: of the model that it was made from.
            threads: CPU threads; by default onnxruntime decides.

        Raises:
            ModelError: onnxruntime is not installed, or the file is not an ONNX model.
        """
        super().__init__()
        check_packages("onnxruntime")
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if threads:
            options.intra_op_num_threads = options.inter_op_num_threads = threads
        try:
            self.session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except _errors() as error:
            raise ModelError(f"{file} cannot be opened as an ONNX model: {first_line(error)[:200]}") from error
        self.config = config
        self.inputs = [each.name for each in self.session.get_inputs()]
        self.outputs = [each.name for each in self.session.get_outputs()]

    def forward(self, **inputs: Tensor) -> dict[str, Tensor]:
        """The outputs by name.

        Args:
            inputs: `input_ids` [batch, length]; `attention_mask` defaults to 1 and `token_type_ids` to 0.
        """
        ids = inputs["input_ids"]
        absent = {"attention_mask": torch.ones_like, "token_type_ids": torch.zeros_like}
        fed = {name: inputs[name] if name in inputs else absent[name](ids) for name in self.inputs}
        made = self.session.run(self.outputs, {name: values.cpu().numpy() for name, values in fed.items()})
        return {name: torch.from_numpy(values) for name, values in zip(self.outputs, made, strict=True)}


def _errors() -> tuple[type[Exception], ...]:
    """The errors that onnxruntime raises for a file that it cannot open; they have no common base class."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoSuchFile", "NotImplemented")
    return (*(getattr(state, name) for name in (*names, "RuntimeException")), OSError, ValueError)
