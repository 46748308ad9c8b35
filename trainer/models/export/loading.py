"""Load a model with the head that was saved with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

from corpora.errors import counted
from trainer.errors import ModelError
from trainer.models.configurations import LOADING_ERRORS, loading_error, read_encoder_files
from trainer.models.quiet import quiet_transformers

if TYPE_CHECKING:
    from transformers import PreTrainedModel

HEADS = {
    "ForMaskedLM": "AutoModelForMaskedLM",
    "ForSequenceClassification": "AutoModelForSequenceClassification",
    "ForTokenClassification": "AutoModelForTokenClassification",
    "ForQuestionAnswering": "AutoModelForQuestionAnswering",
}
"""The transformers class that opens a model, by the ending of its class name; other models are opened as a body."""


def load_with_head(folder: Path) -> PreTrainedModel:
    """A model in float32 and evaluation mode, of the class in its config.

    Raises:
        ModelError: the folder has no model, or lacks some of its weights.
        PickledWeights, DamagedWeights: its weights cannot be read.
    """
    import torch
    import transformers

    read_encoder_files(folder)
    classes = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("architectures") or [""]
    loader = next((auto for ending, auto in HEADS.items() if str(classes[0]).endswith(ending)), "AutoModel")
    with quiet_transformers():
        try:
            model, told = getattr(transformers, loader).from_pretrained(
                str(folder), dtype=torch.float32, output_loading_info=True, use_safetensors=True,
                local_files_only=True, trust_remote_code=False,
            )  # fmt: skip
        except LOADING_ERRORS as error:
            raise ModelError(loading_error(folder, "an encoder", error)) from error
    lacking = sorted(name for name in told["missing_keys"] if ".pooler." not in f".{name}")
    if lacking:
        many = counted(len(lacking), "weight")
        raise ModelError(f"{folder} lacks {many} of {classes[0]}, such as {lacking[0]}; copy it again")
    return cast("PreTrainedModel", model.eval())
