"""Find versions, names and tags in the folders of a store, without following symbolic links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpora.errors import DatasetDamaged, DatasetNotFound, OptionError, UnknownName, unknown_name
from corpora.store.dataset import Dataset
from corpora.store.disk.links import without_links
from corpora.store.manifest import MANIFEST, NAME, read_manifest

FOLDER_DIGITS = 12
FOLDER = re.compile(f"[0-9a-f]{{{FOLDER_DIGITS}}}")
"""The name of a version's folder: the first hex digits of its fingerprint."""
CURRENT = "current"


@dataclass(frozen=True)
class DamagedVersion:
    """A version whose manifest cannot be read."""

    path: Path
    problem: str

    @property
    def reference(self) -> str:
        """NAME@FINGERPRINT, from the names of its folders."""
        return f"{self.path.parent.name}@{self.path.name}"


def read_version(folder: Path) -> Dataset:
    """The version in a folder; its data files are not checked.

    Args:
        folder: HOME/NAME/DIGITS.

    Raises:
        DatasetDamaged: its manifest cannot be read.
    """
    return Dataset(folder, read_manifest(folder / MANIFEST))


def intact(folder: Path) -> Dataset | None:
    """The version in a folder; None if the folder is missing or its manifest is damaged.

    Args:
        folder: HOME/NAME/DIGITS; it need not exist.
    """
    try:
        return read_version(folder) if folder.is_dir() else None
    except DatasetDamaged:
        return None


def survey(home: Path) -> tuple[list[Dataset], list[DamagedVersion]]:
    """All versions in a store, by name and then oldest first, and those whose manifest cannot be read."""
    versions: list[Dataset] = []
    damaged: list[DamagedVersion] = []
    for path in (path for name in names(home) for path in version_folders(home, name)):
        try:
            versions.append(read_version(path))
        except DatasetDamaged as error:
            damaged.append(DamagedVersion(path, str(error)))
    return sorted(versions, key=lambda d: (d.name, d.manifest.created, d.fingerprint)), damaged


def names(home: Path) -> list[str]:
    """The names of all datasets that have versions, sorted."""
    if not home.is_dir():
        return []
    return sorted(p.name for p in home.iterdir() if NAME.fullmatch(p.name) and any(version_folders(home, p.name)))


def version_folders(home: Path, name: str) -> Iterator[Path]:
    """The folders of a dataset's versions, sorted, including those with a damaged manifest.

    Args:
        home: of the store.
        name: of the dataset; an unknown one has no versions.
    """
    folder = home / name
    if folder.is_symlink() or not folder.is_dir():
        return iter(())
    inside = (path for path in sorted(folder.iterdir()) if FOLDER.fullmatch(path.name))
    return (path for path in inside if path.is_dir() and not path.is_symlink())


def current(home: Path, name: str) -> str | None:
    """The folder name of the version that NAME alone refers to, or None.

    Args:
        home: of the store.
        name: of the dataset.
    """
    return _pointer(home / name / CURRENT)


def tags(home: Path, name: str) -> dict[str, str]:
    """The tags of a dataset, each with the folder name of its version.

    Args:
        home: of the store.
        name: of the dataset; an unknown one has no tags.
    """
    folder = home / name / "tags"
    if folder.is_symlink() or not folder.is_dir():
        return {}
    pointers = {path.name: _pointer(path) for path in sorted(folder.iterdir())}
    return {tag: version for tag, version in pointers.items() if version is not None and NAME.fullmatch(tag)}


def locate(home: Path, reference: str) -> Path:
    """The folder of the version that a reference refers to; its manifest may be damaged.

    Args:
        home: the store's folder.
        reference: NAME, NAME@TAG or NAME@FINGERPRINT, of which four digits are enough if they are unambiguous.

    Raises:
        DatasetNotFound: no version fits, or more than one does; the message lists close matches.
        StorageError: the dataset's folder is a symbolic link.
    """
    name, _, version = reference.partition("@")
    if not NAME.fullmatch(name):
        raise _not_found("dataset", name, names(home))
    without_links(home, home / name)
    folders = list(version_folders(home, name))
    if not folders:
        raise _not_found("dataset", name, names(home))
    tagged = tags(home, name)
    labels = [*tagged, *(path.name for path in folders)]
    version = version or current(home, name) or ""
    if not version:
        raise DatasetNotFound(f"{name} has no current version; choose one: {', '.join(labels)}")
    digits = tagged.get(version, version)
    matches = [path for path in folders if digits.startswith(path.name)]
    if not matches:
        matches = [path for path in folders if len(digits) >= 4 and path.name.startswith(digits)]
    if len(matches) != 1:
        raise _not_found(f"version of {name}", version, labels)
    return matches[0]


def check_name(name: str, what: str) -> None:
    """Check that a name is valid as a folder name and as a word on the command line.

    Args:
        name: of a dataset or a tag.
        what: `dataset` or `tag`, for the error message.

    Raises:
        OptionError: it is not.
    """
    if not NAME.fullmatch(name):
        raise OptionError(
            f"{name!r} cannot name a {what}; use letters, digits, '.', '_' and '-', a letter or digit first"
        )


def _pointer(path: Path) -> str | None:
    """The folder name stored in a file such as `current`; None if the file is missing or holds none."""
    if path.is_symlink() or not path.is_file():
        return None
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    return text if FOLDER.fullmatch(text) else None


def _not_found(what: str, name: str, known: list[str]) -> DatasetNotFound:
    error: UnknownName = unknown_name(what, name, known)
    hint = "corpora list shows them all" if known else "the store is empty; corpora build toy makes a first dataset"
    return DatasetNotFound(f"{error} ({hint})" if str(error).endswith("?") else f"{error}; {hint}")
