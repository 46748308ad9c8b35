"""Components that each break one promise, for the tests of the checks; workers import this file by its name."""

import itertools
import os
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpora import Catalogue as CatalogueKind
from corpora import (
    DatasetProvider,
    Defaults,
    Document,
    Entry,
    Filter,
    Reject,
    Score,
    Sequences,
    Shard,
    Source,
    Splitter,
    Statistic,
    Template,
    TextTransform,
    TokenTransform,
    option,
)
from corpora import Selection as SelectionKind

CALLS = []
COUNTER = itertools.count()


@dataclass(frozen=True)
class Text(TextTransform):
    """Breaks what it is told to."""

    name: ClassVar[str] = "text"
    how: str = option("nothing", "What it breaks.")

    def rewrite(self, sentence, rng):
        """The sentence, broken."""
        CALLS.append(1)
        return {
            "nothing": lambda: sentence[::-1],
            "global random": lambda: sentence + random.choice("ab"),
            "unused draw": lambda: (np.random.rand(), sentence)[1],
            "own generator": lambda: sentence + str(np.random.default_rng().random()),
            "clock": lambda: sentence + str(int(time.time()) // 60),
            "state": lambda: sentence + str(len(CALLS)),
            "process": lambda: sentence + str(os.getpid()),
            "bytes": lambda: sentence.encode(),
            "surrogate": lambda: sentence + "\ud800",
            "error": lambda: sentence[1000],
        }[self.how]()


@dataclass(frozen=True)
class Tokens(TokenTransform):
    """Breaks what it is told to."""

    name: ClassVar[str] = "tokens"
    how: str = option("nothing", "What it breaks.")

    def apply(self, block, context, rng):
        """The block, broken."""
        return {
            "nothing": lambda: replace(block, values=np.array(block.values)),
            "rows": lambda: Sequences.from_rows([[5]] * (len(block) + 1), block.values.dtype),
            "dtype": lambda: replace(block, values=block.values.astype(np.int64)),
            "offsets": lambda: replace(block, offsets=block.offsets.astype(np.int32)),
            "ids": lambda: replace(block, values=np.full_like(block.values, 20)),
            "origin": lambda: replace(block, origin=np.arange(len(block)) + 1),
            "view": lambda: Sequences(np.array(block.values), block.offsets - block.offsets[0]),
            "writes": lambda: self._written(block),
            "chance": lambda: replace(block, values=block.values[np.random.permutation(len(block.values))]),
            "list": lambda: [list(block.values)],
        }[self.how]()

    def _written(self, block):
        block.values[:] = 5
        return block


@dataclass(frozen=True)
class Selection(SelectionKind):
    """Breaks what it is told to."""

    name: ClassVar[str] = "selection"
    how: str = option("nothing", "What it breaks.")

    def order(self, block, context, seed):
        """Keys, broken."""
        rows = np.arange(len(block), dtype=np.uint64)
        return {
            "nothing": lambda: rows + np.uint64(context.first_row),
            "block": lambda: rows,
            "dtype": lambda: rows.astype(np.int64),
            "shape": lambda: rows[1:],
            "chance": lambda: np.random.default_rng().integers(0, 9, len(block), dtype=np.uint64),
        }[self.how]()


@dataclass(frozen=True)
class Scores(Score):
    """Breaks what it is told to."""

    name: ClassVar[str] = "scores"
    of: ClassVar[str] = "both"
    how: str = option("nothing", "What it breaks.")

    def score(self, block, context):
        """Scores, broken."""
        rows = np.arange(len(block), dtype=np.float64)
        return {
            "nothing": lambda: np.where(block.lengths > 0, rows + context.first_row, np.nan),
            "block": lambda: rows,
            "list": lambda: rows.tolist(),
            "shape": lambda: rows[1:],
            "chance": lambda: np.random.default_rng().random(len(block)),
        }[self.how]()


@dataclass(frozen=True)
class Statistics(Statistic):
    """Breaks what it is told to."""

    name: ClassVar[str] = "statistics"
    of: ClassVar[str] = "both"
    how: str = option("nothing", "What it breaks.")

    def count(self, block, context):
        """Counts, broken."""
        rows = {"blocks": 1, "mean": len(block.tight().values) / max(len(block), 1)}.get(self.how, len(block))
        return {"rows": np.array([rows], dtype=object if self.how == "object" else None)}

    def summarise(self, counts):
        """A summary, broken."""
        rows = counts["rows"][0]
        return {"rows": {"json": rows, "nan": float("nan")}.get(self.how, rows.item() if self.how != "object" else 1)}


@dataclass(frozen=True)
class Sentences(Splitter):
    """Breaks what it is told to."""

    name: ClassVar[str] = "sentences"
    how: str = option("nothing", "What it breaks.")

    def split(self, paragraph):
        """Sentences, broken."""
        return {
            "nothing": lambda: paragraph.split(),
            "loss": lambda: [part for part in paragraph.split(".") if part.strip()],
            "empty": lambda: [*paragraph.split(), ""],
            "order": lambda: paragraph.split()[::-1],
            "iterator": lambda: iter(paragraph.split()),
        }[self.how]()


@dataclass(frozen=True)
class Rejects(Filter):
    """Breaks what it is told to."""

    name: ClassVar[str] = "rejects"
    how: str = option("nothing", "What it breaks.")

    def reject(self, document):
        """A reason, broken."""
        characters = sum(map(len, document.paragraphs))
        return {"nothing": None, "figures": f"{characters} characters", "bool": True, "empty": ""}[self.how]


@dataclass(frozen=True)
class Renders(Template):
    """Breaks what it is told to."""

    name: ClassVar[str] = "renders"
    how: str = option("nothing", "What it breaks.")

    def render(self, name, arguments, language):
        """A text, broken."""
        return {
            "nothing": lambda: None,
            "number": lambda: 5,
            "everything": lambda: "text",
            "error": lambda: arguments["1"],
        }[self.how]()


@dataclass(frozen=True)
class Reads(Source):
    """Breaks what it is told to."""

    name: ClassVar[str] = "reads"
    how: str = option("nothing", "What it breaks.")

    def shards(self):
        """Shards, broken."""
        keys = {"keys": ["a", "a"], "absolute": ["/home/me/a"], "order": random.sample("abcdefgh", 8)}
        return [Shard(key) for key in keys.get(self.how, ["a", "b"])]

    def read(self, shard):
        """Documents, broken."""
        CALLS.append(1)
        paragraphs = {"line break": ("a\nb",), "empty": ("",), "list": ["a"], "state": (str(len(CALLS)),)}
        about = {"metadata": {"path": Path("x")}} if self.how == "metadata" else {}
        if self.how == "none":
            yield None
        elif self.how == "reject":
            yield Reject(shard.key, "read", "")
        else:
            id = "same" if self.how == "ids" else shard.key
            yield Document(id, paragraphs.get(self.how, ("Text.",)), **about)

    def defaults(self):
        """Defaults, broken."""
        return Defaults(("no-such-filter",) if self.how == "defaults" else ())


@dataclass(frozen=True)
class Elsewhere(DatasetProvider):
    """Breaks what it is told to."""

    name: ClassVar[str] = "elsewhere"
    how: str = option("nothing", "What it breaks.")
    commit: str = option("main", "What freeze fixes.")

    def freeze(self):
        """A commit, or another one at each call."""
        return replace(self, commit=f"{self.commit}+" if self.how == "freeze" else "c0ffee")

    def fingerprint(self):
        """The same one, broken."""
        return str(next(COUNTER)) if self.how == "fingerprint" else self.commit

    def blocks(self):
        """Three rows, broken."""
        text = [f"row {next(COUNTER)}" if self.how == "chance" else "a row"] * 3
        documents = ["d", "e", "d"] if self.how == "apart" else ["d", "d", "e"]
        columns = {"text": text, "paragraph": [0] * 3, "document": documents}
        columns.pop("document" if self.how == "column" else "", None)
        yield pa.RecordBatch.from_pydict(columns)

    def licence(self):
        """A licence, broken."""
        return None if self.how == "licence" else "cc0"


@dataclass(frozen=True)
class Finds(CatalogueKind):
    """Breaks what it is told to."""

    name: ClassVar[str] = "finds"
    how: str = option("nothing", "What it breaks.")

    def find(self):
        """Entries, broken."""
        yield Entry("1", "" if self.how == "url" else "https://example.org/1")
        yield Entry("1" if self.how == "ids" else "2", "https://example.org/2")


@dataclass(frozen=True)
class Unchecked(TextTransform):
    """Takes what its options forbid."""

    name: ClassVar[str] = "unchecked"
    rate: float = option(0.5, "A share.", min=0.0, max=1.0)

    def __post_init__(self):
        """Nothing is checked."""

    def rewrite(self, sentence, rng):
        """The sentence."""
        return sentence


@dataclass(frozen=True)
class Unexplained(TextTransform):
    """Has an option that says nothing."""

    name: ClassVar[str] = "unexplained"
    rate: float = option(0.5, "")

    def rewrite(self, sentence, rng):
        """The sentence."""
        return sentence


@dataclass(frozen=True)
class WrongDefault(TextTransform):
    """Has a default beyond its limits."""

    name: ClassVar[str] = "wrong-default"
    rate: float = option(5.0, "A share.", min=0.0, max=1.0)

    def rewrite(self, sentence, rng):
        """The sentence."""
        return sentence


@dataclass(frozen=True)
class Required(TextTransform):
    """Cannot be made without being told."""

    name: ClassVar[str] = "required"
    table: Path = option(..., "A file.")

    def rewrite(self, sentence, rng):
        """The sentence."""
        return sentence
