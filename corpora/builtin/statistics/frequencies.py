"""How often each token occurs, and how long the sequences are."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from corpora import Context, Counts, DatasetDamaged, Json, Sequences, Statistic, hookimpl
from corpora.arrays import LAST, entropy, histogram, mean, median
from corpora.builtin.statistics.laws import zipf_slope
from corpora.builtin.statistics.words import holds_text


@dataclass(frozen=True)
class Tokens(Statistic):
    """How often each token of the vocabulary occurs. Exact."""

    name: ClassVar[str] = "tokens"

    def count(self, block: Sequences, context: Context) -> Counts:
        """How often each id occurs, [vocabulary].

        Raises:
            DatasetDamaged: an id outside the vocabulary.
        """
        counts = np.bincount(block.tight().values, minlength=len(context.vocabulary)).astype(np.int64)
        if len(counts) > len(context.vocabulary) > 0:
            raise DatasetDamaged(
                f"row {context.first_row} and following hold the id {len(counts) - 1}, but the vocabulary ends at "
                f"{len(context.vocabulary) - 1}; tokenize again with the tokenizer stored in the dataset's folder"
            )
        unknown = 0 if context.unknown_id is None or not len(counts) else counts[context.unknown_id]
        return {"counts": counts, "unknown": np.array([unknown], dtype=np.int64)}

    def summarise(self, counts: Counts) -> dict[str, Json]:
        """The numbers of tokens and types, the share of [UNK], the unigram entropy and Zipf's slope."""
        total, types = int(counts["counts"].sum()), int(np.count_nonzero(counts["counts"]))
        return {
            "tokens": total,
            "vocabulary": len(counts["counts"]),
            "types": types,
            "type_token_rate": mean(types, total),
            "unknown_rate": mean(int(counts["unknown"][0]), total),
            "unigram_entropy_bits": round(entropy(counts["counts"]), 6) if total else None,
            "zipf_slope": round(zipf_slope(counts["counts"]), 6) if types > 1 else None,
        }


@dataclass(frozen=True)
class Lengths(Statistic):
    """How many rows have each length: in tokens for sequences, in words for sentences.

    Exact; longer rows than 65,536 share one bin, and only the sum of their lengths is kept.
    """

    name: ClassVar[str] = "lengths"
    of: ClassVar[Literal["sentences", "tokens", "both"]] = "both"

    def count(self, block: Sequences, context: Context) -> Counts:
        """The rows of each length, [length + 1], and the sum of the lengths beyond 65,536.

        Args:
            block: bytes of sentences, or token ids.
            context: tells which of the two they are.
        """
        lengths = block.words if holds_text(block, context) else block.lengths
        return {"rows": histogram(lengths), "beyond": np.array([lengths[lengths > LAST].sum()], dtype=np.int64)}

    def summarise(self, counts: Counts) -> dict[str, Json]:
        """Mean, median, shortest and longest, without special tokens; a `longest` of 65,537 means 65,537 or more."""
        rows = counts["rows"]
        present = np.flatnonzero(rows)
        exact = rows[: LAST + 1]
        total = int(exact @ np.arange(len(exact))) + int(counts["beyond"][0])
        return {
            "mean_length": mean(total, int(rows.sum())),
            "median_length": median(rows),
            "shortest": int(present[0]) if len(present) else None,
            "longest": int(present[-1]) if len(present) else None,
        }


@hookimpl
def corpora_statistics() -> list[type[Statistic]]:
    """Offer the statistics."""
    return [Tokens, Lengths]
