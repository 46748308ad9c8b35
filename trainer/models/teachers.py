"""Check and load teachers before a run does anything else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from corpora.errors import counted
from trainer.errors import DamagedWeights, ModelError, NoLanguageModelHead
from trainer.models.configurations import LOADING_ERRORS, load_config, loading_error, read_model_files
from trainer.models.family_lookup import family_of_config
from trainer.models.files.folders import model_folder
from trainer.models.files.weights import check_finite
from trainer.models.quiet import quiet_transformers
from trainer.plugin import Family

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def load_teacher(model: str | Path, *, allow_pickle: bool = False) -> PreTrainedModel:
    """A masked-language model in float32 and evaluation mode.

    Args:
        model: a folder or a hub id, ID@REVISION.
        allow_pickle: whether weights may be read from a pickle, which can run code.

    Raises:
        NoLanguageModelHead: the folder has no trained masked-language-model head.
        ModelError: its family is unknown, or it cannot be trained on packed tokens.
        PickledWeights, DamagedWeights: see `inspect_model`.
    """
    folder = model_folder(model)
    pickled = allow_pickle and not list(folder.glob("*.safetensors"))
    tensors = read_model_files(folder, teacher=True, pickled=pickled).shapes
    family = family_of_config(load_config(folder), folder=folder)
    if tensors and not family.has_head(tensors):
        raise NoLanguageModelHead(_headless(folder, tensors))
    teacher, lacking = load_masked_lm(folder, family, tensors, pickled=pickled)
    if lacking.head:
        raise NoLanguageModelHead(
            f"{folder} lacks {counted(len(lacking.head), 'weight')} of a masked-language-model head, "
            f"such as {lacking.head[0]}; "
            f"{_train_a_head(folder)}"
        )
    return teacher


@dataclass(frozen=True)
class MissingWeights:
    """The names of weights that are missing in a model's file."""

    head: tuple[str, ...]


def load_masked_lm(
    folder: Path, family: Family, tensors: Mapping[str, Sequence[int]], *, pickled: bool = False
) -> tuple[PreTrainedModel, MissingWeights]:
    """A masked-language model in float32 and evaluation mode, with its whole body from the file.

    Args:
        folder: of the model.
        family: of the model.
        tensors: the shapes of the file's tensors by name; empty for a pickle.
        pickled: whether the weights are a pickle, which can run code.

    Returns:
        The model, and the weights of its head that the file lacks, which are random.

    Raises:
        ModelError: transformers cannot open it.
        DamagedWeights: weights of the body are missing, are not finite, or have other shapes than in the config.
    """
    import torch
    from transformers import AutoModelForMaskedLM

    with quiet_transformers():
        try:
            model, told = AutoModelForMaskedLM.from_pretrained(
                str(folder), dtype=torch.float32, output_loading_info=True, use_safetensors=not pickled,
                local_files_only=True, trust_remote_code=False, ignore_mismatched_sizes=True,
                **family.loading(tensors),
            )  # fmt: skip
        except LOADING_ERRORS as error:
            raise ModelError(loading_error(folder, "a masked-language model", error)) from error
    lacking, unfit = sorted(told["missing_keys"]), sorted(told["mismatched_keys"])
    if unfit:
        name, found, wanted = unfit[0][0], list(unfit[0][1]), list(unfit[0][2])
        raise DamagedWeights(
            f"{folder}: config.json and the weights do not fit each other: the config says {name} has shape "
            f"{wanted}, the weights have {found}; use files of the same model"
        )
    head = tuple(name for name in lacking if not name.startswith(f"{model.base_model_prefix}."))
    if body := [name for name in lacking if name not in head]:
        raise DamagedWeights(
            f"{folder}: the weights lack {counted(len(body), 'tensor')} that config.json requires, such as {body[0]}; "
            "copy the model again"
        )
    check_finite(model, folder)
    return cast("PreTrainedModel", model.eval()), MissingWeights(head)


def _headless(folder: Path, tensors: Collection[str]) -> str:
    """Why a folder without a masked-language-model head cannot be a teacher, and what to do."""
    others = [name for name in tensors if name.startswith(("classifier.", "qa_outputs.", "discriminator_predictions."))]
    kind = "a discriminator" if any(name.startswith("disc") for name in others) else "a fine-tuned classifier"
    what = f"{kind} cannot be a teacher" if others else "a body alone has no logits"
    return f"{folder} has no masked-language-model head; {what}; {_train_a_head(folder)}"


def _train_a_head(folder: Path) -> str:
    return f"train a head for this body first: trainer pretrain --from {folder} --dataset NAME --out TEACHER"
