"""A file that is being downloaded, and what is needed to continue it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from corpora.errors import DownloadError


class PartialFile:
    """The bytes that arrived so far.

    Next to it, a `.mark` file has the validator (ETag or date) of the version on the server that they belong to. It
    makes the request conditional, so bytes of two versions are never joined. A checksum proves the same afterwards, and
    holds on other mirrors too, so files with one are continued without a mark.

    Args:
        path: where the bytes are.
        checksum: `sha1:…` or another algorithm of hashlib, in lower-case hex; empty if it is not known.
    """

    def __init__(self, path: Path, checksum: str = "") -> None:
        self.path = path
        self.checksum = checksum
        self._mark = path.with_name(path.name + ".mark")

    def size_bytes(self) -> int:
        """The bytes that may be kept; 0 if nothing says what file they belong to."""
        if not self.path.exists() or not (self.checksum or self._known()):
            return 0
        return self.path.stat().st_size

    def headers(self) -> dict[str, str]:
        """The request headers that ask for the rest only."""
        have = self.size_bytes()
        if not have:
            return {}
        return {"Range": f"bytes={have}-"} | ({} if self.checksum else {"If-Range": self._known()})

    def restart(self, validator: str) -> None:
        """Drop the bytes; what follows belongs to another version.

        Args:
            validator: for `If-Range`; empty if the server gave none.
        """
        self.discard()
        if not self.checksum:
            self._mark.write_text(validator, encoding="ascii")

    def append(self, chunks: Iterable[bytes], url: str, limit_bytes: int) -> None:
        """Add bytes as they arrive, each on disk before the next.

        Raises:
            DownloadError: the file becomes larger than the limit.
        """
        size = self.path.stat().st_size if self.path.exists() else 0
        with self.path.open("ab", buffering=0) as file:
            for chunk in chunks:
                size += len(chunk)
                if size > limit_bytes:
                    raise DownloadError(url, "too large", f"more than {limit_bytes:,} bytes")
                file.write(chunk)

    def digest(self) -> str:
        """The checksum of the bytes, with the algorithm of the expected one."""
        algorithm = self.checksum.partition(":")[0]
        with self.path.open("rb") as file:
            return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"

    def finish(self) -> None:
        """The file is complete: nothing needs to be known of its version any more."""
        self._mark.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove the bytes and their mark."""
        self.path.unlink(missing_ok=True)
        self.finish()

    def _known(self) -> str:
        if not self._mark.exists():
            return ""
        text = self._mark.read_bytes()[:512].decode("ascii", "replace")
        return text if text.isascii() and text.isprintable() else ""
