"""The error for a file or row that gives no text, which its source turns into a reject."""

from __future__ import annotations

from corpora import CorporaError


class Unreadable(CorporaError):
    """A file that gives no text.

    Args:
        reason: why, in a few words that are the same for each such file, so that they can be counted.
        detail: what was found in this file.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else self.reason
