"""A document's paragraphs as one text between the stages of a build, and its sentences as rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, compress

import numpy as np
import pyarrow as pa

from corpora.arrays import column_of, numbers_array, repeated
from corpora.plugin import Document
from corpora.store import SENTENCES

LINES, OTHERS = b"\n", b"\xff"
"""What stands between paragraphs, and before the first: line breaks, or a byte that UTF-8 does not have."""


def joined(document: Document) -> bytes:
    """A document's paragraphs in one run of bytes, from which `paragraphs_in` gives them back; empty if it has none."""
    if not document.paragraphs:
        return b""
    if document.text.count(LINES) == len(document.paragraphs) - 1:
        return LINES + document.text
    return OTHERS + OTHERS.join(paragraph.encode("utf-8", "surrogatepass") for paragraph in document.paragraphs)


def paragraphs_in(data: bytes) -> list[str]:
    """The paragraphs that `joined` put together."""
    if data[:1] == OTHERS:
        return [paragraph.decode("utf-8", "surrogatepass") for paragraph in data[1:].split(OTHERS)]
    return data[1:].decode("utf-8", "surrogatepass").split("\n") if data else []


def sentence_rows(document: str, split: Sequence[list[str]], *, keep_symbols: bool) -> tuple[pa.RecordBatch, int]:
    """A document's sentences as rows, and the number of those that are left out since they have no letter or digit.

    Args:
        document: its id.
        split: the sentences of each paragraph.
        keep_symbols: whether none is left out.
    """
    texts = [*chain.from_iterable(split)]
    numbers = np.repeat(np.arange(len(split)), np.fromiter(map(len, split), np.int64, len(split)))
    dropped = 0
    if not keep_symbols:  # most sentences begin with a letter, which is seen here without a call
        written = [text[:1].isalnum() or has_letters(text) for text in texts]
        if dropped := written.count(False):
            texts, numbers = [*compress(texts, written)], numbers[np.array(written)]
    columns = [column_of(texts, pa.large_string()), numbers_array(numbers, pa.int32()), repeated(document, len(texts))]
    return pa.RecordBatch.from_arrays(columns, schema=SENTENCES), dropped


def has_letters(sentence: str) -> bool:
    """Whether a sentence has a letter or digit; a lone quotation mark or a row of dots has none."""
    return any(map(str.isalnum, sentence))
