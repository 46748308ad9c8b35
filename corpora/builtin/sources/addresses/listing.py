"""The files at an address, each with something that identifies its version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from corpora import LINK_OUT, DownloadError

MAX_FILES = 1_000_000


@dataclass(frozen=True)
class RemoteFile:
    """One file at its origin.

    Args:
        key: its path below the address, with slashes.
        place: its address or path, as the origin needs it.
        size_bytes: its size; None if the origin does not give it.
        version: an ETag, a date or a checksum; empty if the origin gives none, so that the file is always downloaded.
        packed_bytes: its compressed size in an archive, if that is known.
        leads_out: whether it is a symbolic link out of a local folder.
        refusal: why its server does not give it.
    """

    key: str
    place: str
    size_bytes: int | None = None
    version: str = ""
    packed_bytes: int | None = None
    leads_out: bool = False
    refusal: DownloadError | None = None

    @property
    def is_lost_folder(self) -> bool:
        """Whether it stands for a folder whose files the server does not list."""
        return self.refusal is not None and self.key.endswith("/")

    def problem(self) -> str:
        """Why it cannot be stored as a local file; empty if it can."""
        if self.leads_out:
            return LINK_OUT
        parts = self.key.split("/")
        if ".." in parts or self.key.startswith("/") or "\0" in self.key or "\\" in self.key:
            return "unsafe name"
        return "name too long" if any(len(part.encode("utf-8", "replace")) > 240 for part in parts) else ""

    def hidden(self) -> bool:
        """Whether it or one of its folders is hidden, that is, begins with a dot."""
        return any(part.startswith(".") and part != ".." for part in self.key.split("/"))


def concerns_one_file(error: DownloadError) -> bool:
    """Whether a download failed because of the file, not of the network: the server answered, or a rule refuses it."""
    return error.status is not None or not error.failed


class Origin(Protocol):
    """Where files are."""

    def files(self) -> Sequence[RemoteFile]:
        """All files below the address, in any order.

        Raises:
            OptionError, InputError: it cannot be listed.
        """

    def copy(self, remote: RemoteFile, path: Path) -> None:
        """Download one file, continuing what an earlier attempt left in `path`.

        Args:
            remote: one of `files`.
            path: the partial file; its content, if any, is a prefix of the remote file.

        Raises:
            Unreadable: this file can never be read: it is encrypted, damaged or a decompression bomb.
            InputError: the download failed; the same command may succeed later.
            OSError: the disk is full or read-only.
        """
