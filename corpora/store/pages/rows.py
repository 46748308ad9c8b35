"""Individual rows of a dataset for people to read: some spread over the dataset, or given ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpora.plugin import Array, Sequences
from corpora.store import Dataset, Vocabulary, sequences_of, vocabulary_in
from corpora.store.pages.row_differences import TextPiece

READABLE = {"sentences": (40, 220), "tokens": (9, 36)}
"""The smallest and the largest size, in bytes or tokens, of a row that is shown as an example."""
SEARCHED = 500
"""How many rows after a chosen position are searched for one of a readable size."""


@dataclass(frozen=True)
class Row:
    """One row of a dataset."""

    number: int
    """Its index in the dataset, from 0."""
    document: str
    values: Array
    """Token ids, or the UTF-8 bytes of its text."""

    def head(self, values: int) -> Row:
        """The row with at most so many values, its first."""
        return replace(self, values=self.values[:values])

    def is_like(self, other: Row) -> bool:
        """Whether both have the same values and are from the same document.

        Args:
            other: from another version; its number does not count.
        """
        return self.document == other.document and np.array_equal(self.values, other.values)


Reader = Callable[[Row], list[TextPiece]]


def spread_rows(dataset: Dataset, number: int) -> list[Row]:
    """Example rows from positions spread evenly over a dataset; always the same ones.

    Args:
        dataset: the version.
        number: how many rows; a small dataset gives fewer, since each row is returned once.
    """
    places = [dataset.rows * (2 * i + 1) // (2 * number) for i in range(number)]
    found = (_readable_from(batch, first, place, dataset.kind) for first, batch, place in _at(dataset, places))
    return list({row.number: row for row in found}.values())


def rows_numbered(dataset: Dataset, numbers: Sequence[int]) -> dict[int, Row]:
    """Rows by their index, from 0; indices outside the dataset are left out.

    Args:
        dataset: token or sentence rows.
        numbers: any order; repeated ones are read once.
    """
    inside = sorted({n for n in numbers if 0 <= n < dataset.rows})
    return {place: row_at(batch, place - first, first) for first, batch, place in _at(dataset, inside)}


def places_of(dataset: Dataset, rows: Sequence[Row]) -> list[int]:
    """The indices of given rows in another dataset that has them in the same order.

    Args:
        dataset: the dataset to search.
        rows: rows of another dataset, compared by document and values.

    Returns:
        One index per row, up to the first row that is not found.
    """
    places: list[int] = []
    for first, batch in _numbered(dataset):
        block = sequences_of(batch)
        while len(places) < len(rows):
            after = places[-1] if places else -1
            place = next((p for p in _alike(rows[len(places)], first, block, batch) if p > after), None)
            if place is None:
                break
            places.append(place)
    return places


def reader_of(dataset: Dataset) -> Reader:
    """A function that divides a row of the dataset into readable pieces: words, or the texts of tokens."""
    vocabulary = vocabulary_in(dataset.path)
    return _words if vocabulary is None else partial(_tokens, vocabulary, vocabulary.context().continues)


def _words(row: Row) -> list[TextPiece]:
    return [TextPiece(word) for word in row.values.tobytes().decode(errors="replace").split()]


def _tokens(vocabulary: Vocabulary, continues: NDArray[np.bool_], row: Row) -> list[TextPiece]:
    ids = row.values.tolist()
    texts = vocabulary.tokenizer.decode_batch([[number] for number in ids], skip_special_tokens=False)
    glued = [bool(continues[number]) for number in ids]
    return [TextPiece(t.strip().removeprefix("##") if g else t.strip(), g) for t, g in zip(texts, glued, strict=True)]


def row_at(batch: pa.RecordBatch, place: int, first: int) -> Row:
    """One row of a block.

    Args:
        batch: the block.
        place: the row's index in the block.
        first: the index of the block's first row in the dataset.
    """
    return Row(first + place, batch.column("document")[place].as_py(), sequences_of(batch).row(place))


def _numbered(dataset: Dataset) -> Iterator[tuple[int, pa.RecordBatch]]:
    first = 0
    for batch in dataset.batches():
        yield first, batch
        first += batch.num_rows


def _at(dataset: Dataset, places: Sequence[int]) -> Iterator[tuple[int, pa.RecordBatch, int]]:
    """For each of the row indices, which are in ascending order: its block's first row, the block, and the index."""
    todo = list(places)
    for first, batch in _numbered(dataset):
        while todo and todo[0] < first + batch.num_rows:
            yield first, batch, todo.pop(0)


def _readable_from(batch: pa.RecordBatch, first: int, place: int, kind: str) -> Row:
    low, high = READABLE[kind]
    lengths = sequences_of(batch).lengths[place - first : place - first + SEARCHED]
    fit = np.flatnonzero((lengths >= low) & (lengths <= high))
    return row_at(batch, place - first + (int(fit[0]) if len(fit) else 0), first)


def _alike(row: Row, first: int, block: Sequences, batch: pa.RecordBatch) -> Iterator[int]:
    """The indices of a block's rows with the same values and the same document."""
    places = np.flatnonzero(block.lengths == len(row.values))
    if len(row.values):
        places = places[block.values[block.offsets[places]] == row.values[0]]
    for place in places.tolist():
        if row.is_like(row_at(batch, place, first)):
            yield first + place
