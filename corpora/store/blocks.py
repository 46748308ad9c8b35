"""Arrow on disk: the two schemas, blocks read as NumPy views, and the writer that divides rows into blocks and files.

A row's position depends only on the rows before it: a block ends at 65,536 rows or 4 M values, a file at 128 MiB.
The same rows therefore give the same bytes, however they are batched.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa

from corpora.arrays import numbers_array, numbers_in
from corpora.errors import DatasetDamaged
from corpora.plugin import Array, Sequences
from corpora.store.disk.datasets_files import write_datasets_files

SENTENCES = pa.schema([("text", pa.large_string()), ("paragraph", pa.int32()), ("document", pa.large_string())])
"""One sentence per row, the number of its paragraph in the document, and the document's id."""


def tokens_schema(vocabulary_size: int) -> pa.Schema:
    """The schema of token datasets.

    Args:
        vocabulary_size: decides the type of the ids: uint16 up to 65,536 pieces, otherwise uint32.
    """
    width = pa.uint16() if vocabulary_size <= 65_536 else pa.uint32()
    return pa.schema([("input_ids", pa.list_(width)), ("document", pa.large_string())])


def values_column(schema: pa.Schema) -> str:
    """The name of the column with a block's values: `text` or `input_ids`."""
    return "text" if "text" in schema.names else "input_ids"


def scores_schema(names: Iterable[str]) -> list[pa.Field]:
    """The columns for scores with these names; they come after all others."""
    return [pa.field(name, pa.float32()) for name in names]


def scores_in(schema: pa.Schema) -> list[str]:
    """The names of a dataset's scores."""
    return [column.name for column in schema if pa.types.is_floating(column.type)]


def numbers_of(batch: pa.RecordBatch) -> dict[str, Array]:
    """A block's numeric columns by name, [rows] each, without copying.

    Args:
        batch: a record batch of a dataset; columns of text and lists are left out.
    """
    kinds = (pa.types.is_floating, pa.types.is_integer)
    names = [column.name for column in batch.schema if any(is_kind(column.type) for is_kind in kinds)]
    return {name: numbers_in(batch.column(name)) for name in names}


def sequences_of(batch: pa.RecordBatch) -> Sequences:
    """A record batch's values as a ragged block, without copying.

    Args:
        batch: with a column `text` (large_string) or `input_ids` (list).
    """
    return ragged(batch.column(values_column(batch.schema)))


def ragged(array: pa.Array) -> Sequences:
    """An Arrow list or large_string array as a ragged block, without copying its values."""
    if pa.types.is_large_string(array.type):
        _, offsets, data = array.buffers()
        all_offsets = np.frombuffer(offsets, dtype=np.int64) if offsets is not None else np.zeros(1, np.int64)
        values = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, np.uint8)
        return Sequences(values, all_offsets[array.offset : array.offset + len(array) + 1])
    offsets = numbers_in(array.offsets).astype(np.int64)
    return Sequences(numbers_in(array.values), offsets)


def list_array(block: Sequences, width: pa.DataType) -> pa.ListArray:
    """A ragged block as an Arrow list array.

    Args:
        block: token ids.
        width: the Arrow type of the ids, uint16 or uint32.
    """
    block = block.tight()
    return pa.ListArray.from_arrays(numbers_array(block.offsets, pa.int32()), numbers_array(block.values, width))


