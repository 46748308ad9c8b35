"""Find what a dataset shares with evaluation data, and write the dataset without those rows, documents or spans."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpora.arrays import RowNgrams, gathered
from corpora.operations.choice.copies import mapped
from corpora.operations.choice.ngram_index import NgramIndex
from corpora.operations.choice.removals import Removal
from corpora.operations.thresholds import Ranges
from corpora.operations.version_writer import counted_part
from corpora.plugin import Sequences
from corpora.store import Piece, Vocabulary, list_array, sequences_of, write_bytes, write_text

ROW, START, STOP, FIRST_STOP, OWNER = range(5)
"""The columns of spans: the row's index in the dataset; where a run of shared n-grams begins and ends among the row's
values; where its first n-gram ends; the index of the evaluation data."""
Spans = NDArray[np.int64]
"""[spans, 5]."""


@dataclass(frozen=True)
class FindTask:
    """Finds the spans of one piece that occur in evaluation data."""

    folder: Path
    index: NgramIndex

    def __call__(self, piece: Piece) -> tuple[Path, int]:
        """Write the piece's spans unless an earlier attempt did; the file, and the number of n-grams in the piece."""
        path = spans_file(self.folder, piece)
        counted = path.with_suffix(".json")
        if not (path.exists() and counted.exists()):
            total, found = 0, [np.empty((0, 5), np.int64)]
            for _, first_row, batch in piece.batches():
                ngrams = self.index.ngrams_of(sequences_of(batch))
                total += len(ngrams.hashes)
                found.append(spans_of(ngrams, self.index, sequences_of(batch).tight().offsets, first_row))
            write_text(counted, json.dumps(total))
            write_bytes(path, np.concatenate(found).astype("<u8").tobytes())
        return path, json.loads(counted.read_text(encoding="utf-8"))


def spans_file(folder: Path, piece: Piece) -> Path:
    """The path of the file for a piece's spans."""
    return folder / f"spans-{piece.block_number:07d}"


def read_spans(path: Path) -> Spans:
    """The spans in a file that `FindTask` wrote: [spans, 5]."""
    return mapped(path).astype(np.int64).reshape(-1, 5)


def spans_of(ngrams: RowNgrams, index: NgramIndex, offsets: NDArray[np.int64], first_row: int) -> Spans:
    """The spans of a block whose n-grams are in the index; overlapping or adjacent n-grams of a row form one span.

    Args:
        ngrams: those of the block.
        index: the n-grams of the evaluation data.
        offsets: [rows + 1], those of the tight block.
        first_row: the index of the block's first row in the dataset.

    Returns:
        [spans, 5], by row.
    """
    places = index.keys.places(ngrams.hashes)
    hits = np.flatnonzero(places >= 0)
    rows, starts, stops = ngrams.rows[hits], ngrams.starts[hits], ngrams.stops[hits]
    new = np.ones(len(hits), dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]) | (starts[1:] > stops[:-1])  # stops do not decrease within a row
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(hits))[: len(first)] - 1
    begin, owners = offsets[rows[first]], index.owners[places[hits[first]]].astype(np.int64)
    ends = stops[last] - begin, stops[first] - begin
    return np.column_stack([rows[first] + first_row, starts[first] - begin, *ends, owners])


