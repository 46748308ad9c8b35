"""Inputs that lie elsewhere (`s3://`, `https://`, `zip://`, …), brought to this machine before they are read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from corpora import Address, InputError
from corpora.builtin.sources.addresses.tree import bring
from corpora.builtin.sources.packed import Suffixes

Place = Path | Address


def fetched_folder(place: Place, downloads: Path, reads: Suffixes, *, owner: str) -> Place:
    """An address with the folder that now holds its files; a path unchanged.

    Files that were downloaded before and did not change at their origin are not downloaded again.

    Args:
        reads: only these files are downloaded.
        owner: the component, for messages.

    Raises:
        OptionError: the address has an unknown scheme, or needs a package that is not installed.
        InputError: nothing to read is there, or it cannot be reached.
        StorageError: the disk is full or refuses.
    """
    if not isinstance(place, Address) or place.local is not None:
        return place
    return replace(place, local=bring(place.url, downloads, reads, owner=owner))


def fetched_file(place: Place, downloads: Path, *, owner: str) -> Place:
    """An address with the file that now holds its content; a path unchanged.

    Raises:
        OptionError, InputError, StorageError: as in `fetched_folder`; or the address has several files.
    """
    if not isinstance(place, Address) or place.local is not None:
        return place
    folder = bring(place.url, downloads, None, owner=owner)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if len(files) != 1:
        raise InputError(f"{owner}: {place} has {len(files)} files that can be read; give the address of one file")
    return replace(place, local=files[0])


def local(place: Place) -> Path:
    """The path of a place on this machine.

    Raises:
        InputError: it is an address that nothing was downloaded from yet.
    """
    if isinstance(place, Path):
        return place
    if place.local is None:
        raise InputError(f"{place} is not downloaded yet; freeze the source first, as corpora.build does")
    return place.local


def is_elsewhere(place: Place | None) -> bool:
    """Whether a place is an address that has to be downloaded first."""
    return isinstance(place, Address) and place.local is None
