"""Inspect the weights of a model: on disk before anything loads them, and their values in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open

from corpora.errors import first_line
from trainer.errors import DamagedWeights, PickledWeights

if TYPE_CHECKING:
    from torch.nn import Module

INDEX = "model.safetensors.index.json"
"""Which file each tensor of a model in several files is in."""
LFS = b"version https://git-lfs.github.com/"
FLOATS = ("F64", "F32", "F16", "BF16")
"""The allowed types of weights."""


def weight_shapes(folder: Path, *, teacher: bool = False) -> dict[str, list[int]]:
    """The name and shape of every tensor in a model folder, from the files' headers.

    Args:
        folder: of the model.
        teacher: whether it is to be read as a masked-language model; error messages then say so.

    Raises:
        PickledWeights: the folder has a pickle and no safetensors.
        DamagedWeights: a weights file is cut short, missing, or does not contain floating-point numbers.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files and (pickles := sorted(folder.glob("*.bin"))):
        raise PickledWeights(
            f"the weights of {folder} are a pickle ({pickles[0].name}), which can run code when it is read; "
            f"if you trust it, {_conversion_of_teacher(folder) if teacher else _conversion(pickles[0])}"
        )
    if not files:
        raise DamagedWeights(f"{folder} has no weights (model.safetensors)")
    _check_shards(folder)
    shapes: dict[str, list[int]] = {}
    for file in files:
        shapes.update(_header(file))
    return shapes


def check_finite(model: Module, folder: Path) -> None:
    """Check that all weights of a loaded model are finite numbers.

    Args:
        model: on any device.
        folder: where it was loaded from, for the error message.

    Raises:
        DamagedWeights: a weight is infinite or not a number.
    """
    for name, weight in model.named_parameters():
        if not bool(weight.isfinite().all()):
            raise DamagedWeights(
                f"{folder}: {name} contains NaN or infinity, so the model cannot compute anything; use a copy from "
                "before its training diverged"
            )


def _check_shards(folder: Path) -> None:
    """Check that every file named in the index of a model in several files is there.

    Raises:
        DamagedWeights: a file or the index is missing, or the index cannot be read.
    """
    index = folder / INDEX
    if (folder / "model.safetensors").is_file():
        return
    if not index.is_file():
        found = ", ".join(path.name for path in sorted(folder.glob("*.safetensors"))[:3])
        raise DamagedWeights(
            f"{folder} has neither model.safetensors nor {INDEX}, only {found}; copy the model again, or rename a "
            "single file to model.safetensors"
        )
    try:
        files = sorted(set(json.loads(index.read_bytes())["weight_map"].values()))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise DamagedWeights(f"{index} is damaged ({first_line(error)}); copy it again") from error
    if missing := [str(file) for file in files if not (folder / str(file)).is_file()]:
        raise DamagedWeights(
            f"{folder} has {len(files) - len(missing)} of {len(files)} weight files; {INDEX} also names "
            f"{', '.join(missing[:3])}; copy the model again"
        )


def _header(file: Path) -> dict[str, list[int]]:
    """The name and shape of every tensor in one file.

    Raises:
        DamagedWeights: see `weight_shapes`.
    """
    shapes = {}
    try:
        with safe_open(file, framework="np") as tensors:
            for name in tensors.keys():  # noqa: SIM118
                tensor = tensors.get_slice(name)
                shapes[name] = list(tensor.get_shape())
                if name.endswith((".weight", ".bias")) and tensor.get_dtype() not in FLOATS:
                    raise DamagedWeights(
                        f"{file}: {name} is stored as {tensor.get_dtype()}, but weights must be floating-point "
                        f"({', '.join(FLOATS)}); use a copy of the model that is not quantised"
                    )
    except (SafetensorError, OSError, ValueError) as error:
        if _is_pointer(file):
            raise DamagedWeights(
                f"{file} is a pointer of Git LFS, without the weights; run git lfs pull in its repository"
            ) from error
        raise DamagedWeights(f"{file} is cut short or damaged ({first_line(error)}); copy it again") from error
    return shapes


def _is_pointer(file: Path) -> bool:
    """Whether a file is what `git clone` without Git LFS leaves in place of a large one."""
    if not file.is_file():
        return False
    with file.open("rb") as content:
        return content.read(len(LFS)) == LFS


def _conversion_of_teacher(folder: Path) -> str:
    return (
        "convert it once (or trainer distill … --allow-pickle): "
        'python -c "from transformers import AutoModelForMaskedLM as M; '
        f"M.from_pretrained('{folder}', use_safetensors=False).save_pretrained('{folder}')\""
    )


def _conversion(pickle: Path) -> str:
    """A command that keeps a classifier's head, and copies each tensor, since tied ones cannot be written."""
    return (
        'convert it once: python -c "import torch; from safetensors.torch import save_file; '
        f"old = torch.load('{pickle}', 'cpu', weights_only=True); "
        "new = {name: tensor.contiguous().clone() for name, tensor in old.items()}; "
        f"save_file(new, '{pickle.with_name('model.safetensors')}', {{'format': 'pt'}})\""
    )