@dataclass(frozen=True)
class RemoveTask:
    """Writes the rows of one piece without the shared text, and a record of each removal."""

    folder: Path
    schema: pa.Schema
    index: NgramIndex
    by: str
    vocabulary: Vocabulary | None
    documents: Ranges | None
    """The row ranges of the documents to remove, if whole documents are removed."""

    def __call__(self, piece: Piece) -> tuple[Path, dict[str, int]]:
        """Write the piece's rows and records unless an earlier attempt did; the path of the rows, and the counts."""
        path = self.folder / f"rows-{piece.block_number:07d}.arrow"
        tally = {"rows_shared": 0, "spans": 0}
        return counted_part(path, self.schema, self._batches(piece, tally), tally)

    def _batches(self, piece: Piece, tally: dict[str, int]) -> Iterator[pa.RecordBatch]:
        spans = read_spans(spans_file(self.folder, piece))
        removals: list[Removal] = []
        for _, first_row, batch in piece.batches():
            bounds = np.searchsorted(spans[:, ROW], [first_row, first_row + batch.num_rows])
            here = spans[bounds[0] : bounds[1]] - np.array([first_row, 0, 0, 0, 0])
            rows = np.unique(here[:, ROW], return_index=True)
            tally["rows_shared"] += len(rows[0])
            tally["spans"] += len(here)
            removals += self._removals(batch, here if self.by == "span" else here[rows[1]], first_row)
            yield self._without(batch, here, first_row)
        lines = (json.dumps(asdict(removal), ensure_ascii=False) + "\n" for removal in removals)
        write_text(removals_file(self.folder, piece), "".join(lines))

    def _without(self, batch: pa.RecordBatch, spans: Spans, first_row: int) -> pa.RecordBatch:
        """The block's remaining rows or parts of rows."""
        if self.by == "span":
            return cut(batch, spans) if len(spans) else batch
        keep = np.ones(batch.num_rows, dtype=bool)
        keep[spans[:, ROW]] = False
        if self.documents is not None:
            keep = ~self.documents.mask(np.empty(batch.num_rows, np.uint64), first_row)
        return batch.filter(pa.array(keep))

    def _removals(self, batch: pa.RecordBatch, spans: Spans, first_row: int) -> Iterator[Removal]:
        block = sequences_of(batch)
        documents = batch.column("document").take(pa.array(spans[:, ROW])).to_pylist()
        for document, span in zip(documents, spans.tolist(), strict=True):
            stop = span[STOP] if self.by == "span" else span[FIRST_STOP]
            text = self._text(block.row(span[ROW])[span[START] : stop])
            rule = f"{self.index.n}-gram of {self.index.names[span[OWNER]]}"
            yield Removal(document, f"row {first_row + span[ROW]:,}", rule, text)

    def _text(self, values: NDArray[np.integer]) -> str:
        if self.vocabulary is None:
            return values.tobytes().decode(errors="replace")
        return self.vocabulary.tokenizer.decode(values.tolist(), skip_special_tokens=False)


def removals_file(folder: Path, piece: Piece) -> Path:
    """The path of the file for the records of a piece's removals."""
    return folder / f"removed-{piece.block_number:07d}.jsonl"


def cut(batch: pa.RecordBatch, spans: Spans) -> pa.RecordBatch:
    """Cut spans out of a block's rows. The text on either side of a span becomes a separate row, unless it is empty.

    Joining both sides would create n-grams that do not occur in the text.

    Args:
        batch: the block.
        spans: [spans, 5], by row, with rows counted from the beginning of the block.
    """
    block = sequences_of(batch).tight()
    whole = np.setdiff1d(np.arange(len(block)), spans[:, ROW])
    starts, stops, rows = [block.offsets[whole]], [block.offsets[whole + 1]], [whole]
    for row in np.unique(spans[:, ROW]).tolist():
        begin, end = block.offsets[row], block.offsets[row + 1]
        own = spans[spans[:, ROW] == row] + np.array([0, begin, begin, begin, 0])
        sides = zip([begin, *own[:, STOP]], [*own[:, START], end], strict=True)
        kept = [side for start, stop in sides if (side := _trimmed(block, int(start), int(stop)))[0] < side[1]]
        starts.append(np.array([start for start, _ in kept], np.int64))
        stops.append(np.array([stop for _, stop in kept], np.int64))
        rows.append(np.full(len(kept), row))
    begins, ends, origin = (np.concatenate(parts) for parts in (starts, stops, rows))
    order = np.lexsort((begins, origin))
    lengths, taken = (ends - begins)[order], pa.array(origin[order])
    made = Sequences(gathered(block.values, begins[order], lengths), np.append(0, np.cumsum(lengths)))
    columns = [_column(made, batch.schema.field(0).type), *(column.take(taken) for column in batch.columns[1:])]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _trimmed(block: Sequences, start: int, stop: int) -> tuple[int, int]:
    """A range of values; in text, without white space at its ends."""
    if block.values.dtype != np.uint8:
        return start, stop
    text = block.values[start:stop].tobytes().decode()
    left = len(text[: len(text) - len(text.lstrip())].encode())
    return start + left, start + left + len(text.strip().encode())


def _column(block: Sequences, kind: pa.DataType) -> pa.Array:
    if pa.types.is_list(kind):
        return list_array(block, kind.value_type)
    buffers = [None, pa.py_buffer(np.ascontiguousarray(block.offsets)), pa.py_buffer(block.values)]
    return pa.Array.from_buffers(kind, len(block), buffers)
