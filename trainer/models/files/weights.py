"""The weights of a model folder, looked at before anything loads them."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError, safe_open

from corpora.errors import first_line
from trainer.errors import DamagedWeights, PickledWeights

FLOATS = ("F64", "F32", "F16", "BF16")
"""What weights may be stored as."""


def weight_shapes(folder: Path, *, teacher: bool = False) -> dict[str, list[int]]:
    """The name and shape of every tensor in a model folder, from the files' headers.

    Args:
        teacher: whether it is read as a masked-language model; an error then says so.

    Raises:
        PickledWeights: no safetensors, but a pickle.
        DamagedWeights: a weights file that is cut short, missing, or does not hold floating-point numbers.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files and (pickles := sorted(folder.glob("*.bin"))):
        raise PickledWeights(
            f"{folder} holds its weights as a pickle ({pickles[0].name}), which may run code when it is read; "
            f"if you trust it, {_conversion_of_teacher(folder) if teacher else _conversion(pickles[0])}"
        )
    if not files:
        raise DamagedWeights(f"{folder} holds no weights (model.safetensors)")
    shapes: dict[str, list[int]] = {}
    for file in files:
        shapes.update(_header(file))
    return shapes


def _header(file: Path) -> dict[str, list[int]]:
    """The name and shape of every tensor of one file.

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
                        f"{file}: {name} is stored as {tensor.get_dtype()}, and weights must be floating-point "
                        f"({', '.join(FLOATS)}); take a copy of the model that is not quantised"
                    )
    except (SafetensorError, OSError, ValueError) as error:
        raise DamagedWeights(f"{file} is cut short or damaged ({first_line(error)}); copy it again") from error
    return shapes


def _conversion_of_teacher(folder: Path) -> str:
    return (
        "convert it once (or trainer distill … --allow-pickle): "
        'python -c "from transformers import AutoModelForMaskedLM as M; '
        f"M.from_pretrained('{folder}', use_safetensors=False).save_pretrained('{folder}')\""
    )


def _conversion(pickle: Path) -> str:
    """Tensor by tensor, so that a classifier's head stays; each a copy, since tied ones cannot be written."""
    return (
        'convert it once: python -c "import torch; from safetensors.torch import save_file; '
        f"old = torch.load('{pickle}', 'cpu', weights_only=True); "
        "new = {name: tensor.contiguous().clone() for name, tensor in old.items()}; "
        f"save_file(new, '{pickle.with_name('model.safetensors')}', {{'format': 'pt'}})\""
    )
