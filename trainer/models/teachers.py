"""Teachers, checked and loaded before a run does anything else."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, cast

from trainer.errors import DamagedWeights, ModelError, NoLanguageModelHead
from trainer.models.configurations import LOADING_ERRORS, load_config, loading_error, look_at
from trainer.models.families import family_of_config
from trainer.models.folders import model_folder
from trainer.models.quiet import quiet_transformers
from trainer.plugin import Family

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def load_teacher(model: str | Path, *, allow_pickle: bool = False) -> PreTrainedModel:
    """A masked-language model in float32, in evaluation mode.

    Raises:
        NoLanguageModelHead: the folder has no trained masked-language-model head.
        ModelError: its family is not known, or it cannot be trained on packed tokens.
        PickledWeights, DamagedWeights: see `inspect_model`.
    """
    import torch
    from transformers import AutoModelForMaskedLM

    folder = model_folder(model)
    pickled = allow_pickle and not list(folder.glob("*.safetensors"))
    tensors = look_at(folder, teacher=True, pickled=pickled).shapes
    family = family_of_config(load_config(folder))
    if tensors and not family.has_head(tensors):
        raise NoLanguageModelHead(_headless(folder, tensors))
    with quiet_transformers():
        try:
            teacher, told = AutoModelForMaskedLM.from_pretrained(
                str(folder), dtype=torch.float32, output_loading_info=True, use_safetensors=not pickled,
                local_files_only=True, trust_remote_code=False, ignore_mismatched_sizes=True,
                **family.loading(tensors),
            )  # fmt: skip
        except LOADING_ERRORS as error:
            raise ModelError(loading_error(folder, "a masked-language model", error)) from error
    _check_complete(folder, family, sorted(told["missing_keys"]), sorted(told["mismatched_keys"]))
    return cast("PreTrainedModel", teacher.eval())


def _headless(folder: Path, tensors: Collection[str]) -> str:
    """Why a folder without a masked-language-model head cannot teach, and what to do."""
    others = [name for name in tensors if name.startswith(("classifier.", "qa_outputs.", "discriminator_predictions."))]
    kind = "a discriminator" if any(name.startswith("disc") for name in others) else "a fine-tuned classifier"
    what = f"{kind} cannot teach" if others else "a body alone has no logits"
    return (
        f"{folder} has no masked-language-model head; {what}, take the pre-trained model that it came from "
        "(trainer inspect shows the head)"
    )


def _check_complete(folder: Path, family: Family, lacking: list[str], unfit: list[tuple[str, ...]]) -> None:
    """Check that every weight of a model came from its file.

    Raises:
        NoLanguageModelHead: weights of the head are missing.
        DamagedWeights: weights of the body are missing, or are of other shapes than the config asks for.
    """
    if unfit:
        name, found, wanted = unfit[0][0], list(unfit[0][1]), list(unfit[0][2])
        raise DamagedWeights(
            f"{folder}: config.json and the weights do not fit each other: the config asks for {name} of shape "
            f"{wanted}, the weights have {found}; take both files from one model"
        )
    head = [name for name in lacking if name.startswith(tuple(family.head_parts.values()))]
    if head:
        raise NoLanguageModelHead(
            f"{folder} lacks {len(head)} weights of a masked-language-model head, such as {head[0]}; a fine-tuned "
            "classifier cannot teach, take the pre-trained model that it came from (trainer inspect shows the head)"
        )
    if lacking:
        raise DamagedWeights(
            f"{folder}: the weights lack {len(lacking)} tensors that config.json asks for, such as {lacking[0]}; "
            "copy the model again"
        )
