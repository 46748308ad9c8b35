"""Load a body with a masked-language-model head: its own, or a new one initialised to the identity."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from trainer.errors import ModelError
from trainer.models.configurations import load_config, read_model_files
from trainer.models.families import family_of
from trainer.models.family_lookup import family_of_config
from trainer.models.files.folders import model_folder
from trainer.models.teachers import load_masked_lm

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class LoadedMaskedLM:
    """A model to continue from."""

    model: PreTrainedModel
    folder: Path
    new_head: bool
    """Whether the head is new, since the folder had no complete one."""


def load_body(model: str | Path) -> LoadedMaskedLM:
    """A masked-language model in float32 from any folder of a known family, with or without a head.

    A new head passes the hidden states through: its projection is the identity (as far as it is square), its layer
    norm has weight 1 and bias 0, and its decoder is tied to the word embeddings with a bias of 0.

    Args:
        model: a folder, a run folder, or a hub id.

    Raises:
        ModelError: there is no model, its family is unknown, or weights of the body are missing or misshapen.
        PickledWeights, DamagedWeights: see `inspect_model`.
    """
    folder = model_folder(model)
    tensors = read_model_files(folder).shapes
    loaded, lacking = load_masked_lm(folder, family_of_config(load_config(folder), folder=folder), tensors)
    if lacking.head:
        start_head(loaded)
    return LoadedMaskedLM(loaded, folder, new_head=bool(lacking.head))


@torch.no_grad()
def start_head(model: PreTrainedModel) -> None:
    """Initialise a head to pass the hidden states through, and tie its decoder to the word embeddings.

    Raises:
        ModelError: the decoder cannot be tied, since its shape differs from that of the embeddings.
    """
    inside = {id(module) for module in model.base_model.modules()}
    _, decoder = family_of(model).head(model)
    for module in model.modules():
        if id(module) in inside or id(module) == id(decoder):
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
    """The names of the body's parameters, including tied word embeddings."""
    inside = {id(parameter) for parameter in model.base_model.parameters()}
    return {name for name, parameter in model.named_parameters() if id(parameter) in inside}
