"""Find paragraphs near the beginning or end of many documents: boilerplate that no pattern matches."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from corpora.arrays import numbers_in
from corpora.ingest.texts import paragraphs_in
from corpora.plugin import words_in

EDGE_PARAGRAPHS = 30
"""How many paragraphs are examined at the beginning and at the end; those in between are never removed."""
MIN_WORDS = 8
"""Shorter paragraphs, such as `She said nothing.`, can occur in many documents by chance."""
MIN_DOCUMENTS = 5
MIN_RATE = 0.01
"""A paragraph is boilerplate if it occurs in at least `MIN_DOCUMENTS` documents and in at least this share of all."""
QUOTED_LETTERS = 100


def edge_hashes(paragraphs: Sequence[str]) -> dict[int, int]:
    """A 64-bit hash of each paragraph near an end of a document, by the paragraph's index.

    Case and spaces are ignored, and paragraphs of fewer than `MIN_WORDS` words are left out.

    Args:
        paragraphs: of one document, in order.
    """
    near = {*range(min(EDGE_PARAGRAPHS, len(paragraphs)))}
    near |= {*range(max(0, len(paragraphs) - EDGE_PARAGRAPHS), len(paragraphs))}
    return {n: _hash(paragraphs[n]) for n in sorted(near) if words_in(paragraphs[n]) >= MIN_WORDS}


def _hash(paragraph: str) -> int:
    text = " ".join(paragraph.casefold().split()).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def shared_edges(edges: pa.ChunkedArray) -> dict[int, int]:
    """The hashes that occur in enough documents to be boilerplate, each with its number of documents.

    Args:
        edges: [documents], large_list<uint64>, each hash at most once per document.
    """
    hashes = np.concatenate([np.empty(0, np.uint64), *(numbers_in(chunk.flatten()) for chunk in edges.chunks)])
    found, documents = np.unique(hashes, return_counts=True)
    many = documents >= max(MIN_DOCUMENTS, math.ceil(MIN_RATE * len(edges)))
    return dict(zip(found[many].tolist(), documents[many].tolist(), strict=True))


def shared_in(paragraphs: Sequence[str], shared: Collection[int]) -> list[int]:
    """The indices of the paragraphs near an end that are boilerplate.

    Args:
        paragraphs: of one document.
        shared: the hashes that `shared_edges` found.
    """
    return [n for n, key in edge_hashes(paragraphs).items() if key in shared] if shared else []


def quoted(batches: Iterable[pa.RecordBatch], shared: Mapping[int, int]) -> dict[str, int]:
    """The beginning of each shared paragraph, and the number of documents that contain it, most common first.

    Args:
        batches: extract rows, with their `edges` and `text`.
        shared: the number of documents for each hash, as `shared_edges` returns it.
    """
    waiting, texts = set(shared), Counter[str]()
    for batch in batches:
        for row, hashes in enumerate(batch["edges"].to_pylist()):
            if waiting.isdisjoint(hashes or ()):
                continue
            paragraphs = paragraphs_in(batch["text"][row].as_py())
            for n, key in edge_hashes(paragraphs).items():
                if key in waiting:
                    waiting.remove(key)
                    texts[paragraphs[n][:QUOTED_LETTERS]] += shared[key]
        if not waiting:
            break
    return dict(texts.most_common(200))