def tight(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same rows in buffers that contain nothing else.

    When Arrow writes a slice, it includes up to 63 bytes of whatever follows in memory. Without this function, the
    bytes on disk would depend on how the rows were batched.
    """
    return pa.RecordBatch.from_arrays([_tight_column(column) for column in batch.columns], schema=batch.schema)


def _tight_column(column: pa.Array) -> pa.Array:
    if pa.types.is_large_string(column.type):
        block = ragged(column).tight()
        buffers = [None, pa.py_buffer(np.ascontiguousarray(block.offsets)), pa.py_buffer(block.values)]
        return pa.Array.from_buffers(column.type, len(column), buffers)
    if pa.types.is_list(column.type):
        return list_array(ragged(column), column.type.value_type)
    return numbers_array(np.array(numbers_in(column)), column.type)


def read_stream(path: Path) -> Iterator[pa.RecordBatch]:
    """The record batches of an Arrow stream file, memory-mapped.

    Raises:
        DatasetDamaged: the file is missing, truncated in the middle of a batch, or not an Arrow stream.
    """
    try:
        with pa.memory_map(str(path)) as source, pa.ipc.open_stream(source) as reader:
            yield from reader
    except (pa.ArrowInvalid, OSError) as error:
        raise DatasetDamaged(f"{path}: {str(error).splitlines()[0]}; build it again") from error


@dataclass(frozen=True)
class Limits:
    """The sizes of blocks and files. They affect the bytes of a version, so actions always use the defaults."""

    rows: int = 65_536
    """The maximum number of rows in a block."""
    values: int = 4 << 20
    """A block ends when it has this many values (ids, or bytes of text)."""
    file_bytes: int = 128 << 20
    """A new file begins when the current one has reached this size."""


LIMITS = Limits()


class BlockWriter:
    """Writes rows as `data-XXXXX-of-XXXXX.arrow` files that `datasets.load_from_disk` opens.

    Args:
        folder: where the files are written; data files from an earlier, unfinished attempt are deleted.
        schema: one of the two schemas, possibly with score columns.
        limits: the sizes of blocks and files, other than the default in tests only.
    """

    def __init__(self, folder: Path, schema: pa.Schema, limits: Limits | None = None) -> None:
        self.folder, self.schema, self.limits = folder, schema, limits or LIMITS
        self.rows = self.values = 0
        self._column = values_column(schema)
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = self._pending_values = 0
        self._paths: list[Path] = []
        self._file: Any = None
        self._stream: Any = None
        for path in folder.glob("data-*.arrow"):
            path.unlink()

    def write(self, batch: pa.RecordBatch) -> None:
        """Append rows; whole blocks are written as soon as they are full.

        Args:
            batch: any number of rows, cast to the writer's schema if necessary.
        """
        if batch.num_rows == 0:
            return
        self._pending.append(batch.cast(self.schema) if batch.schema != self.schema else batch)
        self._pending_rows += batch.num_rows
        self._pending_values += len_values(batch.column(self._column))
        if self._pending_rows >= self.limits.rows or self._pending_values >= self.limits.values:
            self._flush(last=False)

    def close(self) -> list[Path]:
        """Write the remaining rows, give the files their final names, and sync them to disk.

        Returns:
            The data files, in order; one empty file if there are no rows.
        """
        self._flush(last=True)
        if self._stream is None and not self._paths:
            self._open_file()
        self._close_file()
        total = len(self._paths)
        final = [self.folder / f"data-{number:05d}-of-{total:05d}.arrow" for number in range(total)]
        for path, name in zip(self._paths, final, strict=True):
            path.rename(name)
        write_datasets_files(self.folder, self.schema, final)
        return final

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._stream is not None:
            self._close_file()

    def _flush(self, *, last: bool) -> None:
        if not self._pending:
            return
        table = pa.Table.from_batches(self._pending, self.schema).combine_chunks()
        batch = table.to_batches()[0]
        offsets = ragged(batch.column(self._column)).offsets
        start = 0
        while start < batch.num_rows:
            stop = _block_end(offsets, start, self.limits)
            if stop == batch.num_rows and not last and not _is_full(offsets, start, stop, self.limits):
                break
            self._write_block(batch.slice(start, stop - start), int(offsets[stop] - offsets[start]))
            start = stop
        rest = batch.slice(start)
        self._pending = [rest] if rest.num_rows else []
        self._pending_rows = rest.num_rows
        self._pending_values = int(offsets[-1] - offsets[start])

    def _write_block(self, block: pa.RecordBatch, values: int) -> None:
        if self._stream is None:
            self._open_file()
        self._stream.write_batch(tight(block))
        self.rows += block.num_rows
        self.values += values
        if self._file.tell() >= self.limits.file_bytes:
            self._close_file()

    def _open_file(self) -> None:
        path = self.folder / f"data-{len(self._paths):05d}.arrow"
        self._paths.append(path)
        self._file = path.open("wb")
        self._stream = pa.ipc.new_stream(self._file, self.schema)

    def _close_file(self) -> None:
        file, stream = self._file, self._stream
        self._file = self._stream = None
        if stream is not None:
            with file:  # closed even if the disk is full
                stream.close()
                file.flush()
                os.fsync(file.fileno())


def len_values(array: object) -> int:
    """The number of values (ids, or bytes of text) in a column."""
    offsets = ragged(array).offsets
    return int(offsets[-1] - offsets[0])


def _block_end(offsets: Array, start: int, limits: Limits) -> int:
    """The row after the last one of the block that begins at `start`; a block has at least one row."""
    by_values = int(np.searchsorted(offsets, offsets[start] + limits.values, side="right")) - 1
    return max(start + 1, min(by_values, start + limits.rows, len(offsets) - 1))


def _is_full(offsets: Array, start: int, stop: int, limits: Limits) -> bool:
    return stop - start == limits.rows or int(offsets[stop] - offsets[start]) >= limits.values


@dataclass(frozen=True)
class Piece:
    """Consecutive blocks of one dataset file, the unit of parallel work."""

    path: Path
    first_block: int
    """The index of its first block within the file."""
    blocks: int
    first_row: int
    """The index of its first row within the dataset."""
    block_number: int
    """The index of its first block within the dataset."""

    def batches(self) -> Iterator[tuple[int, int, pa.RecordBatch]]:
        """Its blocks: (index of the block in the dataset, index of its first row in the dataset, the rows)."""
        number, row = self.block_number, self.first_row
        for position, batch in enumerate(read_stream(self.path)):
            if position < self.first_block:
                continue
            if position >= self.first_block + self.blocks:
                return
            yield number, row, batch
            number, row = number + 1, row + batch.num_rows


def pieces_of(files: Iterable[Path], *, target_bytes: int = 16 << 20) -> list[Piece]:
    """Divide dataset files into pieces of roughly equal size, independent of the number of workers.

    Args:
        files: data files, in order.
        target_bytes: a piece ends with the block that reaches this size in memory, or with its file.
    """
    pieces: list[Piece] = []
    row = number = 0
    for path in files:
        first_block, first_row, first_number, size = 0, row, number, 0
        position = 0
        for batch in read_stream(path):
            size += batch.nbytes
            row, number, position = row + batch.num_rows, number + 1, position + 1
            if size >= target_bytes:
                pieces.append(Piece(path, first_block, position - first_block, first_row, first_number))
                first_block, first_row, first_number, size = position, row, number, 0
        if position > first_block:
            pieces.append(Piece(path, first_block, position - first_block, first_row, first_number))
    return pieces
