"""Packages that only some components need: extras, looked for before any work."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from corpora.errors import PluginError


def check_extra(package: str, needed_by: str) -> None:
    """Check that the package of an extra of the same name is installed, without importing it.

    Args:
        needed_by: the component that needs it, for the message.

    Raises:
        PluginError: it is not.
    """
    try:
        version(package)
    except PackageNotFoundError:
        raise PluginError(
            f"{needed_by} needs {package}, not installed here; install the extra with pip install "
            f"'transferset[{package}]'"
        ) from None
