"""Inputs at addresses (`s3://`, `https://`, `zip://`, …), which are downloaded before they are read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from corpora import Address, InputError
from corpora.builtin.sources.addresses.tree import download_tree
from corpora.builtin.sources.packed import Suffixes

Place = Path | Address


def fetched_folder(place: Place, downloads: Path, reads: Suffixes, *, owner: str, whole: bool = False) -> Place:
    """Download the files of an address, and return it with the local folder; a path is returned unchanged.

    Files that were downloaded before and have not changed at their origin are not downloaded again, unless their
    format shows that they are damaged.

    Args:
        place: a path or an address.
        downloads: a folder for downloads, kept between builds.
        reads: only files with these suffixes are downloaded.
        owner: the name of the component, for messages.
        whole: whether each file is needed; otherwise one that cannot be had is listed in the folder.

    Raises:
        OptionError: the address has an unknown scheme, or needs a package that is not installed.
        InputError: there is nothing to read at the address, it cannot be reached, or a file that is needed is missing.
        StorageError: the disk is full or read-only.
    """
    if not isinstance(place, Address) or place.local is not None:
        return place
    return replace(place, local=download_tree(place.url, downloads, reads, owner=owner, whole=whole))


def fetched_file(place: Place, downloads: Path, *, owner: str) -> Place:
    """Download the only file of an address, and return it with the local file; a path is returned unchanged.

    Args:
        place: a path or an address.
        downloads: a folder for downloads, kept between builds.
        owner: the name of the component, for messages.

    Raises:
        OptionError, InputError, StorageError: as in `fetched_folder`, or the address does not have exactly one file.
    """
    if not isinstance(place, Address) or place.local is not None:
        return place
    folder = download_tree(place.url, downloads, None, owner=owner, whole=True)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if len(files) != 1:
        raise InputError(f"{owner}: {place} has {len(files)} files that can be read; give the address of one file")
    return replace(place, local=files[0])


def local(place: Place) -> Path:
    """The local path of a place.

    Raises:
        InputError: it is an address that has not been downloaded yet.
    """
    if isinstance(place, Path):
        return place
    if place.local is None:
        raise InputError(f"{place} has not been downloaded yet; freeze the source first, as corpora.build does")
    return place.local


def is_elsewhere(place: Place | None) -> bool:
    """Whether a place is an address that has to be downloaded first.

    Args:
        place: a path, or an `Address`, downloaded or not; None counts as here.
    """
    return isinstance(place, Address) and place.local is None
