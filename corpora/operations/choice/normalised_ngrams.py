"""The n-grams of a block's rows, also of words without differences in case and punctuation."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpora.arrays import Keys, RowNgrams, gathered, row_hashes, row_ngrams, word_spans
from corpora.operations.choice.digests import normalised
from corpora.plugin import Sequences
from corpora.store import sequences_of


def normalised_ngrams(block: Sequences, n: int, normalise: tuple[str, ...]) -> RowNgrams:
    """The n-grams of a block's rows, with the places of the unchanged words.

    Without normalisations, these are the n-grams of `row_ngrams`. With some, they are those of the words of the
    normalised rows: words of nothing but punctuation do not count, unless the row has no others.

    Args:
        block: token ids, or UTF-8 bytes (uint8).
        n: tokens or words per n-gram, at least 1.
        normalise: as `parse_normalise` returns it; empty for token ids.
    """
    if not normalise:
        return row_ngrams(block, n)
    block = block.tight()
    begins, ends = word_spans(block.values, block.offsets)
    hashes, is_word = _hashed_words(block.values, begins, ends, normalise)
    rows = np.searchsorted(block.offsets, begins, side="right") - 1
    has_words = np.bincount(rows[is_word], minlength=len(block)) > 0
    kept = is_word | ~has_words[rows]
    begins, ends = begins[kept], ends[kept]
    words = Sequences(hashes[kept], np.searchsorted(begins, block.offsets))
    found = row_ngrams(words, n)
    return RowNgrams(found.hashes, found.rows, begins[found.starts], ends[found.stops - 1])


def _hashed_words(
    values: NDArray[np.uint8], begins: NDArray[np.int64], ends: NDArray[np.int64], normalise: tuple[str, ...]
) -> tuple[Keys, NDArray[np.bool_]]:
    """The hash of each word after normalisation, and whether anything but punctuation is in it: [words] both."""
    offsets = np.append(0, np.cumsum(ends - begins))
    data = np.ascontiguousarray(gathered(values, begins, ends - begins))
    words = pa.Array.from_buffers(pa.large_binary(), len(begins), [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    coded = words.dictionary_encode()
    texts = [word.decode(errors="replace") for word in coded.dictionary.to_pylist()]
    distinct = normalised(pa.array(texts, pa.large_string()), normalise)
    places = coded.indices.to_numpy()
    is_word = np.ones(len(texts), dtype=bool)
    if "punctuation" in normalise:
        is_word = ~pc.match_substring_regex(distinct, r"^[\pP\pS]*$").to_numpy(zero_copy_only=False)
    spelt = sequences_of(pa.RecordBatch.from_arrays([distinct], ["text"])).tight()
    return row_hashes(spelt.values, spelt.offsets[:-1], spelt.offsets[1:])[places], is_word[places]
