"""Symbolic links inside the store: never followed, because they can lead out of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from corpora.errors import StorageError


def first_link(root: Path, path: Path) -> Path | None:
    """The first symbolic link on the way from a folder down to a path; the folder itself may be one.

    Args:
        root: a folder.
        path: inside it; it need not exist.
    """
    way = root
    for part in path.relative_to(root).parts:
        way = way / part
        if way.is_symlink():
            return way
    return None


def without_links(root: Path, path: Path) -> Path:
    """The path, once no part of it below `root` is a symbolic link.

    Raises:
        StorageError: one is.
    """
    link = first_link(root, path)
    if link is not None:
        raise StorageError(
            f"{link} is a symbolic link, and the store does not follow links; "
            f"put a folder in its place, or set CORPORA_HOME to another folder"
        )
    return path


def remove_links(folder: Path) -> None:
    """Remove every symbolic link in a folder and its subfolders; what the links point to stays."""
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(parent, name)
            if path.is_symlink():
                path.unlink()


def delete(path: Path) -> None:
    """Delete a file, a folder with its content, or a symbolic link; what a link points to stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def size_of(path: Path) -> int:
    """The bytes that `delete` frees: of a file, or of all files in a folder. A link has none."""
    if path.is_symlink():
        return 0
    if not path.is_dir():
        return path.lstat().st_size
    inside = (Path(parent, name) for parent, _, files in os.walk(path) for name in files)
    return sum(file.lstat().st_size for file in inside)
