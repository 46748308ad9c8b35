"""Hashes of JSON values and of files, the same on every machine."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def canonical(value: object) -> bytes:
    """A JSON value as canonical bytes: keys sorted, no spaces, UTF-8. Equal values give equal bytes.

    Args:
        value: dicts with text keys, lists, text, numbers, booleans and None; no NaN.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def sha256_of(value: object) -> str:
    """The sha256 of a JSON value, in hex.

    Args:
        value: as for `canonical`.
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def sha256_file(path: Path) -> str:
    """The sha256 of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
