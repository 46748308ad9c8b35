"""Find documents that are copies of others, and decide which copy to keep, over the whole corpus at once."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpora.ingest.shingles import letters, sample
from corpora.plugin import Document

Method = Literal["near", "exact", "keep"]

DIGEST_BYTES = 32
MIN_SHINGLES = 8
"""Documents with fewer sampled shingles (about 1,600 words) are only compared as a whole."""
COPY_RATE = 0.5
"""A document is a near-duplicate if at least this share of its text is in a book of about the same size."""
PART_RATE = 0.8
"""A document is part of a larger book if at least this share of its text is in that book."""
TITLE_RATE = 0.1
"""The same for books with the same title and author: editions share at least this much, volumes of a set do not."""
SAME_SIZE = 1.5
"""Two books have about the same size if their word counts differ by at most this factor."""
MAX_HOLDERS = 200
"""A shingle in more documents than this is a common phrase, and is ignored."""

ARTICLE = re.compile(r"^(the|an?|der|die|das|le|la|les|el|los|las|il) ")


def signature(document: Document, method: Method) -> bytes:
    """What `find` needs to know about a document's text: a digest and, for `near`, a sample of its shingles.

    Texts in Latin script that differ only in case, spaces, punctuation and non-ASCII letters have the same digest.

    Args:
        document: only its text is used.
        method: `near` adds the shingles, about 6 KB for a novel.

    Returns:
        The sha256 (32 bytes), then the shingles' hashes as little-endian uint64.
    """
    text = letters(document.text)
    digest = hashlib.sha256(text).digest()
    return digest + sample(text).astype("<u8").tobytes() if method == "near" else digest


def find(documents: pa.Table, method: Method) -> dict[int, tuple[str, str]]:
    """The documents to drop, by row number, each with a reason and a detail that names the copy to keep.

    The longest copy is kept. Among equally long ones, one with a title and an author is preferred, then the first id
    in alphabetical order, so the choice does not depend on the order of the documents.

    Args:
        documents: id, title, author, words and signature of all documents that the filters kept, in document order.
        method: `exact` finds equal ids and equal texts, `near` also near-duplicates and parts of box sets, `keep` only
            equal ids (documents with the same id could not be told apart later).
    """
    gone: dict[int, tuple[str, str]] = {}
    ids: list[str] = documents["id"].to_pylist()
    words: list[int] = documents["words"].to_pylist()
    titles = list(map(title_key, documents["title"].to_pylist(), documents["author"].to_pylist()))
    order = sorted(range(len(ids)), key=lambda row: (-words[row], not titles[row], ids[row], row))
    _equal(ids, order, "same id", lambda row, other: f"also the id of one with {words[other]:,} words", gone)
    if method == "keep":
        return gone
    signatures: list[bytes] = documents["signature"].to_pylist()
    digests = [signature[:DIGEST_BYTES] for signature in signatures]
    _equal(digests, order, "same text", lambda row, other: f"a copy of {ids[other]}", gone)
    if method == "near":
        samples = [np.frombuffer(signature, "<u8", offset=DIGEST_BYTES) for signature in signatures]
        _near([row for row in order if row not in gone], samples, words, titles, ids, gone)
    return gone


def title_key(title: str | None, author: str | None) -> str:
    """A key for comparing books by title and author; empty if either is unknown.

    Args:
        title: subtitles, a leading article, case and punctuation are ignored.
        author: case, initials and the order of the names are ignored.
    """
    if not title or not author:
        return ""
    main = re.split(r"[:;(\[—]| or,? ", title, maxsplit=1)[0] or title
    plain = ARTICLE.sub("", " ".join(re.findall(r"\w+", main.lower())))
    names = sorted(re.findall(r"[^\W\d_]{2,}", author.lower()))
    return f"{plain}|{' '.join(names)}"


def _equal(
    keys: Sequence[str] | Sequence[bytes],
    order: Iterable[int],
    reason: str,
    detail: Callable[[int, int], str],
    gone: dict[int, tuple[str, str]],
) -> None:
    first: dict[str | bytes, int] = {}
    for row in order:
        if row not in gone and (kept := first.setdefault(keys[row], row)) != row:
            gone[row] = (reason, detail(row, kept))


def _near(
    order: Sequence[int],
    samples: Sequence[NDArray[np.uint64]],
    words: Sequence[int],
    titles: Sequence[str],
    ids: Sequence[str],
    gone: dict[int, tuple[str, str]],
) -> None:
    """Compare each document, longest first, with the documents kept so far that share shingles with it."""
    shared = _shared(order, samples)
    holders: dict[int, list[int]] = {}
    for row in order:
        hashes = shared.get(row, ())
        counts = Counter(kept for hash in hashes for kept in holders.get(hash, ()))
        for kept, count in sorted(counts.items(), key=lambda item: (-item[1], ids[item[0]])):
            rate = count / len(samples[row])
            same_size = words[kept] <= words[row] * SAME_SIZE
            titled = bool(titles[row]) and titles[row] == titles[kept]
            if rate >= (TITLE_RATE if titled and same_size else COPY_RATE if same_size else PART_RATE):
                reason = "near duplicate" if same_size else "part of another"
                gone[row] = (reason, f"{rate:.0%} of it is in {ids[kept]} ({words[kept]:,} words)")
                break
        else:
            for hash in hashes:
                holders.setdefault(hash, []).append(row)


def _shared(order: Sequence[int], samples: Sequence[NDArray[np.uint64]]) -> dict[int, list[int]]:
    """For each document, the shingles that it shares with others. Takes linear time, except for a sort."""
    rows = [row for row in order if len(samples[row]) >= MIN_SHINGLES]
    if not rows:
        return {}
    hashes = np.concatenate([samples[row] for row in rows])
    owners = np.repeat(np.array(rows), [len(samples[row]) for row in rows])
    by_hash = np.argsort(hashes, kind="stable")
    _, counts = np.unique(hashes[by_hash], return_counts=True)
    told = (counts >= 2) & (counts <= MAX_HOLDERS)
    places = by_hash[np.repeat(told, counts)]
    shared: dict[int, list[int]] = {}
    for row, hash in zip(owners[places].tolist(), hashes[places].tolist(), strict=True):
        shared.setdefault(row, []).append(hash)
    return shared
