"""Count the size of a dataset: rows, documents, tokens; sentences, words, bytes."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from corpora import Context, Counts, Json, Sequences, Statistic, hookimpl
from corpora.arrays import document_runs, histogram, mean, median, merge_runs
from corpora.builtin.statistics.words import holds_text


@dataclass(frozen=True)
class Sizes(Statistic):
    """Rows, documents and tokens; for sentence datasets, sentences, words, words per sentence and bytes. All exact."""

    name: ClassVar[str] = "sizes"
    of: ClassVar[Literal["sentences", "tokens", "both"]] = "both"

    def count(self, block: Sequences, context: Context) -> Counts:
        """The block's sizes.

        Args:
            block: bytes of sentences, or token ids.
            context: gives each row's document.
        """
        block = block.tight()
        counts = {"rows": _one(len(block)), "documents": document_runs(context.documents, context.first_row)}
        if not holds_text(block, context):
            return {**counts, "tokens": _one(len(block.values))}
        words = block.words
        sizes = {"text_bytes": _one(len(block.values)), "words": _one(int(words.sum()))}
        return {**counts, **sizes, "words_per_sentence": histogram(words)}

    def merge(self, one: Counts, other: Counts) -> Counts:
        """The combined sizes, in any order; a document that continues in the next block counts once."""
        merged = dict(super().merge(one, other))
        if "documents" in one and "documents" in other:
            merged["documents"] = merge_runs(one["documents"], other["documents"])
        return merged

    def summarise(self, counts: Counts) -> dict[str, Json]:
        """The numbers of rows and documents, and of tokens, or of sentences, words and bytes."""
        rows = int(counts["rows"][0])
        documents = int(counts["documents"][:, 2].sum()) or None
        if "tokens" in counts:
            return {"rows": rows, "documents": documents, "tokens": int(counts["tokens"][0])}
        words, lengths = int(counts["words"][0]), counts["words_per_sentence"]
        return {
            "rows": rows,
            "documents": documents,
            "sentences": rows,
            "words": words,
            "mean_words_per_sentence": mean(words, rows),
            "median_words_per_sentence": median(lengths),
            "text_bytes": int(counts["text_bytes"][0]),
        }


def _one(number: int) -> NDArray[np.int64]:
    return np.array([number], dtype=np.int64)


@hookimpl
def corpora_statistics() -> list[type[Statistic]]:
    """Offer the statistic."""
    return [Sizes]
