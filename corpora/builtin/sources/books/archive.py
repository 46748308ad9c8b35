"""A zip archive from anyone: read entry by entry in memory, with bounds on what is really unpacked."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from pathlib import Path
from typing import Self
from urllib.parse import unquote

from corpora.builtin.sources.books.draft import Unreadable

MAX_ENTRIES = 20_000
MAX_ENTRY_BYTES = 32 << 20
MAX_TOTAL_BYTES = 96 << 20
CHUNK = 1 << 20


class Archive:
    """The entries of a zip file, each read at most up to a bound, never written to disk.

    Raises:
        Unreadable: the file is no zip archive, or has too many entries.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, EOFError) as error:
            raise Unreadable("no zip archive", str(error)) from error
        if len(self._zip.filelist) > MAX_ENTRIES:
            self._zip.close()
            raise Unreadable("too many entries", f"{len(self._zip.filelist):,}; at most {MAX_ENTRIES:,}")
        self._entries = {normal(info.filename): info for info in self._zip.filelist if not info.is_dir()}
        self._folded = {name.casefold(): name for name in reversed(self._entries)}
        self._unpacked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def names(self) -> list[str]:
        """The names of all entries, in the archive's order."""
        return list(self._entries)

    def find(self, name: str) -> str | None:
        """The entry that a link means: as written, unquoted, or in another case; None where there is none."""
        for candidate in (normal(name), normal(unquote(name))):
            if candidate in self._entries:
                return candidate
        return self._folded.get(normal(unquote(name)).casefold())

    def read(self, name: str) -> bytes:
        """The content of one entry.

        Raises:
            KeyError: there is no such entry.
            Unreadable: it is encrypted or damaged, or unpacks to more than the bounds allow.
        """
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        info = self._entries[found]
        if info.flag_bits & 1:
            raise Unreadable("encrypted", f"{found} needs a password")
        return self._bounded(info)

    def _bounded(self, info: zipfile.ZipInfo) -> bytes:
        parts, size = [], 0
        try:
            with self._zip.open(info) as file:
                while part := file.read(CHUNK):
                    size += len(part)
                    self._unpacked += len(part)
                    if size > MAX_ENTRY_BYTES or self._unpacked > MAX_TOTAL_BYTES:
                        raise Unreadable("too large", f"{info.filename} unpacks to more than {size >> 20} MB")
                    parts.append(part)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise Unreadable("damaged", f"{info.filename}: {error}") from error
        return b"".join(parts)


def normal(name: str) -> str:
    """A path inside the archive without `.`, `..` and leading slashes; nothing can point outside."""
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/")
