"""Seeds and random generators derived from keys, so that the same work gets the same numbers on any machine."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.random import Generator, Philox

from corpora.plugin.hashing import canonical, sha256_of


def seed_of(*key: object) -> int:
    """A 64-bit seed derived from JSON values.

    Args:
        key: any JSON values; equal ones give equal seeds on any machine.
    """
    return int(sha256_of(list(key))[:16], 16)


def generator(*key: object) -> Generator:
    """A random generator derived from JSON values.

    The key of a Philox generator is set directly, so generators with different keys are independent.

    Args:
        key: any JSON values; equal ones give the same numbers on any machine.
    """
    digest = hashlib.sha256(canonical(list(key))).digest()
    return Generator(Philox(key=np.frombuffer(digest[:16], dtype=np.uint64)))


def block_generator(seed: int, *, name: str, version: int, parent: str, place: int, block: int) -> Generator:
    """The random generator that a transform gets for one block of a dataset.

    The key does not depend on the workers, so any number of workers gives the same bytes.

    Args:
        seed: the command's seed.
        name: the transform's name.
        version: the transform's version.
        parent: the fingerprint of the input dataset.
        place: the transform's position in its chain, from 0.
        block: the block's number in the dataset, from 0.
    """
    return generator(seed, name, version, parent, place, block)
