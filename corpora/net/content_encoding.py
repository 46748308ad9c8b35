"""Files that a server compresses for the transfer although it was asked not to, as some storages do."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from corpora.errors import DownloadError

OWN = {"gzip": (".gz", ".tgz"), "x-gzip": (".gz", ".tgz"), "zstd": (".zst",), "compress": (".z",), "br": (".br",)}
"""The suffixes of files that are compressed themselves; servers label them with the same encodings."""
GZIP = ("gzip", "x-gzip")
REFUSED = ("br", "compress", "deflate", "zstd")
MAGIC = b"\x1f\x8b"
CHUNK_BYTES = 1 << 20
JUDGED_BYTES = 64 << 20
RATIO = 250
"""The largest ratio of decoded to sent bytes beyond `JUDGED_BYTES`; text has 3 to 30."""


def pending(url: str, encoding: str) -> bool:
    """Whether a file must be decoded after its download.

    Args:
        url: its address.
        encoding: its `Content-Encoding` in lower case; empty if there is none.

    Raises:
        DownloadError: the encoding cannot be decoded.
    """
    if PurePosixPath(urlsplit(url).path).suffix.lower() in OWN.get(encoding, ()):
        return False
    if encoding in REFUSED:
        raise DownloadError(url, "compressed for the transfer", f"Content-Encoding {encoding}; only gzip is decoded")
    return encoding in GZIP


def decode(url: str, path: Path, max_bytes: int) -> None:
    """Replace a downloaded file by its decoded content; a file that is not gzip in spite of its label is kept.

    Args:
        url: its address, for messages.
        path: the file.
        max_bytes: larger contents are refused.

    Raises:
        DownloadError: it is damaged, ends early or decodes to too much.
        OSError: the disk is full or cannot be written.
    """
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            return
    beside = path.with_name(path.name + ".decoded")
    limit = min(max_bytes, max(JUDGED_BYTES, RATIO * path.stat().st_size))
    try:
        with gzip.open(path) as packed, beside.open("wb") as target:
            while chunk := packed.read(CHUNK_BYTES):
                target.write(chunk)
                if target.tell() > limit:
                    raise DownloadError(url, "too large", f"it decodes to more than {limit:,} bytes")
        beside.replace(path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DownloadError(url, "damaged", f"its gzip encoding: {error}") from error
    finally:
        beside.unlink(missing_ok=True)
