"""Symbolic links in a folder of inputs that lead out of it, which are read only if the user asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

LINK_OUT = "link out of the folder"
"""The reason for rejecting a file behind such a link."""


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a path is a symbolic link to something outside a folder; False for a broken link.

    Args:
        path: inside the folder; none of its parents is itself a link that leads out.
        folder: may itself be reached through a link.
    """
    return path.is_symlink() and path.exists() and not Path(os.path.realpath(path)).is_relative_to(folder.resolve())


def links_out(folder: Path) -> Iterator[Path]:
    """The symbolic links at any depth of a folder that lead out of it, to files and to folders, sorted by path.

    Args:
        folder: searched at any depth; links to folders are not followed.
    """
    found = (Path(parent, name) for parent, folders, files in os.walk(folder) for name in [*folders, *files])
    yield from sorted(path for path in found if leads_out(path, folder))
