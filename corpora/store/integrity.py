"""Whether a version's files are still what its manifest records, hashed once and remembered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from corpora.plugin import sha256_file
from corpora.store.disk.atomic import write_text
from corpora.store.disk.links import first_link
from corpora.store.manifest import FileEntry

CHECKED = ".checked.json"
"""The file in a version's folder that remembers which files were hashed; not part of the version."""

Seen = dict[str, tuple[int, int, int, str]]
"""By file name: size in bytes, time of the last change in ns, inode, and the sha256 that was found."""


def problem_of(folder: Path, files: Mapping[str, FileEntry], *, names: Iterable[str], again: bool) -> str | None:
    """What is wrong with the first damaged file of a version; None if all are as the manifest records.

    Args:
        folder: of the version.
        files: the manifest's entries.
        names: the files to check.
        again: hash files that were hashed before and have not been touched since, too.
    """
    seen = _seen(folder)
    before = dict(seen)
    try:
        for name in names:
            problem = _problem(folder, name, files[name], seen, again=again)
            if problem is not None:
                return problem
        return None
    finally:
        if seen != before:
            _remember(folder, seen)


def remember_all(folder: Path, files: Mapping[str, FileEntry]) -> None:
    """Record that files have just been hashed, when the manifest was written."""
    _remember(folder, {name: (*_stamp(folder / name), entry["sha256"]) for name, entry in files.items()})


def _problem(folder: Path, name: str, entry: FileEntry, seen: Seen, *, again: bool) -> str | None:
    path = folder / name
    if first_link(folder, path) is not None:
        seen.pop(name, None)
        return f"{name} is a symbolic link"
    if not path.is_file():
        seen.pop(name, None)
        return f"{name} is missing"
    found = (*_stamp(path), entry["sha256"])
    if not again and seen.get(name) == found:
        return None
    seen.pop(name, None)
    if sha256_file(path) != entry["sha256"]:
        return f"the content of {name} changed"
    seen[name] = found
    return None


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino


def _seen(folder: Path) -> Seen:
    try:
        path = folder / CHECKED
        return {} if path.is_symlink() else msgspec.json.decode(path.read_bytes(), type=Seen)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _remember(folder: Path, seen: Seen) -> None:
    """Write the sidecar; a store that cannot be written is hashed again next time."""
    try:
        write_text(folder / CHECKED, json.dumps(seen, indent=1) + "\n")
    except OSError:
        return
