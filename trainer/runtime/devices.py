"""The device that a command computes on, and torch's settings for it."""

from __future__ import annotations

from corpora import OptionError


def chosen(device: str) -> str:
    """The device itself: `auto` is a GPU if there is one.

    Raises:
        OptionError: no such device, here or anywhere.
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
        raise OptionError(f"device is {device}, and torch sees no GPU here; take cpu or auto")
    if named.type == "cuda" and (named.index or 0) >= there:
        raise OptionError(f"device is {device}, and torch sees {there} here; the last is cuda:{there - 1}")
    return device


def without_cudnn_attention() -> None:
    """Turn cuDNN attention off: it plans anew for every shape, and here most shapes are new."""
    import torch

    torch.backends.cuda.enable_cudnn_sdp(False)
