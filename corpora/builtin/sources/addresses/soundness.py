"""Whether a downloaded file is intact, as far as its format tells."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from corpora.builtin.sources.packed import content_suffix, open_packed, packing_suffix
from corpora.builtin.sources.unreadable import Unreadable

MAX_BYTES = 1 << 30
"""Larger files are not read, which would take longer than the build's own check."""
CHUNK_BYTES = 1 << 20
ZIPPED = (".epub", ".zip")
PARQUET_MAGIC = b"PAR1"


def is_sound(path: Path, key: str, size_bytes: int | None) -> bool:
    """Whether a file has its full size, and its compressed data or archive can be read to the end.

    Text files have no format to check. Files that only a limit refuses, such as decompression bombs, are intact.

    Args:
        path: of the local copy.
        key: its name at the origin, which gives the format.
        size_bytes: its size at the origin; None if that is unknown.
    """
    if size_bytes is not None and path.stat().st_size != size_bytes:
        return False
    if not 0 < path.stat().st_size <= MAX_BYTES:
        return True
    suffix, packing = content_suffix(key), packing_suffix(key)
    if packing:
        return _unpacks(path, packing)
    if suffix in ZIPPED:
        return _is_archive(path)
    return suffix != ".parquet" or _is_parquet(path)


def _unpacks(path: Path, packing: str) -> bool:
    try:
        with open_packed(path, packing) as file:
            while file.read(CHUNK_BYTES):
                pass
    except Unreadable as error:
        return error.reason not in ("ends early", "damaged")
    return True


def _is_archive(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(info.file_size for info in archive.infolist())
            return total > MAX_BYTES or archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        return False
    except (NotImplementedError, RuntimeError):  # a compression that Python lacks, or a password
        return True


def _is_parquet(path: Path) -> bool:
    if path.stat().st_size < 2 * len(PARQUET_MAGIC):
        return False
    with path.open("rb") as file:
        begins = file.read(4) == PARQUET_MAGIC
        file.seek(-4, 2)
        return begins and file.read(4) == PARQUET_MAGIC
