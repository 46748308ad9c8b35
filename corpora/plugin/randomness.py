"""Seeds and random generators, derived from keys, so that the same work draws the same numbers on any machine."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.random import Generator, Philox

from corpora.plugin.hashing import canonical, sha256_of


def seed_of(*key: object) -> int:
    """A 64-bit seed from JSON values."""
    return int(sha256_of(list(key))[:16], 16)


def generator(*key: object) -> Generator:
    """A random generator from JSON values: the same values give the same numbers on any machine.

    Philox is keyed directly, so the generators of different keys are independent, and none has to be advanced past
    the numbers of another.
    """
    digest = hashlib.sha256(canonical(list(key))).digest()
    return Generator(Philox(key=np.frombuffer(digest[:16], dtype=np.uint64)))


def block_generator(seed: int, *, name: str, version: int, parent: str, place: int, block: int) -> Generator:
    """The random generator of a transform for one block of a dataset.

    Its key contains everything that may change the numbers, and nothing of the workers, so any number of workers
    gives the same bytes.

    Args:
        seed: of the command.
        name: of the transform.
        version: of the transform.
        parent: the fingerprint of the dataset that is read.
        place: of the transform in its chain, from 0.
        block: the number of the block in the dataset, from 0.
    """
    return generator(seed, name, version, parent, place, block)
