"""Components alone, on one block in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np
from numpy.random import Generator, Philox

from corpora import Context, Sequences, registry

ROWS, VOCABULARY = 65_536, 30_522


def rates() -> Iterator[tuple[str, float]]:
    """Each component's short form and its millions of values a second."""
    block, context = made()
    for text in ("sizes", "lengths", "tokens", "growth", "repeats", "bigrams"):
        statistic = registry.make("statistics", text)
        yield text, timed(statistic.count, block, context) * len(block.values)
        context = replace(context, statistics={**context.statistics, text: statistic.count(block, context)})
    for text in (
        "shuffle", "shuffle:word", "shuffle:ngram,n=3", "generate", "generate:uniform", "generate:zipf",
        "generate:bigram", "replace:0.1", "drop:0.1", "merge:512",
    ):  # fmt: skip
        transform = registry.make("transforms", text)
        yield text, timed(transform.apply, block, context, chance()) * len(block.values)
    for text in ("sample", "by-length", "by-rarity"):
        selection = registry.make("transforms", text)
        yield text, timed(selection.order, block, context, 1) * len(block.values)


def timed(work: Callable[..., Any], *arguments: Any) -> float:
    """Times a second of the processor's time, in millions: the median of nine, after one that is not counted."""
    seconds = []
    for _ in range(10):
        start = time.process_time()
        work(*arguments)
        seconds.append(time.process_time() - start)
    return 1e-6 / median(seconds[1:])


def made() -> tuple[Sequences, Context]:
    """65,536 rows of about 37 tokens, log-normal lengths, ids by Zipf's law."""
    rng = chance()
    lengths = np.clip(rng.lognormal(3.4, 0.65, ROWS), 10, 510).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    ids = 1000 + np.minimum(rng.zipf(1.2, offsets[-1]), VOCABULARY - 1001)
    pieces = tuple(("##" if i % 5 == 0 else "") + str(i) for i in range(VOCABULARY))
    special = frozenset([0, 100, 101, 102, 103])
    return Sequences(ids.astype(np.uint16), offsets), Context(vocabulary=pieces, special_ids=special, unknown_id=100)


def chance() -> Generator:
    """The same numbers at every call."""
    return Generator(Philox(key=np.array([1, 2], dtype=np.uint64)))
