"""A file that is being downloaded, and what is needed to resume it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from corpora.errors import DownloadError
from corpora.net.content_encoding import decode


class PartialFile:
    """The part of a file that has been downloaded so far.

    A `.mark` file next to it contains the validator (ETag or date) of the version on the server that it belongs to. It
    makes the next request conditional, so that parts of two versions are never joined. If the checksum is known, it
    proves the same afterwards, even for other mirrors, so no mark is needed.

    Args:
        path: the file.
        checksum: the expected digest in lower-case hex, as `ALGORITHM:DIGEST` with an algorithm of hashlib; empty if
            it is unknown.
    """

    def __init__(self, path: Path, checksum: str = "") -> None:
        self.path = path
        self.checksum = checksum
        self._mark = path.with_name(path.name + ".mark")

    def size_bytes(self) -> int:
        """The size of the part that can be resumed; 0 if it is unknown which version it belongs to."""
        if not self.path.exists() or not (self.checksum or self._known()):
            return 0
        return self.path.stat().st_size

    def headers(self) -> dict[str, str]:
        """The request headers for the rest of the file; empty if there is nothing to resume."""
        have = self.size_bytes()
        if not have:
            return {}
        return {"Range": f"bytes={have}-"} | ({} if self.checksum else {"If-Range": self._known()})

    def belongs(self, validator: str) -> bool:
        """Whether the rest that a server sends belongs to this part.

        Args:
            validator: of the response; without one, the server is believed. A checksum decides later.
        """
        return bool(self.checksum) or validator in ("", self._known())

    def restart(self, validator: str) -> None:
        """Discard the file, and begin another version.

        Args:
            validator: of the new version, for `If-Range`; empty if the server sent none.
        """
        self.discard()
        if not self.checksum:
            self._mark.write_text(validator, encoding="ascii")

    def append(self, chunks: Iterable[bytes], url: str, limit_bytes: int) -> None:
        """Append chunks as they arrive, each written to disk before the next is read.

        Args:
            chunks: of the response body.
            url: the address, for the error message.
            limit_bytes: the maximum size of the whole file.

        Raises:
            DownloadError: the file would become larger than the limit.
        """
        size = self.path.stat().st_size if self.path.exists() else 0
        with self.path.open("ab", buffering=0) as file:
            for chunk in chunks:
                size += len(chunk)
                if size > limit_bytes:
                    raise DownloadError(url, "too large", f"more than {limit_bytes:,} bytes")
                file.write(chunk)

    def decode(self, url: str, max_bytes: int) -> None:
        """Replace the file by its content without the encoding that the server added; it is discarded if it is damaged.

        Args:
            url: the address, for messages.
            max_bytes: the maximum size of the content.

        Raises:
            DownloadError: it is damaged, ends early or decodes to too much.
        """
        try:
            decode(url, self.path, max_bytes)
        except DownloadError:
            self.discard()
            raise

    def digest(self) -> str:
        """The file's digest as `ALGORITHM:DIGEST`, with the algorithm of the expected checksum."""
        algorithm = self.checksum.partition(":")[0]
        with self.path.open("rb") as file:
            return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"

    def finish(self) -> None:
        """Remove the mark, which a complete file no longer needs."""
        self._mark.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove the file and its mark."""
        self.path.unlink(missing_ok=True)
        self.finish()

    def _known(self) -> str:
        if not self._mark.exists():
            return ""
        text = self._mark.read_bytes()[:512].decode("ascii", "replace")
        return text if text.isascii() and text.isprintable() else ""
