"""Count the unigrams and bigrams of a dataset in a million hash buckets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from corpora import Context, Counts, Json, Sequences, Statistic, hookimpl
from corpora.arrays import mix_bits

if TYPE_CHECKING:
    import regex

BUCKETS = 1_000_000
"""A multiple of 10,000 and 100,000, so that counts for fewer buckets can be computed from these."""
WORD = r"\w+|[^\w\s]+"
"""Runs of letters, marks and digits, and runs of anything else: pattern and engine of NLTK's WordPunctTokenizer.

Unlike `re`, the engine keeps combining marks with their letters, as Unicode's word characters do, and splits ² off.
"""


@dataclass(frozen=True)
class HashedNgrams(Statistic):
    """Unigrams and bigrams by hash, as DSIR counts them (Xie et al. 2023, arXiv 2302.03169).

    For text, these are lower-cased words and punctuation marks, hashed with SHA-256; for token datasets, ids.
    """

    name: ClassVar[str] = "hashed-ngrams"
    version: ClassVar[int] = 2
    of: ClassVar[Literal["sentences", "tokens", "both"]] = "both"

    def count(self, block: Sequences, context: Context) -> Counts:
        """The number of unigrams and bigrams in each bucket."""
        return {"counts": np.bincount(buckets_of(block)[0], minlength=BUCKETS).astype(np.int64)}

    def summarise(self, counts: Counts) -> dict[str, Json]:
        """The total number of n-grams, and the number of non-empty buckets."""
        return {"ngrams": int(counts["counts"].sum()), "buckets_used": int(np.count_nonzero(counts["counts"]))}


def buckets_of(block: Sequences) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The bucket of each unigram and bigram of a block, row by row.

    Args:
        block: UTF-8 bytes (uint8) or token ids.

    Returns:
        The buckets, [n-grams], and the offsets of each row's buckets, [rows + 1].
    """
    return _of_text(block) if block.values.dtype == np.uint8 else _of_ids(block.tight())


def _of_text(block: Sequences) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    found: list[int] = []
    ends = [0]
    for row in range(len(block)):
        found += _text_buckets(block.row(row).tobytes().decode("utf-8", "surrogatepass"))
        ends.append(len(found))
    return np.array(found, dtype=np.int64), np.array(ends)


def _text_buckets(text: str) -> Iterator[int]:
    words = word_pattern().findall(text.lower())
    yield from map(_bucket, words)
    yield from map(_bucket, map(" ".join, pairwise(words)))


@cache
def word_pattern() -> regex.Pattern[str]:
    """The compiled `WORD`; its engine is imported only where text is counted."""
    import regex

    return regex.compile(WORD)


@lru_cache(maxsize=1 << 18)
def _bucket(ngram: str) -> int:
    return int.from_bytes(sha256(ngram.encode("utf-8", "surrogatepass")).digest(), "big") % BUCKETS


def _of_ids(block: Sequences) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First the unigrams of each row, then its bigrams."""
    lengths = block.lengths
    pairs = np.maximum(lengths - 1, 0)
    ends = np.append(0, np.cumsum(lengths + pairs))
    ids = block.values.astype(np.uint64)
    found = np.empty(ends[-1], dtype=np.int64)
    place = np.arange(len(ids)) - np.repeat(block.offsets[:-1], lengths)
    start = np.repeat(ends[:-1], lengths)
    found[start + place] = mix_bits(ids, salt=5) % np.uint64(BUCKETS)
    second = np.flatnonzero(place > 0)
    both = mix_bits((ids[second - 1] << np.uint64(32)) | ids[second], salt=6) % np.uint64(BUCKETS)
    found[start[second] + np.repeat(lengths, lengths)[second] + place[second] - 1] = both
    return found, ends


@hookimpl
def corpora_statistics() -> list[type[Statistic]]:
    """Offer the statistic."""
    return [HashedNgrams]
