"""The files of an address as a local folder; each is downloaded once, and interrupted downloads are resumed."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TypedDict

from corpora import DownloadError, InputError, OptionError, StorageError, sha256_of
from corpora.builtin.sources.addresses.listing import Origin, RemoteFile, concerns_one_file
from corpora.builtin.sources.addresses.soundness import is_sound
from corpora.builtin.sources.addresses.storage import Storage
from corpora.builtin.sources.addresses.web import SCHEMES, Web
from corpora.builtin.sources.packed import Suffixes
from corpora.builtin.sources.unreadable import Unreadable

LISTING = ".listing.json"
ARCHIVES = ("zip", "tar")
LOCAL = ("file", "local")


class Listing(TypedDict):
    """What is not in a folder of downloads: files that could not be read, and files with other suffixes."""

    rejects: dict[str, list[str]]
    unread: dict[str, int]


def download_tree(url: str, downloads: Path, reads: Suffixes | None, *, owner: str, whole: bool = False) -> Path:
    """Download the files of an address, and return the local folder.

    A file that its server does not give is listed in the folder; if that holds for all of them, it is an error.

    Args:
        url: the address.
        downloads: a folder for downloads, kept between builds.
        reads: only files with these suffixes are downloaded; None means all.
        owner: the name of the component, for messages.
        whole: whether each file is needed, so that a missing one is an error.

    Raises:
        OptionError, InputError, StorageError: see `fetched_folder`.
    """
    try:
        folder = _brought(url, downloads / "addresses", reads, owner)
    except StorageError:
        raise
    except OSError as error:
        place = error.filename or downloads
        raise StorageError(f"{place}: {error.strerror or error}; run the same command again to continue") from error
    if whole and (lost := listing_in(folder)["rejects"]):
        key, (reason, detail) = next(iter(lost.items()))
        raise InputError(f"{owner}: {url}: {key} cannot be read: {reason} ({detail})")
    return folder


def _brought(url: str, store: Path, reads: Suffixes | None, owner: str) -> Path:
    origin = _origin(url, store, owner)
    there = sorted((each for each in origin.files() if not each.hidden()), key=lambda each: each.key)
    files = [each for each in there if reads is None or reads.match(each.key) or each.leads_out or each.is_lost_folder]
    if not files:
        raise InputError(f"{owner}: no file{f' in {reads}' if reads else ''} at {url}; check the address")
    taken = {each.key for each in files}
    others = (PurePosixPath(each.key) for each in there if each.key not in taken)
    unread = Counter(path.suffix.lower() or "no suffix" for path in others)
    facts = [[each.key, each.size_bytes, each.version] for each in files]
    folder = store / "trees" / sha256_of([url, facts, dict(unread)])[:24]
    folder.mkdir(parents=True, exist_ok=True)
    (store / "files").mkdir(exist_ok=True)
    with _locked(store / "trees" / sha256_of(url)[:24]):  # its folders share the pool of files
        _check_space(folder, files)
        rejects = dict(_rejected(origin, files, url, folder, store / "files"))
        listing: Listing = {"rejects": rejects, "unread": dict(unread)}
        (folder / LISTING).write_text(json.dumps(listing), encoding="utf-8")
    return folder


def _origin(url: str, store: Path, owner: str) -> Origin:
    """The origin of an address's files; a remote archive is downloaded first, as a whole."""
    scheme, _, rest = url.partition("://")
    if scheme in ARCHIVES and "::" not in url:
        url = f"{scheme}://::{rest}"
    head, chained, archive = url.rpartition("::")
    if not chained:
        return Web(url) if scheme in SCHEMES else Storage(url)
    if "://" in archive and archive.partition("://")[0] not in LOCAL:
        held = _brought(archive, store, None, owner)
        found = [path for path in held.rglob("*") if path.is_file() and path.name != LISTING]
        if len(found) != 1:
            raise OptionError(f"{owner}: {archive} must be one archive; it has {len(found)} files")
        url = f"{head}::file://{found[0].absolute()}"
    return Storage(url)


def _rejected(
    origin: Origin, files: Sequence[RemoteFile], url: str, folder: Path, pool: Path
) -> Iterator[tuple[str, list[str]]]:
    """Download every file into the folder; yields the key, the reason and a detail of each that cannot be read.

    Raises:
        DownloadError: the network fails, or the server gives none of the files.
    """
    refused: list[DownloadError] = []
    for each in files:
        try:
            if problem := each.problem():
                raise Unreadable(problem, each.key[:200])
            held = _held(origin, each, url, pool)
            target = folder / each.key
            target.parent.mkdir(parents=True, exist_ok=True)
            if not (target.exists() and target.samefile(held)):
                target.unlink(missing_ok=True)
                os.link(held, target)
        except Unreadable as error:
            yield each.key, [error.reason, error.detail]
        except (NotADirectoryError, IsADirectoryError, FileExistsError):
            yield each.key, ["name clash", "a file and a folder have this name"]
        except DownloadError as error:
            if not concerns_one_file(error):
                raise
            refused.append(error)
            yield each.key, [error.reason, ": ".join(filter(None, (each.place, error.detail)))]
    if refused and len(refused) == len(files):
        raise refused[0]


def _held(origin: Origin, remote: RemoteFile, url: str, pool: Path) -> Path:
    """A file in the pool of all downloads, where it is named by its origin and version.

    Before it is used a second time, its format is checked; if it is damaged, it is downloaded once again.
    """
    if remote.refusal is not None:
        raise remote.refusal
    name = sha256_of([url, remote.key, remote.size_bytes, remote.version])[:32]
    held, part, checked = (pool / f"{name}{suffix}" for suffix in ("", ".part", ".checked"))
    if remote.version and held.exists():
        if checked.exists() or is_sound(held, remote.key, remote.size_bytes):
            checked.touch()
            return held
        part.unlink(missing_ok=True)
    if not remote.version:
        part.unlink(missing_ok=True)
    again = held.exists()
    origin.copy(remote, part)
    part.replace(held)
    if again:
        checked.touch()
    return held


def _check_space(folder: Path, files: Sequence[RemoteFile]) -> None:
    missing = sum(each.size_bytes or 0 for each in files if not (folder / each.key).exists())
    free = shutil.disk_usage(folder).free
    if missing > free:
        raise StorageError(f"{folder}: the download needs {missing / 1e9:,.1f} GB, but only {free / 1e9:,.1f} are free")


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """Let only one process at a time download an address; another one waits, and then finds the files."""
    with place.with_name(f"{place.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def listing_in(folder: Path) -> Listing:
    """The listing in a folder of downloads; an empty one for any other folder."""
    path = folder / LISTING
    return _listing(path, path.stat().st_mtime_ns) if path.exists() else {"rejects": {}, "unread": {}}


@lru_cache(maxsize=16)
def _listing(path: Path, changed: int) -> Listing:
    read: Mapping[str, object] = json.loads(path.read_text(encoding="utf-8"))
    rejects, unread = read["rejects"], read["unread"]
    assert isinstance(rejects, dict) and isinstance(unread, dict)
    return {"rejects": rejects, "unread": unread}
