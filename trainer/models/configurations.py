"""Read the configuration of a model folder, and compare it with the weights before anything is built."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from huggingface_hub.errors import StrictDataclassError

from corpora.errors import counted, first_line
from trainer.errors import DamagedWeights, ModelError
from trainer.models.family_lookup import known_families, not_known
from trainer.models.files.plain_config import plain_config
from trainer.models.files.weights import weight_shapes
from trainer.models.quiet import quiet_transformers
from trainer.plugin import Family

if TYPE_CHECKING:
    from transformers import PreTrainedConfig

LOADING_ERRORS = (
    OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, ImportError,
    RuntimeError, StrictDataclassError,
)  # fmt: skip
"""The errors that transformers raises for unusable configurations or weights."""

LONGEST_BYTES = 4 << 20
LIMITS = {
    "vocab_size": (1, 1 << 24),
    "hidden_size": (1, 1 << 16), "dim": (1, 1 << 16), "d_model": (1, 1 << 16), "embedding_size": (1, 1 << 16),
    "num_hidden_layers": (1, 1000), "n_layers": (1, 1000), "n_layer": (1, 1000), "num_layers": (1, 1000),
    "num_attention_heads": (1, 4096), "n_heads": (1, 4096), "n_head": (1, 4096), "num_heads": (1, 4096),
    "intermediate_size": (1, 1 << 20), "hidden_dim": (1, 1 << 20), "d_ff": (1, 1 << 20),
    "max_position_embeddings": (1, 1 << 20), "n_positions": (1, 1 << 20),
    "type_vocab_size": (0, 1 << 16), "position_buckets": (-1, 1 << 20), "max_relative_positions": (-1, 1 << 20),
    "relative_attention_num_buckets": (1, 1 << 20), "num_labels": (0, 1 << 20), "conv_kernel_size": (0, 1 << 10),
    "local_attention": (1, 1 << 20), "global_attn_every_n_layers": (1, 1000),
}  # fmt: skip
"""The smallest and the largest accepted value of each size in a configuration."""


@dataclass(frozen=True)
class ModelFiles:
    """The configuration and tensor shapes of a model folder, read before anything is built."""

    folder: Path
    config: Mapping[str, object]
    """`config.json`, unchanged."""
    shapes: Mapping[str, list[int]]
    """The shape of every tensor in the weights, by name."""

    @property
    def model_type(self) -> str:
        """The model type in the configuration; `unknown` if there is none."""
        return str(self.config.get("model_type", "unknown"))

    @cached_property
    def family(self) -> Family | None:
        """The family of the model; None if no plugin has it."""
        return known_families().get(self.model_type)


def read_config(folder: Path) -> dict[str, object]:
    """Read a model folder's `config.json`, and check that its sizes are plausible.

    Raises:
        ModelError: it cannot be read, is not a JSON object, or has an implausible size.
    """
    path = folder / "config.json"
    try:
        if path.stat().st_size > LONGEST_BYTES:
            raise ModelError(f"{path} has more than {LONGEST_BYTES >> 20} MB, too much for a model's configuration")
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read: {first_line(error)}") from error
    if not isinstance(config, dict):
        raise ModelError(f"{path} contains a {type(config).__name__}; it must be a JSON object")
    if not isinstance(config.get("model_type", ""), str):
        raise ModelError(f"{path}: model_type is {config['model_type']!r}; it must be a name such as bert")
    for name, (least, greatest) in LIMITS.items():
        value = config.get(name)
        if value is not None and not (type(value) is int and least <= value <= greatest):
            raise ModelError(
                f"{path}: {name} is {_shown(value)}; it must be a whole number from {least} to {greatest:,}"
            )
    return config


def read_model_files(folder: Path, *, teacher: bool = False, pickled: bool = False) -> ModelFiles:
    """Read the configuration and tensor shapes of a model folder, and check that they fit each other.

    Args:
        folder: of the model.
        teacher: whether it is to be read as a masked-language model; error messages then say so.
        pickled: whether the weights are a pickle, which is not opened: only the configuration is checked.

    Raises:
        ModelError: the configuration cannot be read, or does not fit the weights.
        PickledWeights, DamagedWeights: see `weight_shapes`.
    """
    config = read_config(folder)
    if pickled:
        return ModelFiles(folder, config, {})
    files = ModelFiles(folder, config, weight_shapes(folder, teacher=teacher))
    family = files.family
    if family is None:
        _check_sizes_occur(files)
    else:
        _check_fit(files, family, described(files))
    return files


def read_encoder_files(folder: Path) -> ModelFiles:
    """As `read_model_files`, for a model to evaluate, which must be an encoder.

    Raises:
        ModelError: see `read_model_files`; also for a decoder, or an encoder with a decoder.
        PickledWeights, DamagedWeights: see `weight_shapes`.
    """
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

    files = read_model_files(folder)
    if files.family is None:
        encoder = files.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES
        if not encoder or load_config(folder).is_encoder_decoder:
            raise ModelError(f"{folder} is not an encoder: {not_known(files.model_type)}")
    return files


def load_config(folder: Path) -> PreTrainedConfig:
    """The configuration of a model folder as a transformers object.

    Raises:
        ModelError: transformers does not accept it.
    """
    from transformers import AutoConfig

    with quiet_transformers():
        try:
            config = AutoConfig.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
        except LOADING_ERRORS as error:
            raise ModelError(f"{folder}/config.json does not describe a model: {_reason(error)}") from error
    return cast("PreTrainedConfig", config)


def described(files: ModelFiles) -> PreTrainedConfig:
    """The configuration of a folder that is only inspected; without transformers if that gives the same values.

    Args:
        files: the folder's files.

    Raises:
        ModelError: transformers does not accept the configuration.
    """
    return cast("PreTrainedConfig", plain_config(files.config)) or load_config(files.folder)


def _check_fit(files: ModelFiles, family: Family, config: PreTrainedConfig) -> None:
    """Check that the sizes in a configuration are those of the weights.

    Raises:
        ModelError: a size differs.
    """
    hidden, inner = (int(getattr(config, family.sizes[size][0])) for size in ("hidden", "feed_forward"))
    layers = int(getattr(config, family.sizes["layers"][0]))
    pattern = re.compile(rf"(?:^|\.){re.escape(family.layers)}\.(\d+)\.")
    there = {int(match[1]) for name in files.shapes if (match := pattern.search(name))}
    if there != set(range(layers)):
        raise _misfit(files, family.sizes["layers"][0], counted(layers, "layer"), counted(len(there), "layer"))
    parts = {**family.body_parts, "narrow": f"{family.layers}.0.{family.layer_parts['narrow']}"}
    expected = {
        "words": [config.vocab_size, getattr(config, "embedding_size", hidden)],
        "narrow": [hidden, inner],
        "positions": [getattr(config, "max_position_embeddings", 0), getattr(config, "embedding_size", hidden)],
    }
    wide = family.sizes["hidden"][0]
    embedded = "embedding_size" if hasattr(config, "embedding_size") else wide
    names = {
        "words": ("vocab_size", embedded), "narrow": (wide, family.sizes["feed_forward"][0]),
        "positions": ("max_position_embeddings", embedded),
    }  # fmt: skip
    for part, shape in expected.items():
        for name, found in files.shapes.items():
            if part in parts and name.endswith(f"{parts[part]}.weight") and found != shape:
                wrong = [each for each, one, other in zip(names[part], shape, found, strict=False) if one != other]
                raise _misfit(files, ", ".join(wrong or names[part]), f"{name} of shape {shape}", f"shape {found}")


def _check_sizes_occur(files: ModelFiles) -> None:
    """For an unknown family: check that each size in the configuration occurs in the shape of a tensor.

    Raises:
        ModelError: no tensor has the size.
    """
    sides = {side for shape in files.shapes.values() for side in shape}
    for name in ("vocab_size", "hidden_size", "dim", "d_model", "intermediate_size", "hidden_dim", "d_ff"):
        size = files.config.get(name)
        if isinstance(size, int) and not {size, 2 * size, 3 * size, 4 * size}.intersection(sides):
            other = f"; or {files.model_type} is not a text encoder, and cannot be used here"
            raise _misfit(files, name, f"{size:,}", "no tensor of that size", other)


def _misfit(files: ModelFiles, name: str, said: str, found: str, other: str = "") -> ModelError:
    return DamagedWeights(
        f"{files.folder}: config.json and the weights do not fit each other ({name}): the config says {said}, the "
        f"weights have {found}; use files of the same model{other}"
    )


def loading_error(folder: Path, what: str, error: BaseException) -> str:
    """A one-line message on why transformers could not load a folder.

    Args:
        folder: of the model.
        what: the kind of model to load, such as `a masked-language model`.
        error: raised by transformers.
    """
    return f"{folder} cannot be loaded as {what}: {_reason(error)}"


def _reason(error: BaseException) -> str:
    """The reason for an error, on one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{' '.join(lines[:2])[:300]}" if lines else type(error).__name__


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
