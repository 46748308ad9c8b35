"""Teachers: found, looked at, checked and loaded, before a run does anything else."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trainer.errors import ModelError, NoLanguageModelHead
from trainer.models.folders import model_folder
from trainer.models.quiet import quiet_transformers
from trainer.models.tokenizers import load_tokenizer, lower_cases
from trainer.models.weights import weight_shapes

HEADS = {
    "bert": "cls.predictions.transform.dense.weight",
    "roberta": "lm_head.dense.weight",
    "xlm-roberta": "lm_head.dense.weight",
    "camembert": "lm_head.dense.weight",
    "distilbert": "vocab_transform.weight",
}
"""A tensor that only a masked-language-model head has, by family."""


@dataclass(frozen=True)
class Inspection:
    """What a model folder holds, found without loading its weights."""

    folder: str
    family: str
    masked_lm_head: bool
    vocabulary: int
    casing: str
    """`lower-cased`, `cased`, or `unknown` where there is no tokenizer."""
    layers: int
    hidden: int
    parameters: int
    """Numbers in the weights file; tied ones once."""
    size_bytes: int

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def inspect_model(model: str | Path) -> Inspection:
    """What a model holds: family, head, vocabulary, casing, layers, parameters.

    Raises:
        ModelError: no model, or a config that cannot be read.
        PickledWeights: no safetensors, but a pickle.
        DamagedWeights: a weights file that is cut short or missing.
    """
    folder = model_folder(model)
    config = _config(folder)
    shapes = weight_shapes(folder)
    family = str(config.get("model_type", "unknown"))
    layers = config.get("num_hidden_layers", config.get("n_layers", 0))
    sizes = {name: _product(shape) for name, shape in shapes.items() if not name.endswith("decoder.weight")}
    return Inspection(
        folder=str(folder),
        family=family,
        masked_lm_head=any(name.endswith(HEADS.get(family, "?")) for name in shapes),
        vocabulary=int(config.get("vocab_size", 0)),
        casing=_casing(folder),
        layers=int(layers),
        hidden=int(config.get("hidden_size", config.get("dim", 0))),
        parameters=sum(sizes.values()),
        size_bytes=sum(file.stat().st_size for file in folder.glob("*.safetensors")),
    )


def load_teacher(model: str | Path, *, allow_pickle: bool = False) -> Any:
    """A masked-language model in float32, in evaluation mode.

    Raises:
        NoLanguageModelHead: the folder has no trained masked-language-model head.
        ModelError, PickledWeights, DamagedWeights: see `inspect_model`.
    """
    import torch
    from transformers import AutoModelForMaskedLM

    folder = model_folder(model)
    pickled = allow_pickle and not list(folder.glob("*.safetensors"))
    if not pickled:
        weight_shapes(folder, teacher=True)
    with quiet_transformers():
        try:
            teacher, told = AutoModelForMaskedLM.from_pretrained(
                str(folder), dtype=torch.float32, output_loading_info=True, use_safetensors=not pickled,
                local_files_only=True, trust_remote_code=False,
            )  # fmt: skip
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(f"{folder} gives no masked-language model: {str(error).splitlines()[0]}") from error
    if lacking := sorted(told["missing_keys"]):
        raise NoLanguageModelHead(
            f"{folder} lacks {len(lacking)} weights of a masked-language-model head, such as {lacking[0]}; "
            f"train a head for this body first: trainer pretrain --from {model} --dataset NAME --out TEACHER"
        )
    return teacher.eval()


def _config(folder: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}/config.json cannot be read: {error}") from error
    return config


def _casing(folder: Path) -> str:
    if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.txt", "vocab.json")):
        return "unknown"
    return "lower-cased" if lower_cases(load_tokenizer(folder)) else "cased"


def _product(shape: list[int]) -> int:
    size = 1
    for side in shape:
        size *= side
    return size
