"""Transfer datasets the plain way: `datasets`, its `map` and `select`, and Python loops."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any


def step(name: str, home: Path) -> Callable[[], Any]:
    """One step of `transfer.py`, ready to run; results are saved to disk as ours are."""
    import datasets

    from corpora.store.store import Store

    datasets.disable_progress_bars()
    store = Store(home)
    rows = datasets.load_from_disk(str(store.open("few").path))
    target = str(home / f"peer-{name}")

    def saved(made: Any) -> None:
        made.save_to_disk(target)

    def tokenize() -> None:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(store.open("once").tokenizer_file))
        text = datasets.load_from_disk(str(store.open("toy").path))
        saved(text.map(lambda batch: encoded(tokenizer, batch), batched=True, remove_columns=["text", "paragraph"]))

    steps: dict[str, Callable[[], Any]] = {
        "tokenize": tokenize,
        "sample": lambda: saved(rows.shuffle(seed=42).select(range(len(rows) // 10))),
        "shuffle": lambda: saved(rows.map(shuffled, batched=True)),
        "generate": lambda: saved(rows.map(unigram(rows), batched=True)),
        "bigram": lambda: saved(rows.map(bigram(rows), batched=True)),
        "statistics": lambda: (counted(rows), copies(rows)),
        "bigrams": lambda: pairs(rows),
    }
    return steps[name]


def encoded(tokenizer: Any, batch: Any) -> dict[str, Any]:
    """The ids of a batch of sentences."""
    return {"input_ids": [row.ids for row in tokenizer.encode_batch(batch["text"], add_special_tokens=False)]}


def shuffled(batch: Any) -> dict[str, Any]:
    """Every row in a random order."""
    return {"input_ids": [random.sample(row, len(row)) for row in batch["input_ids"]]}


def counted(rows: Any) -> Counter[int]:
    """How often each token occurs."""
    counts: Counter[int] = Counter()
    for batch in rows.iter(10_000):
        for row in batch["input_ids"]:
            counts.update(row)
    return counts


def copies(rows: Any) -> Counter[tuple[int, ...]]:
    """How often each row occurs."""
    counts: Counter[tuple[int, ...]] = Counter()
    for batch in rows.iter(10_000):
        counts.update(map(tuple, batch["input_ids"]))
    return counts


def pairs(rows: Any) -> dict[int, Counter[int]]:
    """How often each token follows each."""
    follows: dict[int, Counter[int]] = defaultdict(Counter)
    for batch in rows.iter(10_000):
        for row in batch["input_ids"]:
            for before, after in pairwise(row):
                follows[before][after] += 1
    return follows


def unigram(rows: Any) -> Callable[[Any], dict[str, Any]]:
    """A function that makes rows up from token frequencies, of the lengths that they had."""
    counts = counted(rows)
    tokens, weights = list(counts), list(counts.values())

    def made(batch: Any) -> dict[str, Any]:
        return {"input_ids": [random.choices(tokens, weights, k=len(row)) for row in batch["input_ids"]]}

    return made


def bigram(rows: Any) -> Callable[[Any], dict[str, Any]]:
    """A function that makes rows up by what followed each token, of the lengths that they had."""
    follows = {token: (list(after), list(after.values())) for token, after in pairs(rows).items()}

    def made(batch: Any) -> dict[str, Any]:
        return {"input_ids": [walk(row) for row in batch["input_ids"]]}

    def walk(row: list[int]) -> list[int]:
        new = row[:1]
        while len(new) < len(row):
            tokens, weights = follows.get(new[-1]) or follows[row[0]]
            new.append(random.choices(tokens, weights)[0])
        return new

    return made
