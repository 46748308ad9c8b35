"""Describe a model folder without loading its weights."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path

from trainer.errors import ModelError
from trainer.models.configurations import ModelFiles, described, read_model_files
from trainer.models.family_lookup import not_known
from trainer.models.files.folders import model_folder
from trainer.models.tokenization.plain_casing import plain_casing
from trainer.models.tokenization.tokenizers import LONGEST_BYTES, TOKENIZER_FILES, load_tokenizer, lower_cases


@dataclass(frozen=True)
class Inspection:
    """The description of a model folder."""

    folder: str
    family: str
    """The `model_type` in the configuration."""
    obstacle: str | None
    """Why the model can be neither a teacher nor a student; None if it can."""
    masked_lm_head: bool | None
    """Whether the weights include a trained masked-language-model head; None if the family is unknown."""
    vocabulary: int
    casing: str
    """`lower-cased`, `cased`, or `unknown` if there is no readable tokenizer."""
    layers: int
    """Of the encoder, where there is a decoder too; 0 if the configuration does not say."""
    hidden: int
    """Width of a layer's outputs; 0 if the configuration does not say."""
    parameters: int
    """Number of weights; tied ones are counted once."""
    size_bytes: int

    def to_json(self) -> dict[str, str | int | bool | None]:
        """As JSON."""
        return asdict(self)


def inspect_model(model: str | Path) -> Inspection:
    """Describe a model: family, head, vocabulary, casing, layers, parameters.

    Args:
        model: a folder, a run folder, or a hub id.

    Raises:
        ModelError: it is not a model folder, or the config cannot be read or does not fit the weights.
        PickledWeights: the folder has a pickle and no safetensors.
        DamagedWeights: a weights file is cut short or missing.
    """
    files = read_model_files(model_folder(model))
    family = files.family
    sizes = {name: prod(shape) for name, shape in files.shapes.items() if not _tied(name, files)}
    return Inspection(
        folder=str(files.folder),
        family=files.model_type,
        obstacle=_obstacle(files),
        masked_lm_head=None if family is None else family.has_head(files.shapes),
        vocabulary=_size(files, "vocab_size"),
        casing=_casing(files.folder),
        layers=_size(files, "num_hidden_layers", "n_layers", "n_layer", "num_layers", "encoder_layers"),
        hidden=_size(files, "hidden_size", "dim", "n_embd", "d_model", "emb_dim"),
        parameters=sum(sizes.values()),
        size_bytes=sum(file.stat().st_size for file in files.folder.glob("*.safetensors")),
    )


def _obstacle(files: ModelFiles) -> str | None:
    if files.family is None:
        return not_known(files.model_type)
    return files.family.refusal(described(files))


def _tied(name: str, files: ModelFiles) -> bool:
    """Whether a tensor repeats the word embeddings."""
    decoder = files.family.head_parts["decoder"] if files.family else "decoder"
    return name.endswith(f"{decoder}.weight") and files.config.get("tie_word_embeddings", True) is True


def _size(files: ModelFiles, *names: str) -> int:
    """The first of these values in the configuration; 0 if it has none."""
    found = [value for name in names if isinstance(value := files.config.get(name), int)]
    return found[0] if found else 0


def _casing(folder: Path) -> str:
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        return "unknown"
    try:
        lowers = plain_casing(folder, longest_bytes=LONGEST_BYTES)
        if lowers is None:
            lowers = lower_cases(load_tokenizer(folder))
        return "lower-cased" if lowers else "cased"
    except ModelError:
        return "unknown"
