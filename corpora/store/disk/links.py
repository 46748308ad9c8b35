"""Symbolic links inside the store: never followed, because they can lead out of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from corpora.errors import StorageError


def first_link(root: Path, path: Path) -> Path | None:
    """The first part of a path below a folder that is a symbolic link, or None.

    Args:
        root: a folder, which may itself be a link.
        path: inside the folder; it does not have to exist.
    """
    way = root
    for part in path.relative_to(root).parts:
        way = way / part
        if way.is_symlink():
            return way
    return None


def without_links(root: Path, path: Path) -> Path:
    """The path, after a check that no part of it below `root` is a symbolic link.

    Args:
        root: trusted; links above it are allowed.
        path: at or below `root`; it need not exist.

    Raises:
        StorageError: a part is one.
    """
    link = first_link(root, path)
    if link is not None:
        raise StorageError(
            f"{link} is a symbolic link, and the store does not follow links; "
            f"put a folder in its place, or set CORPORA_HOME to another folder"
        )
    return path


def remove_links(folder: Path) -> None:
    """Remove every symbolic link in a folder and its subfolders; their targets are not touched.

    Args:
        folder: searched at any depth, without following links.
    """
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(parent, name)
            if path.is_symlink():
                path.unlink()


def delete(path: Path) -> None:
    """Delete a file, a folder with its content, or a symbolic link (but not its target).

    Args:
        path: must exist; a link is deleted itself.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def size_of(path: Path) -> int:
    """The number of bytes that `delete` would free: of a file, or of all files in a folder; 0 for a link."""
    if path.is_symlink():
        return 0
    if not path.is_dir():
        return path.lstat().st_size
    inside = (Path(parent, name) for parent, _, files in os.walk(path) for name in files)
    return sum(file.lstat().st_size for file in inside)
