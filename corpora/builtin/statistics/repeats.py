"""Count rows that occur more than once, and find the most frequent ones."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from corpora import Array, Context, Counts, Json, Sequences, Statistic, hookimpl
from corpora.arrays import joined, largest_counts, mean, row_hashes, trailing_zeros

SHOWN = 10
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Repeats(Statistic):
    """How many rows are copies of others, and which rows occur most often.

    Rows are distinguished by a 64-bit hash. The figures are exact up to a million distinct rows; above that, the number
    of distinct rows is estimated from an unbiased sample, to about 0.1 %, and the counts of the most frequent ones are
    too low by at most `repeats_error`.
    """

    name: ClassVar[str] = "repeats"
    of: ClassVar[Literal["sentences", "tokens", "both"]] = "both"
    capacity: ClassVar[int] = 2**20
    """The maximum number of distinct rows in each of the two tables: 48 MB in total."""

    def count(self, block: Sequences, context: Context) -> Counts:
        """The distinct rows, the count of each, and where it first occurs."""
        block = block.tight()
        hashes = row_hashes(block.values, block.offsets[:-1], block.offsets[1:])
        keys, first, counts = np.unique(hashes, return_index=True, return_counts=True)
        table = {"keys": keys, "counts": counts.astype(np.int64), "first": first + context.first_row}
        return self._bounded(
            {
                **{f"part_{name}": column for name, column in table.items()},
                **{f"top_{name}": column for name, column in table.items()},
                "level": np.zeros(1, dtype=np.int64),
                "error": np.zeros(1, dtype=np.int64),
                "rows": np.array([len(block)], dtype=np.int64),
            }
        )

    def merge(self, one: Counts, other: Counts) -> Counts:
        """The combined counts, with each table reduced to its capacity again."""
        merged: dict[str, Array] = {"level": np.maximum(one["level"], other["level"])}
        merged |= {name: one[name] + other[name] for name in ("error", "rows")}
        for table in ("part_", "top_"):
            keys, here, there = joined(one[table + "keys"], other[table + "keys"])
            counts, first = np.zeros(len(keys), dtype=np.int64), np.full(len(keys), NEVER)
            for part, places in ((one, here), (other, there)):
                counts[places] += part[table + "counts"]
                first[places] = np.minimum(first[places], part[table + "first"])
            merged |= {table + "keys": keys, table + "counts": counts, table + "first": first}
        return self._bounded(merged)

    def summarise(self, counts: Counts) -> dict[str, Json]:
        """The number and share of distinct rows, and the most frequent rows, each with its first index and count."""
        rows, level = int(counts["rows"][0]), int(counts["level"][0])
        distinct = min(rows, len(counts["part_keys"]) << level)
        order = np.lexsort((counts["top_first"], -counts["top_counts"]))[:SHOWN]
        often = [[int(counts["top_first"][i]), int(counts["top_counts"][i])] for i in order]
        return {
            "distinct_rows": distinct,
            "distinct_rows_rate": mean(distinct, rows),
            "distinct_rows_exact": level == 0,
            "most_repeated": [pair for pair in often if pair[1] > 1],
            "repeats_error": int(counts["error"][0]),
        }

    def _bounded(self, counts: dict[str, Array]) -> Counts:
        level = int(counts["level"][0])
        own = trailing_zeros(counts["part_keys"])
        while np.count_nonzero(own >= level) > self.capacity:
            level += 1
        kept = np.flatnonzero(own >= level)
        top, weight = largest_counts(counts["top_counts"], self.capacity)
        for name in ("keys", "counts", "first"):
            counts[f"part_{name}"] = counts[f"part_{name}"][kept]
            counts[f"top_{name}"] = counts[f"top_{name}"][top]
        counts["top_counts"] = counts["top_counts"] - weight
        return {**counts, "level": np.array([level], dtype=np.int64), "error": counts["error"] + weight}


@hookimpl
def corpora_statistics() -> list[type[Statistic]]:
    """Offer the statistic."""
    return [Repeats]
