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
    """Where an input is, and where it was brought to.

    An option that takes addresses has the type `Path | Address`.
    """

    url: str
    local: Path | None = None
    """The folder or file on this machine that holds its content; None until the source is frozen."""

    def __str__(self) -> str:
        return self.url


def address_of(value: str | Path) -> Address | None:
    """The address that a text gives; None for a path.

    `Path("s3://bucket")` has lost a slash, which it gets back.
    """
    text = str(value)
    if isinstance(value, Path):
        text = _COLLAPSED.sub(lambda found: f"{found[1]}://{'/' * (found[1] in LOCAL_SCHEMES)}", text)
    return Address(text) if _ADDRESS.match(text) else None
