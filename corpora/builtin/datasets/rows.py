"""Parquet files as rows of sentences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from corpora import InputError

SCHEMA = pa.schema([("text", pa.large_string()), ("paragraph", pa.int32()), ("document", pa.large_string())])
BATCH_ROWS = 65_536


def parquet_files(folder: Path) -> list[Path]:
    """The Parquet files of a folder at any depth, by their paths.

    Raises:
        InputError: there is none.
    """
    files = sorted(folder.rglob("*.parquet"))
    if not files:
        raise InputError(f"no .parquet file under {folder}; is it the right folder?")
    return files


def sentence_rows(folder: Path, column: str) -> Iterator[pa.RecordBatch]:
    """Every row that holds text, with its paragraph and document where the files say them.

    Raises:
        InputError: a file is no Parquet, or has no such column.
    """
    import pyarrow.parquet as pq

    for path in parquet_files(folder):
        try:
            with pq.ParquetFile(path) as file:
                if column not in file.schema_arrow.names:
                    names = ", ".join(file.schema_arrow.names)
                    raise InputError(f"{path} has no column {column}; it has {names}; name one with text=COLUMN")
                for batch in file.iter_batches(BATCH_ROWS):
                    yield _sentences(batch, column, path.relative_to(folder).as_posix())
        except pa.ArrowException as error:
            raise InputError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error


def _sentences(batch: pa.RecordBatch, column: str, document: str) -> pa.RecordBatch:
    names, rows = batch.schema.names, batch.num_rows
    text = batch.column(column).cast(pa.large_string())
    paragraph = batch.column("paragraph").cast(pa.int32()) if "paragraph" in names else pa.nulls(rows, pa.int32())
    ids = batch.column("document").cast(pa.large_string()) if "document" in names else pa.nulls(rows, pa.large_string())
    columns = [text, pc.fill_null(paragraph, 0), pc.fill_null(ids, document)]
    made = pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
    return made.filter(pc.fill_null(pc.greater(pc.binary_length(text), 0), False))
