"""Count the words of a sentence dataset, and the growth of its vocabulary."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from corpora import Array, Context, Counts, Json, Sequences, Statistic, hookimpl
from corpora.arrays import gathered, joined, largest_counts, mean, row_hashes, trailing_zeros, word_spans
from corpora.builtin.statistics.growth import growth_summary, read_by_milestone
from corpora.builtin.statistics.laws import zipf_slope

SHOWN = 20
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Words(Statistic):
    """Word frequencies and vocabulary growth of sentence datasets; a word is a run without white space.

    Counts are exact up to half a million distinct words; above that, those of the most frequent words are too low by at
    most `word_error`. The number of types and its growth are exact up to a million, and then estimated from an unbiased
    sample of the types, to about 0.1 %.
    """

    name: ClassVar[str] = "words"
    of: ClassVar[Literal["sentences", "tokens", "both"]] = "sentences"
    most_types: ClassVar[int] = 2**20
    """The maximum number of types in the sample; 40 MB together with the most frequent words."""
    most_words: ClassVar[int] = 2**19
    """The maximum number of words in the table of the most frequent ones."""

    def count(self, block: Sequences, context: Context) -> Counts:
        """The distinct words with their counts, bytes and first rows, and the words read between milestones."""
        block = block.tight()
        starts, stops = word_spans(block.values, block.offsets)
        hashes = row_hashes(block.values, starts, stops)
        keys, places, number = np.unique(hashes, return_index=True, return_counts=True)
        words = np.diff(np.searchsorted(starts, block.offsets))
        rows = np.arange(context.first_row, context.first_row + len(block))
        first = np.repeat(rows, words)[places]
        lengths = (stops - starts)[places]
        return self._bounded(
            {
                "type_keys": keys,
                "type_first": first,
                "top_keys": keys,
                "top_counts": number.astype(np.int64),
                "top_lengths": lengths,
                "top_bytes": gathered(block.values, starts[places], lengths).astype(np.uint8),
                "read": read_by_milestone(rows, words),
                "level": np.zeros(1, dtype=np.int64),
                "error": np.zeros(1, dtype=np.int64),
            }
        )

    def merge(self, one: Counts, other: Counts) -> Counts:
        """The combined counts, with each table reduced to its capacity again."""
        read = super().merge({"read": one["read"]}, {"read": other["read"]})["read"]
        merged = {"read": read, "level": np.maximum(one["level"], other["level"])}
        merged |= {"error": one["error"] + other["error"]}
        keys, here, there = joined(one["type_keys"], other["type_keys"])
        first = np.full(len(keys), NEVER)
        first[here] = one["type_first"]
        first[there] = np.minimum(first[there], other["type_first"])
        return self._bounded({**merged, "type_keys": keys, "type_first": first, **_top_merged(one, other)})

    def summarise(self, counts: Counts) -> dict[str, Json]:
        """The number of types, their ratio to words, Zipf's slope, Heaps' K and beta, and the most frequent words."""
        level, total = int(counts["level"][0]), int(counts["read"].sum())
        types = min(total, len(counts["type_keys"]) << level)
        return {
            "word_types": types,
            "word_types_exact": level == 0,
            "word_type_token_rate": mean(types, total),
            "word_zipf_slope": round(zipf_slope(counts["top_counts"]), 6),
            "word_error": int(counts["error"][0]),
            **growth_summary(counts["type_first"], counts["read"], scale=2**level),
            "most_frequent_words": [[word, number] for word, number in most_frequent(counts, SHOWN)],
        }

    def _bounded(self, counts: dict[str, Array]) -> Counts:
        level = int(counts["level"][0])
        own = trailing_zeros(counts["type_keys"])
        while np.count_nonzero(own >= level) > self.most_types:
            level += 1
        kept = np.flatnonzero(own >= level)
        top, weight = largest_counts(counts["top_counts"], self.most_words)
        lengths = counts["top_lengths"]
        return {
            **counts,
            "level": np.array([level], dtype=np.int64),
            "error": counts["error"] + weight,
            "type_keys": counts["type_keys"][kept],
            "type_first": counts["type_first"][kept],
            "top_keys": counts["top_keys"][top],
            "top_counts": counts["top_counts"][top] - weight,
            "top_lengths": lengths[top],
            "top_bytes": gathered(counts["top_bytes"], (np.cumsum(lengths) - lengths)[top], lengths[top]),
        }


def most_frequent(counts: Counts, number: int) -> Iterator[tuple[str, int]]:
    """The most frequent words, each with its count.

    Args:
        counts: of the statistic `words`.
        number: how many words.
    """
    ends = np.cumsum(counts["top_lengths"])
    for place in np.lexsort((counts["top_keys"], -counts["top_counts"]))[:number].tolist():
        start = ends[place] - counts["top_lengths"][place]
        yield counts["top_bytes"][start : ends[place]].tobytes().decode(), int(counts["top_counts"][place])


def _top_merged(one: Counts, other: Counts) -> dict[str, Array]:
    keys, here, there = joined(one["top_keys"], other["top_keys"])
    counts = np.zeros(len(keys), dtype=np.int64)
    counts[here] += one["top_counts"]
    counts[there] += other["top_counts"]
    lengths, starts = np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
    shift = 0
    for part, places in ((one, here), (other, there)):
        lengths[places] = part["top_lengths"]
        starts[places] = np.cumsum(part["top_lengths"]) - part["top_lengths"] + shift
        shift += len(part["top_bytes"])
    both = np.concatenate([one["top_bytes"], other["top_bytes"]])
    return {
        "top_keys": keys,
        "top_counts": counts,
        "top_lengths": lengths,
        "top_bytes": gathered(both, starts, lengths),
    }


@hookimpl
def corpora_statistics() -> list[type[Statistic]]:
    """Offer the statistic."""
    return [Words]
