"""The weights of a model folder, looked at before anything reads them."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError, safe_open

from trainer.errors import DamagedWeights, PickledWeights


def weight_shapes(folder: Path) -> dict[str, list[int]]:
    """The name and shape of every tensor in a model folder, from the files' headers.

    Raises:
        PickledWeights: no safetensors, but a pickle.
        DamagedWeights: a weights file that is cut short or missing.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files and (pickles := sorted(folder.glob("*.bin"))):
        raise PickledWeights(
            f"{folder} holds its weights as a pickle ({pickles[0].name}), which may run code when it is read; "
            "if you trust it, convert it once (or trainer distill … --allow-pickle): "
            'python -c "from transformers import AutoModelForMaskedLM as M; '
            f"M.from_pretrained('{folder}', use_safetensors=False).save_pretrained('{folder}')\""
        )
    if not files:
        raise DamagedWeights(f"{folder} holds no weights (model.safetensors)")
    shapes = {}
    for file in files:
        try:
            with safe_open(file, framework="np") as tensors:
                shapes.update({name: tensors.get_slice(name).get_shape() for name in tensors.keys()})  # noqa: SIM118
        except SafetensorError as error:
            raise DamagedWeights(f"{file} is cut short or damaged ({error}); copy it again") from error
    return shapes
