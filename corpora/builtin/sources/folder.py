"""The files of a folder, in an order that depends only on their names."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from corpora import LINK_OUT, InputError, OptionError, Shard, leads_out
from corpora.builtin.sources.addresses import Place, local
from corpora.builtin.sources.addresses.tree import listing_in
from corpora.builtin.sources.archives import is_archive, member_shards, members
from corpora.builtin.sources.packed import Suffixes
from corpora.builtin.sources.unreadable import Unreadable


def shards_of(place: Place | None, suffixes: Suffixes, *, owner: str, follow_links: bool) -> list[Shard]:
    """One shard per file with one of the suffixes, or per such member of an archive, sorted by path in the folder.

    A file of an address that could not be downloaded is a shard without a path, and so is a symbolic link that leads
    out of the folder. Other links are followed, and each directory is entered only once, so cyclic links are harmless.
    Hidden files and directories are left out.

    Args:
        place: the folder, which is read at any depth.
        suffixes: those that the source reads.
        owner: the name of the source, for messages.
        follow_links: follow links that lead out of the folder.

    Raises:
        OptionError: no folder is given.
        InputError: the folder does not exist, is not readable, or contains no such file.
    """
    if place is None:
        raise OptionError(f"{owner}: no folder given; use --folder DIR")
    folder = local(place)
    if not folder.is_dir():
        raise InputError(f"{owner}: {folder} is not a folder; use --folder with one that contains files in {suffixes}")
    found = _Folder(folder, owner, follow_links)
    files = [path for path in found.files() if suffixes.match(path.name)]
    lost = listing_in(folder)["rejects"]
    if not files and not lost and not found.refused:
        others = _counts(place, suffixes, follow_links=follow_links)
        raise InputError(
            f"{owner}: no file in {suffixes} under {folder}; it has {others or 'no files'}; check the folder"
        )
    shards = [shard for path in files for shard in _shards(path, folder, suffixes)]
    return sorted([*shards, *map(Shard, [*lost, *found.refused])], key=lambda shard: shard.key)


def unreadable(place: Place | None, shard: Shard) -> Unreadable:
    """Why a shard has no path.

    Args:
        place: the folder.
        shard: one that `shards_of` returned without a path.
    """
    if place is None:
        return Unreadable("unreadable file")
    folder = local(place)
    path = folder / shard.key
    if leads_out(path, folder):
        return Unreadable(LINK_OUT, f"to {os.path.realpath(path)}; --follow-links reads it")
    if path.exists() and not path.is_file():
        return Unreadable("unreadable file", "not a regular file")
    found = listing_in(folder)["rejects"].get(shard.key)
    reason, detail = found or ("unreadable file", "a broken link, or no permission")
    return Unreadable(reason, detail)


def other_files(folder: Path, suffixes: Suffixes, *, follow_links: bool) -> list[Path]:
    """The files in a folder that have none of the suffixes and are not hidden.

    Args:
        folder: is read at any depth.
        suffixes: those that the source reads.
        follow_links: follow links that lead out of the folder.

    Raises:
        InputError: the folder is not readable.
    """
    return [path for path in _Folder(folder, "folder", follow_links).files() if not suffixes.match(path.name)]


def unread_note(place: Place | None, suffixes: Suffixes, *, owner: str, follow_links: bool) -> list[str]:
    """A note with the number of files that have other suffixes; empty if all files are read.

    Args:
        place: the folder, if there is one.
        suffixes: those that the source reads.
        owner: the name of the source.
        follow_links: follow links that lead out of the folder.
    """
    counts = "" if place is None else _counts(place, suffixes, follow_links=follow_links)
    return [f"Files not read, by suffix: {counts}; {owner} reads {suffixes}."] if counts else []


def _counts(place: Place, suffixes: Suffixes, *, follow_links: bool) -> str:
    """The numbers of files with other suffixes, the most common ones first."""
    folder = local(place)
    others = Counter(
        path.suffix.lower() or "no suffix" for path in other_files(folder, suffixes, follow_links=follow_links)
    )
    others.update(listing_in(folder)["unread"])
    if suffixes.in_archives:
        others.update(_members_unread(folder, suffixes, follow_links=follow_links))
    ordered = sorted(others.items(), key=lambda other: (-other[1], other[0]))
    return ", ".join(f"{count:,} {suffix}" for suffix, count in ordered)


def _shards(path: Path, folder: Path, suffixes: Suffixes) -> Iterator[Shard]:
    """A file's shard, or one per member of an archive."""
    shard = _shard(path, folder)
    if shard.path is None or not is_archive(path):
        yield shard
    else:
        yield from member_shards(shard, suffixes.match_member)


def _shard(path: Path, folder: Path) -> Shard:
    """A file's shard; without a path if the file cannot be read, so that it becomes a reject."""
    if not os.access(path, os.R_OK) or not path.is_file():
        return Shard(key_of(path, folder))
    return Shard(key_of(path, folder), path, size_bytes=path.stat().st_size)


def _members_unread(folder: Path, suffixes: Suffixes, *, follow_links: bool) -> Iterator[str]:
    """The suffixes of the members of archives that are not read."""
    for path in _Folder(folder, "folder", follow_links).files():
        try:
            found = members(path) if is_archive(path) and path.is_file() else ()
        except (Unreadable, OSError):
            continue
        yield from (
            PurePosixPath(member.name).suffix.lower() or "no suffix"
            for member in found
            if not suffixes.match_member(member.name)
        )


def key_of(path: Path, folder: Path) -> str:
    """A file's path relative to the folder, with slashes, as valid UTF-8."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "backslashreplace")


LONGEST_SHOWN = 300


class _Folder:
    """A walk through a folder that skips links out of it and remembers their keys."""

    def __init__(self, folder: Path, owner: str, follow_links: bool) -> None:
        self._folder, self._owner, self._follow_links = folder, owner, follow_links
        self.refused: list[str] = []
        """The keys of links to files and folders that were not followed; complete after `files`."""

    def files(self) -> Iterator[Path]:
        """All files, including those that links within the folder lead to."""
        waiting, entered = [self._folder], set[tuple[int, int]]()
        while waiting:
            directory = waiting.pop()
            try:
                stat = directory.stat()
                place = (stat.st_dev, stat.st_ino)
                paths = [] if place in entered else sorted(directory.iterdir(), key=lambda path: path.name)
                paths = [path for path in paths if not path.name.startswith(".") and self._may_follow(path)]
                files, folders = list(filter(_is_file, paths)), [path for path in paths if path.is_dir()]
            except OSError as error:
                raise InputError(f"{self._owner}: {_short(directory)} cannot be listed: {error.strerror}") from error
            entered.add(place)
            yield from files
            waiting.extend(reversed(folders))

    def _may_follow(self, path: Path) -> bool:
        if self._follow_links or not leads_out(path, self._folder):
            return True
        self.refused.append(key_of(path, self._folder))
        return False


def _short(path: Path) -> str:
    """A path shortened for a message; a malicious one could have thousands of characters."""
    text = str(path)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _is_file(path: Path) -> bool:
    """Whether a path is a file, or a pipe, a device or a broken link, which are reported when they are read."""
    return not path.is_dir() and (path.exists() or path.is_symlink())
