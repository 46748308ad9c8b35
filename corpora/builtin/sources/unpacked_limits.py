"""The maximum size of what compressed files and archives contain."""

from __future__ import annotations

from dataclasses import dataclass

from corpora.builtin.sources.unreadable import Unreadable


@dataclass(frozen=True)
class UnpackedLimits:
    """The maximum size of a compressed file's content."""

    judged_bytes: int = 64 << 20
    """Up to this size, any ratio is accepted."""
    ratio: int = 250
    """The largest ratio of unpacked to packed size: text has 3 to 30, a decompression bomb a thousand or more."""
    size_bytes: int = 1 << 40

    def check_ratio(self, size_bytes: int, packed_bytes: int) -> None:
        """Check the ratio of unpacked to packed size.

        Args:
            size_bytes: of the content.
            packed_bytes: of the compressed file.

        Raises:
            Unreadable: the content is too large.
        """
        if size_bytes > max(self.judged_bytes, self.ratio * packed_bytes):
            raise Unreadable("unpacks to too much", f"more than {self.ratio} times its {packed_bytes:,} bytes")


LIMITS = UnpackedLimits()
