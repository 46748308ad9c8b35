"""A body with a masked-language-model head: its own, or a new one that starts as an identity."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from trainer.errors import ModelError
from trainer.models.families import family_of, head_of
from trainer.models.folders import model_folder
from trainer.models.quiet import quiet_transformers
from trainer.models.weights import weight_shapes

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class Started:
    """A model to continue from."""

    model: PreTrainedModel
    folder: Path
    new_head: bool
    """Whether the folder had no complete head, so that it got a new one."""


def load_body(model: str | Path) -> Started:
    """A masked-language model in float32 from any folder of a known family, with or without a head.

    A new head passes the hidden states on: its projection is the identity (as far as it is square), its layer
    norm has weight 1 and bias 0, and its decoder is tied to the word embeddings with a bias of 0.

    Args:
        model: a folder, a run folder, or a hub id.

    Raises:
        ModelError: no model, an unknown family, or weights of the body that are missing or of another shape.
        PickledWeights, DamagedWeights: see `inspect_model`.
    """
    from transformers import AutoModelForMaskedLM

    folder = model_folder(model)
    weight_shapes(folder)
    with quiet_transformers():
        try:
            loaded, report = AutoModelForMaskedLM.from_pretrained(
                str(folder), dtype=torch.float32, output_loading_info=True, use_safetensors=True,
                local_files_only=True, trust_remote_code=False,
            )  # fmt: skip
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(f"{folder} cannot be opened as a masked-language model: {_first(error)}") from error
    body = family_of(loaded).body
    missing = sorted(report["missing_keys"])
    if lost := [name for name in missing if name.startswith(f"{body}.")]:
        raise ModelError(
            f"{folder} lacks {len(lost)} weights of its body, such as {lost[0]}; its config.json describes another "
            "model, or the file was saved in part"
        )
    if missing:
        start_head(loaded)
    return Started(loaded, folder, new_head=bool(missing))


@torch.no_grad()
def start_head(model: PreTrainedModel) -> None:
    """Make a model's head one that passes the hidden states on, and tie its decoder to the word embeddings.

    Raises:
        ModelError: the decoder's shape is not that of the embeddings, so that it cannot be tied.
    """
    body = model.get_submodule(family_of(model).body)
    inside = {id(module) for module in body.modules()}
    _, decoder = head_of(model)
    for module in model.modules():
        if id(module) in inside or module is decoder:
            continue
        if isinstance(module, nn.Linear):
            nn.init.eye_(module.weight)
        if isinstance(module, nn.LayerNorm):
            nn.init.ones_(module.weight)
        if isinstance(module, (nn.Linear, nn.LayerNorm)) and module.bias is not None:
            nn.init.zeros_(module.bias)
    embeddings = cast(nn.Embedding, model.get_input_embeddings()).weight
    if decoder.weight.shape != embeddings.shape:
        raise ModelError(
            f"the head's decoder is {tuple(decoder.weight.shape)} and the word embeddings are "
            f"{tuple(embeddings.shape)}; a new head needs a decoder that can be tied to them"
        )
    model.config.tie_word_embeddings = True
    model.tie_weights()
    if decoder.bias is not None:
        nn.init.zeros_(decoder.bias)


def body_parameters(model: PreTrainedModel) -> set[str]:
    """The names of the parameters that belong to the body, tied word embeddings among them."""
    body = f"{family_of(model).body}."
    return {name for name, _ in model.named_parameters() if name.startswith(body)}


def _first(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
