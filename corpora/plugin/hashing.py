"""Hashes and keys: everything that must be the same on every machine is derived here."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator, Philox


def canonical(value: Any) -> bytes:
    """A JSON value as bytes that depend on nothing but the value: keys sorted, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def sha256_of(value: Any) -> str:
    """The sha256 of a JSON value, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def sha256_file(path: Path) -> str:
    """The sha256 of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seed_of(*key: Any) -> int:
    """A 64-bit seed from JSON values."""
    return int(sha256_of(list(key))[:16], 16)


def generator(*key: Any) -> Generator:
    """A random generator from JSON values: the same values give the same numbers anywhere.

    Philox is keyed directly, so generators of different blocks are independent without being drawn in turn.
    """
    digest = hashlib.sha256(canonical(list(key))).digest()
    return Generator(Philox(key=np.frombuffer(digest[:16], dtype=np.uint64)))
