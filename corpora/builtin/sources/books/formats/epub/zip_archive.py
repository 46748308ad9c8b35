"""Read zip archives of unknown origin entry by entry in memory, with limits on the unpacked size."""

from __future__ import annotations

import posixpath
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from urllib.parse import unquote

from corpora.builtin.sources.archives import ARCHIVE_ERRORS, ENCRYPTED_FLAG, UTF8_FLAG, random_access
from corpora.builtin.sources.books.formats.blocks import Unreadable

MAX_ENTRIES = 20_000
MAX_ENTRY_BYTES = 32 << 20
MAX_TOTAL_BYTES = 96 << 20
CHUNK_BYTES = 1 << 20


class ZipArchive:
    """The entries of a zip file. Each is read up to a limit; nothing is written to disk.

    Args:
        path: of the file, which is open until the end of a `with` block.

    Raises:
        Unreadable: the file is not a zip archive, or has too many entries.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(random_access(path))
        except ARCHIVE_ERRORS as error:
            raise Unreadable("not a zip archive", str(error)) from error
        if len(self._zip.filelist) > MAX_ENTRIES:
            self._zip.close()
            raise Unreadable("too many entries", f"{len(self._zip.filelist):,}; at most {MAX_ENTRIES:,}")
        files = [info for info in self._zip.filelist if not info.filename.endswith("/")]
        self._entries = {normal(info.filename): info for info in files}
        self._spellings = {
            folded(spelling): normal(info.filename) for info in reversed(files) for spelling in _spellings(info)
        }
        self._unpacked_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def names(self) -> list[str]:
        """The names of all entries, in the archive's order."""
        return list(self._entries)

    def find(self, link: str) -> str | None:
        """The entry that a link points to, or None.

        Args:
            link: a path in the archive. In practice, links and names differ in percent-encoding, case, Unicode
                normalisation and the encoding of names without the UTF-8 flag; an exact match takes precedence.
        """
        candidates = dict.fromkeys((link, unquote(link), unquote(link, "cp1252", "replace")))
        exact = next((name for name in map(normal, candidates) if name in self._entries), None)
        return exact or next(filter(None, (self._spellings.get(folded(normal(name))) for name in candidates)), None)

    def read(self, name: str) -> bytes:
        """The content of one entry.

        Args:
            name: the entry, or a link to it, as in `find`.

        Raises:
            KeyError: the archive has no such entry.
            Unreadable: it is encrypted or damaged, or unpacks to more than the limits allow.
        """
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        info = self._entries[found]
        if info.flag_bits & ENCRYPTED_FLAG:
            raise Unreadable("encrypted", f"{found} needs a password")
        return self._unpacked(info)

    def _unpacked(self, info: zipfile.ZipInfo) -> bytes:
        parts, size = [], 0
        try:
            with self._zip.open(info) as file:
                while part := file.read(CHUNK_BYTES):
                    size += len(part)
                    self._unpacked_bytes += len(part)
                    if size > MAX_ENTRY_BYTES or self._unpacked_bytes > MAX_TOTAL_BYTES:
                        raise Unreadable("too large", f"{info.filename} unpacks to more than {size >> 20} MB")
                    parts.append(part)
        except (OSError, *ARCHIVE_ERRORS) as error:
            raise Unreadable("damaged", f"{info.filename}: {error}") from error
        return b"".join(parts)


def normal(name: str) -> str:
    """A path in the archive without `.`, `..` and leading slashes, so that it cannot point outside."""
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/")


def folded(name: str) -> str:
    """A name in the form that spellings are compared in: NFC and case-folded."""
    return unicodedata.normalize("NFC", name).casefold()


def _spellings(info: zipfile.ZipInfo) -> Iterator[str]:
    """The names that an entry may have been meant to have.

    By the standard, a name without the UTF-8 flag is in code page 437, but most programs store UTF-8 or Windows-1252.
    """
    yield normal(info.filename)
    if info.flag_bits & UTF8_FLAG or info.filename.isascii():
        return
    for encoding in ("utf-8", "cp1252"):
        try:
            yield normal(info.filename.encode("cp437").decode(encoding))
        except UnicodeError:
            continue
