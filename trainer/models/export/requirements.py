"""Check the packages that ONNX needs before any work."""

from __future__ import annotations

from importlib.util import find_spec

from trainer.errors import ModelError

INSTALL = "pip install 'transferset[onnx]'"


def check_packages(*names: str) -> None:
    """Check that packages of the extra `onnx` are installed.

    Args:
        names: of the modules to import.

    Raises:
        ModelError: one is missing.
    """
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise ModelError(f"ONNX needs {', '.join(missing)}, not installed here; install the extra with {INSTALL}")
