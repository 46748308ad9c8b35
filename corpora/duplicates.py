"""Which documents are copies of others, and which copy stays: decided for the whole corpus at once."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

import pyarrow as pa

from corpora.records import Document

Method = Literal["near", "exact", "keep"]

WORD = re.compile(r"\w+")


def signature(document: Document, method: Method) -> bytes:
    """What `find` needs to know of a document's text, a few bytes of any length."""
    digest = hashlib.sha256()
    for paragraph in document.paragraphs:
        digest.update(" ".join(WORD.findall(paragraph.lower())).encode())
        digest.update(b"\n")
    return digest.digest()


def find(documents: pa.Table, method: Method) -> dict[int, tuple[str, str]]:
    """The documents that go, by row number, each with a reason and a detail that names the copy that stays.

    The choice does not depend on the order of the documents.

    Args:
        documents: id, title, author, words, signature of all that the filters kept, in document order.
        method: `exact` finds equal ids and equal texts, `near` also near copies and box sets, `keep` only
            equal ids (two documents of one id cannot be told apart later).
    """
    gone: dict[int, tuple[str, str]] = {}
    ids: list[str] = documents["id"].to_pylist()
    _equal(ids, ids, "same id", gone)
    if method != "keep":
        _equal(documents["signature"].to_pylist(), ids, "same text", gone)
    return gone


def _equal(keys: list[str] | list[bytes], ids: list[str], reason: str, gone: dict[int, tuple[str, str]]) -> None:
    kept: dict[str | bytes, int] = {}
    for row in sorted((row for row in range(len(keys)) if row not in gone), key=lambda row: (ids[row], row)):
        first = kept.setdefault(keys[row], row)
        if first != row:
            gone[row] = (reason, f"a copy of {ids[first]}")
