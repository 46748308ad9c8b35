"""Files in any storage that fsspec supports: object stores, the hub, archives."""

from __future__ import annotations

import os
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from corpora import DownloadError, InputError, OptionError, leads_out
from corpora.builtin.sources.addresses.listing import MAX_FILES, RemoteFile
from corpora.builtin.sources.unpacked_limits import LIMITS
from corpora.builtin.sources.unreadable import Unreadable
from corpora.errors import first_line

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

CHUNK_BYTES = 4 << 20
EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs"}
"""The extra of this distribution that installs what a scheme needs."""
EXAMPLES = ("s3://", "gs://", "hf://", "https://", "zip://", "file://")
VERSIONS = ("ETag", "etag", "LastModified", "mtime", "md5Hash", "generation", "blob_id", "lfs", "CRC", "created")
"""File attributes of the various file systems that change whenever the content does."""
CLIENT_ERRORS = {
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "aiohttp": ("ClientError",),
    "google.auth.exceptions": ("GoogleAuthError",),
    "huggingface_hub.errors": ("HfHubHTTPError", "HFValidationError"),
    "httpx": ("HTTPError",),
    "httpx2": ("HTTPError",),
}
"""Errors of storage clients that are not subclasses of OSError, by module."""
ARCHIVE_ERRORS = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError)
GLOB = frozenset("*?[")


class Storage:
    """The files at an fsspec address.

    Args:
        url: such as `s3://bucket/texts`, or chained, such as `zip://*.txt::/data/texts.zip`.

    Raises:
        OptionError: the scheme is unknown, or the package for it is not installed.
        InputError: it cannot be reached, or is not the archive that it should be.
    """

    def __init__(self, url: str) -> None:
        self._url, scheme = url, url.partition("://")[0]
        try:
            with self._reached():
                self._system, self._root = _opened(url)
        except ImportError as error:
            extra = EXTRAS.get(scheme)
            what = f"pip install 'transferset[{extra}]'" if extra else first_line(error)
            raise OptionError(f"{url}: {scheme}:// needs a package that is not installed; {what}") from error
        except ValueError as error:
            raise OptionError(f"{url}: {first_line(error)}; use for example {', '.join(EXAMPLES)}") from error

    def files(self) -> Sequence[RemoteFile]:
        """The file itself, the files in a folder at any depth, or those that match a pattern.

        Raises:
            InputError: it cannot be listed, or has too many files.
        """
        with self._reached():
            found = self._found()
        if len(found) > MAX_FILES:
            raise InputError(f"{self._url} has {len(found):,} files; at most {MAX_FILES:,}")
        folder = self._folder(found)
        remotes = [_remote(path[len(folder) :].lstrip("/"), path, info) for path, info in found.items()]
        if "file" not in self._system.protocol or len(found) == 1:
            return remotes
        return [replace(each, leads_out=leads_out(Path(each.place), Path(folder))) for each in remotes]

    def copy(self, remote: RemoteFile, path: Path) -> None:
        """Download the file, continuing where an earlier attempt stopped.

        Raises:
            Unreadable: a member of an archive is encrypted, damaged, or unpacks to too much.
            DownloadError: the storage failed, or the file ended early.
            OSError: the disk is full or read-only.
        """
        size, packed = remote.size_bytes, remote.packed_bytes
        if size is not None and packed is not None:
            LIMITS.check_ratio(size, packed)
        with path.open("ab") as target:
            have = target.tell()
            if size is not None and have > size:
                target.truncate(0)
                have = 0
            for chunk in self._chunks(remote, have):
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
            arrived = target.tell()
        if size is not None and arrived != size:
            raise DownloadError(remote.place, "ends early", f"{arrived:,} of {size:,} bytes", failed=True)

    def _chunks(self, remote: RemoteFile, have: int) -> Iterator[bytes]:
        with self._reached(remote.place, inside=True), self._system.open(remote.place, "rb") as source:
            if have:
                source.seek(have)
            while chunk := source.read(CHUNK_BYTES):
                yield chunk

    def _found(self) -> dict[str, Mapping[str, object]]:
        if GLOB & set(self._root):
            matched = self._system.glob(self._root, detail=True)
            return {path: info for path, info in matched.items() if info["type"] == "file"}
        if self._root.strip("/") and self._system.isfile(self._root):
            return {self._root: self._system.info(self._root)}
        found: dict[str, Mapping[str, object]] = self._system.find(self._root, detail=True)
        if not found and self._root.strip("/") and not self._system.exists(self._root):
            raise FileNotFoundError(self._root)
        return found

    def _folder(self, found: Mapping[str, object]) -> str:
        """The common part of paths that keys omit: the address itself, or the folder before its name or pattern."""
        root = self._root
        if root in found and len(found) == 1:
            return root.rpartition("/")[0]
        at = min((root.find(sign) for sign in GLOB if sign in root), default=len(root))
        return root.rstrip("/") if at == len(root) else root[:at].rpartition("/")[0]

    @contextmanager
    def _reached(self, place: str = "", *, inside: bool = False) -> Iterator[None]:
        """Translate the errors of storage clients into ours.

        Args:
            place: the file that is read; by default the address.
            inside: whether a single file is read, so that a damaged archive costs only this file.
        """
        place = place or self._url
        try:
            yield
        except ARCHIVE_ERRORS as error:
            if inside:
                raise Unreadable("damaged", first_line(error)) from error
            raise InputError(f"{place} cannot be read: {first_line(error)}") from error
        except RuntimeError as error:
            if inside and "password" in str(error):
                raise Unreadable("encrypted", "it needs a password") from error
            raise InputError(f"{place} cannot be read: {first_line(error)}") from error
        except FileNotFoundError as error:
            raise InputError(f"{place} does not exist") from error
        except PermissionError as error:
            raise InputError(f"{place}: access is denied ({first_line(error)}); check the credentials") from error
        except _client_errors() as error:
            raise DownloadError(place, "cannot be reached", first_line(error), failed=True) from error


def _opened(url: str) -> tuple[AbstractFileSystem, str]:
    import fsspec.core

    system, root = fsspec.core.url_to_fs(url)
    return system, str(root)


def _remote(key: str, path: str, info: Mapping[str, object]) -> RemoteFile:
    size, packed = info.get("size"), info.get("compress_size")
    version = " ".join(f"{name}={info[name]}" for name in VERSIONS if info.get(name))
    return RemoteFile(
        key, path, size if isinstance(size, int) else None, version, packed if isinstance(packed, int) else None
    )


def _client_errors() -> tuple[type[Exception], ...]:
    """OSError, and the errors of the storage clients that are imported."""
    loaded = ((sys.modules[module], names) for module, names in CLIENT_ERRORS.items() if module in sys.modules)
    found = (getattr(module, name) for module, names in loaded for name in names if hasattr(module, name))
    return (OSError, *found)
