"""Choose the device of a command, and configure torch for it."""

from __future__ import annotations

from corpora import OptionError


def chosen(device: str) -> str:
    """The device to use.

    Args:
        device: `auto` (a GPU if there is one), `cpu`, `cuda` or `cuda:N`.

    Raises:
        OptionError: the device does not exist, or is not a device.
    """
    import torch

    without_cudnn_attention()
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device == "auto":
        return "cuda" if there else "cpu"
    try:
        named = torch.device(device)
    except RuntimeError:
        named = None
    if named is None or named.type not in ("cpu", "cuda") or (named.type == "cpu" and device != "cpu"):
        raise OptionError(f"device is {device}; it must be auto, cpu, cuda, or cuda:N")
    if named.type == "cuda" and not there:
        raise OptionError(f"device is {device}, but torch sees no GPU here; use cpu or auto")
    if named.type == "cuda" and (named.index or 0) >= there:
        raise OptionError(f"device is {device}, but torch sees only {there} here; the last is cuda:{there - 1}")
    return device


def without_cudnn_attention() -> None:
    """Turn off cuDNN attention, which plans again for every new shape, and here most shapes are new."""
    import torch

    torch.backends.cuda.enable_cudnn_sdp(False)
