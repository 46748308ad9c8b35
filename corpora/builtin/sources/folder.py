"""The files of a folder, in an order that depends only on their names."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpora import LINK_OUT, InputError, OptionError, Shard, leads_out
from corpora.builtin.sources.addresses import Place, local
from corpora.builtin.sources.addresses.tree import listing_in
from corpora.builtin.sources.packed import Suffixes
from corpora.builtin.sources.unreadable import Unreadable


def shards_of(place: Place | None, suffixes: Suffixes, *, owner: str, follow_links: bool) -> list[Shard]:
    """One shard per file with one of the suffixes, sorted by path relative to the folder.

    A file of an address that cannot be had is a shard without a path, and so is a link that leads out of the folder.

    Other links are followed, and each directory is entered once, so circular links end. Hidden files and directories
    are left out.

    Args:
        place: any depth is read.
        suffixes: those that the source reads.
        owner: the name of the source, for messages.
        follow_links: read what is behind links that lead out of the folder.

    Raises:
        OptionError: no folder is given.
        InputError: the folder is not there, not readable, or holds no such file.
    """
    if place is None:
        raise OptionError(f"{owner}: no folder given; use --folder DIR")
    folder = local(place)
    if not folder.is_dir():
        raise InputError(f"{owner}: {folder} is not a folder; use --folder with one that holds files in {suffixes}")
    found = _Folder(folder, owner, follow_links)
    files = [path for path in found.files() if suffixes.match(path.name)]
    lost = listing_in(folder)["rejects"]
    if not files and not lost and not found.refused:
        raise InputError(f"{owner}: no file in {suffixes} under {folder}; is it the right folder?")
    return sorted(
        [*(_shard(path, folder) for path in files), *map(Shard, [*lost, *found.refused])], key=lambda shard: shard.key
    )


def unreadable(place: Place | None, shard: Shard) -> Unreadable:
    """Why a shard has no path."""
    if place is None:
        return Unreadable("unreadable file")
    folder = local(place)
    if leads_out(folder / shard.key, folder):
        return Unreadable(LINK_OUT, f"to {os.path.realpath(folder / shard.key)}; --follow-links reads it")
    found = listing_in(folder)["rejects"].get(shard.key)
    reason, detail = found or ("unreadable file", "a broken link, or no permission")
    return Unreadable(reason, detail)


def other_files(folder: Path, suffixes: Suffixes, *, follow_links: bool) -> list[Path]:
    """The files of a folder with none of the suffixes, hidden ones aside.

    Args:
        suffixes: those that the source reads.
        follow_links: count what is behind links that lead out of the folder.

    Raises:
        InputError: the folder is not readable.
    """
    return [path for path in _Folder(folder, "folder", follow_links).files() if not suffixes.match(path.name)]


def unread_note(place: Place | None, suffixes: Suffixes, *, owner: str, follow_links: bool) -> list[str]:
    """One line that counts the files of a folder with other suffixes; none if all are read."""
    if place is None:
        return []
    folder = local(place)
    others = Counter(
        path.suffix.lower() or "no suffix" for path in other_files(folder, suffixes, follow_links=follow_links)
    )
    others.update(listing_in(folder)["unread"])
    if not others:
        return []
    ordered = sorted(others.items(), key=lambda other: (-other[1], other[0]))
    counts = ", ".join(f"{count:,} {suffix}" for suffix, count in ordered)
    return [f"Files not read, by suffix: {counts}; {owner} reads {suffixes}."]


def _shard(path: Path, folder: Path) -> Shard:
    """A file's shard; without its path if it cannot be read, so that reading it rejects it."""
    if not os.access(path, os.R_OK):
        return Shard(key_of(path, folder))
    return Shard(key_of(path, folder), path, size_bytes=path.stat().st_size)


def key_of(path: Path, folder: Path) -> str:
    """A file's path relative to the folder, with slashes, as valid UTF-8."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "backslashreplace")


LONGEST_SHOWN = 300


class _Folder:
    """A walk through a folder, which leaves out links that lead out of it and remembers their keys."""

    def __init__(self, folder: Path, owner: str, follow_links: bool) -> None:
        self._folder, self._owner, self._follow_links = folder, owner, follow_links
        self.refused: list[str] = []
        """The keys of links that were not followed, to files and to folders; complete after `files`."""

    def files(self) -> Iterator[Path]:
        """Every file, with those that links inside the folder lead to."""
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
    """A path for a message; a hostile one may have thousands of characters."""
    text = str(path)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _is_file(path: Path) -> bool:
    """Whether a path is a file, or a broken link, which is reported when it is read."""
    return path.is_file() or (path.is_symlink() and not path.exists())
