"""Count unknown tokens: how many tokens of a dataset are [UNK], and which characters cause them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from corpora.plugin import Json, Sequences
from corpora.store import Vocabulary

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PREFIX = "unknown character "
"""The prefix of the keys for characters among a part's counts, which are a flat table of numbers."""
COMMONEST = 10
CHARACTERS_PER_PART = 1000


def count_unknown(texts: Sequence[str], encoded: Sequences, vocabulary: Vocabulary) -> Counter[str]:
    """Count [UNK] tokens under the key `unknown`, and the characters that cause them under `PREFIX` + character.

    Args:
        texts: [rows], the texts that were encoded.
        encoded: [rows], their ids without special tokens.
        vocabulary: the tokenizer that encoded them.

    Returns:
        Empty if the vocabulary has no [UNK]; at most `CHARACTERS_PER_PART` characters.
    """
    counts: Counter[str] = Counter()
    unknown = vocabulary.unknown_id
    if unknown is None:
        return counts
    hits = np.flatnonzero(encoded.values == unknown)
    if len(hits):
        counts["unknown"] = len(hits)
        rows = np.unique(np.searchsorted(encoded.offsets, hits, side="right") - 1)
        characters = _characters([texts[row] for row in rows.tolist()], vocabulary.tokenizer, unknown)
        counts.update({PREFIX + character: count for character, count in _commonest(characters, CHARACTERS_PER_PART)})
    return counts


def _characters(texts: list[str], tokenizer: Tokenizer, unknown: int) -> Counter[str]:
    """The characters in unknown words that are themselves unknown."""
    is_unknown = cache(lambda character: unknown in tokenizer.encode(character, add_special_tokens=False).ids)
    found: Counter[str] = Counter()
    for text, encoding in zip(texts, tokenizer.encode_batch(texts, add_special_tokens=False), strict=True):
        for number, (start, stop) in zip(encoding.ids, encoding.offsets, strict=True):
            if number == unknown:
                found.update(filter(is_unknown, text[start:stop]))
    return found


def _commonest(counts: Counter[str], number: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:number]


def summarised(batches: Iterator[pa.RecordBatch], accounting: dict[str, Json]) -> Iterator[pa.RecordBatch]:
    """Yield the batches, then replace the counts of unknown characters with a table of the most common ones.

    Args:
        batches: passed through unchanged.
        accounting: filled while the batches are produced.
    """
    yield from batches
    keys = [key for key in accounting if key.startswith(PREFIX)]
    counts = Counter({key.removeprefix(PREFIX): accounting.pop(key) for key in keys})
    if counts:
        accounting["unknown_characters"] = dict(_commonest(counts, COMMONEST))
