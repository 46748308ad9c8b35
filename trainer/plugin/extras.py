"""Check for optional packages (extras) before any work."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from corpora.errors import PluginError


def check_extra(package: str, needed_by: str) -> None:
    """Check that an optional package is installed, without importing it.

    Args:
        package: its name, which is also that of the extra.
        needed_by: the component that needs it, for the message.

    Raises:
        PluginError: it is not installed.
    """
    try:
        version(package)
    except PackageNotFoundError:
        raise PluginError(
            f"{needed_by} needs {package}, not installed here; install the extra with pip install "
            f"'transferset[{package}]'"
        ) from None
