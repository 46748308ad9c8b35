"""A document's paragraphs as one text between the stages of a build, and its sentences as rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress

import numpy as np
import pyarrow as pa

from corpora.arrays import column_of, numbers_array, repeated, strings_at
from corpora.plugin import Array, Document, Splitter
from corpora.store import SENTENCES

LINES, OTHERS = b"\n", b"\xff"
"""What stands between paragraphs, and before the first: line breaks, or a byte that UTF-8 does not have."""
GROUP_CHARACTERS = 1 << 17
"""About how much text is split at once."""
Paragraphs = tuple[str, Sequence[str]]
"""The id of a document and its paragraphs."""
IS_ASCII_LETTER = np.array([chr(byte).isalnum() and byte < 128 for byte in range(256)])
"""Whether each byte is an ASCII letter or digit: [256]."""


def joined(document: Document) -> bytes:
    """A document's paragraphs in one run of bytes, from which `paragraphs_in` gives them back; empty if it has none."""
    if not document.paragraphs:
        return b""
    if document.text.count(LINES) == len(document.paragraphs) - 1:
        return LINES + document.text
    return OTHERS + OTHERS.join(paragraph.encode("utf-8", "surrogatepass") for paragraph in document.paragraphs)


def paragraphs_in(data: bytes) -> list[str]:
    """The paragraphs that `joined` put together.

    Args:
        data: from `joined`; empty for no paragraphs.
    """
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


def together(documents: Iterable[tuple[Splitter, str, Sequence[str]]]) -> Iterator[tuple[Splitter, list[Paragraphs]]]:
    """Documents in groups to split at once, with their splitter: most articles are so short that each call counts.

    Args:
        documents: a splitter, an id, and paragraphs each.
    """
    group: list[Paragraphs] = []
    size, last = 0, None
    for splitter, document, paragraphs in documents:
        if last is not None and (size >= GROUP_CHARACTERS or splitter != last):
            yield last, group
            group, size = [], 0
        group.append((document, paragraphs))
        size += sum(map(len, paragraphs))
        last = splitter
    if last is not None:
        yield last, group


def named(documents: Sequence[Paragraphs]) -> str:
    """How messages call a group of documents: by the first and the last.

    Args:
        documents: at least one.
    """
    first, last = documents[0][0], documents[-1][0]
    return f"document {first}" if len(documents) == 1 else f"documents {first} to {last}"


def span_rows(
    documents: Sequence[Paragraphs], spans: tuple[Array, Array], *, keep_symbols: bool
) -> tuple[pa.RecordBatch, int]:
    """Like `sentence_rows`, for the places of sentences that a splitter gives in place of the sentences.

    Args:
        documents: any number.
        spans: as `Splitter.spans` returns them for the paragraphs of all documents.
        keep_symbols: whether no sentence is left out.
    """
    paragraphs = [*chain.from_iterable(inside for _, inside in documents)]
    text = "\n".join(paragraphs)
    bounds = np.cumsum(np.fromiter((len(paragraph) + 1 for paragraph in paragraphs), np.int64, len(paragraphs)))
    numbers = np.searchsorted(bounds, spans[0], side="right")
    lasts = np.cumsum([len(inside) for _, inside in documents])
    owners = np.searchsorted(lasts, numbers, side="right")
    numbers -= np.append(0, lasts)[owners]
    values = np.frombuffer(text.encode(), np.uint8)
    begins, stops = spans if len(values) == len(text) else _in_bytes(values, *spans)
    dropped = 0
    if not keep_symbols:
        written = _has_letters(values, begins, stops)
        if dropped := len(written) - int(np.count_nonzero(written)):
            begins, stops, numbers, owners = (each[written] for each in (begins, stops, numbers, owners))
    rows = np.bincount(owners, minlength=len(documents)).tolist()
    ids = pa.concat_arrays([repeated(document, count) for (document, _), count in zip(documents, rows, strict=True)])
    columns = [strings_at(values, begins, stops), numbers_array(numbers, pa.int32()), ids]
    return pa.RecordBatch.from_arrays(columns, schema=SENTENCES), dropped


def are_spans(spans: tuple[Array, Array], characters: int) -> bool:
    """Whether places of sentences are in order, none empty, and inside a text of this length."""
    begins, stops = spans
    if len(begins) != len(stops):
        return False
    inside = not len(begins) or (begins[0] >= 0 and stops[-1] <= characters)
    return bool(inside and (begins < stops).all() and (stops[:-1] <= begins[1:]).all())


def _in_bytes(values: Array, *places: Array) -> list[Array]:
    """Places in characters of a text as places in its UTF-8 bytes."""
    characters = np.append(np.flatnonzero((values & 0xC0) != 0x80), len(values))
    return [characters[each] for each in places]


def _has_letters(values: Array, begins: Array, stops: Array) -> Array:
    """Whether each sentence has a letter or digit; for most, the first or second byte shows it."""
    written: Array = IS_ASCII_LETTER[values[begins]]
    written |= IS_ASCII_LETTER[values[np.minimum(begins + 1, stops - 1)]]
    for row in np.flatnonzero(~written).tolist():
        written[row] = has_letters(values[begins[row] : stops[row]].tobytes().decode())
    return written


def has_letters(sentence: str) -> bool:
    """Whether a sentence has a letter or digit; a lone quotation mark or a row of dots has none."""
    return any(map(str.isalnum, sentence))
