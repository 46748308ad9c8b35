"""Sample a text's shingles, to find text that any two documents of a corpus share."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from corpora.plugin import generator

WIDTH = 40
"""Letters in a shingle: about eight words, which two books share only if one contains text of the other."""
RATE_BITS = 10
"""One shingle in 2 ** 10 is kept: about 600 per novel, or 5 KB."""
CHUNK = 1 << 14
"""Letters that are hashed together; larger arrays would not fit into the fastest CPU caches."""
LOWER = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
NO_LETTERS = bytes(byte for byte in range(256) if byte not in LETTERS)
NO_LETTERS_HIGH_KEPT = bytes(byte for byte in range(128) if byte not in LETTERS)
LATIN_RATE = 0.5


def letters(text: bytes) -> bytes:
    """A text's ASCII letters and digits in lower case, without what often differs between editions.

    Args:
        text: UTF-8. If fewer than half of its bytes are ASCII letters and digits, all non-ASCII bytes are kept too.
    """
    latin = text.translate(LOWER, NO_LETTERS)
    return latin if len(latin) >= LATIN_RATE * len(text) else text.translate(LOWER, NO_LETTERS_HIGH_KEPT)


def sample(text: bytes) -> NDArray[np.uint64]:
    """The distinct hashes of a text's shingles that are below a fixed bound (FracMinHash, Irber et al. 2022).

    Whether a shingle is kept depends only on the shingle, so two texts keep the same shingles of their common
    passages. The share of one sample that is in another therefore estimates the containment of the texts, whereas
    MinHash with a fixed size only estimates their resemblance (Broder 1997).

    Args:
        text: as `letters` returns it; texts of fewer than `WIDTH` bytes have no shingles.

    Returns:
        [shingles], uint64, in ascending order.
    """
    codes = np.frombuffer(text, np.uint8)
    starts = range(0, max(len(codes) - WIDTH + 1, 0), CHUNK)
    kept = [_kept(codes[start : start + CHUNK + WIDTH - 1]) for start in starts]
    return np.unique(np.concatenate(kept)) if kept else np.empty(0, np.uint64)


def _kept(codes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The hashes below the bound of one chunk's shingles, computed as differences of a running polynomial."""
    values, powers, inverses, mix = _tables()
    running = np.empty(len(codes) + 1, np.uint64)
    running[0] = 0
    terms = values.take(codes)
    terms *= powers[: len(codes)]
    np.cumsum(terms, out=running[1:])
    hashes = running[WIDTH:] - running[:-WIDTH]
    hashes *= inverses[: len(hashes)]
    hashes ^= hashes >> np.uint64(32)
    hashes *= mix
    return hashes[hashes < np.uint64(1 << (64 - RATE_BITS))]


@cache
def _tables() -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64], np.uint64]:
    """A value for each byte, the powers of an odd base and of its inverse modulo 2 ** 64, and a multiplier."""
    draw = generator("shingles", WIDTH)
    values = draw.integers(0, 1 << 64, 256, dtype=np.uint64)
    base = int(draw.integers(0, 1 << 62)) * 4 + 3
    mix = np.uint64(int(draw.integers(0, 1 << 63)) * 2 + 1)
    size = CHUNK + WIDTH
    return values, _powers(base, size), _powers(pow(base, -1, 1 << 64), size), mix


def _powers(base: int, size: int) -> NDArray[np.uint64]:
    powers = np.full(size, base, np.uint64)
    powers[0] = 1
    return np.multiply.accumulate(powers)
