"""Addresses of inputs that are not local files: `s3://bucket/texts`, `https://host/rows.jsonl.gz`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.ASCII)
_COLLAPSED = re.compile(r"\b([a-z][a-z0-9+.-]+):/(?!/)", re.ASCII)
LOCAL_SCHEMES = ("file", "local")


@dataclass(frozen=True)
class Address:
    """The address of an input, and its local copy.

    An option that accepts addresses has the type `Path | Address`.
    """

    url: str
    local: Path | None = None
    """The local file or folder with its content; None until the source is frozen."""

    def __str__(self) -> str:
        return self.url


def address_of(value: str | Path) -> Address | None:
    """The address that a text contains; None for a path.

    Args:
        value: `s3://bucket/texts`, or a `Path` made from it, which has lost a slash; the slash is restored.
    """
    text = str(value)
    if isinstance(value, Path):
        text = _COLLAPSED.sub(lambda found: f"{found[1]}://{'/' * (found[1] in LOCAL_SCHEMES)}", text)
    return Address(text) if _ADDRESS.match(text) else None
