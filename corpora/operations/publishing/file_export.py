"""Export a dataset's rows to one file that other programs can read."""

from __future__ import annotations

import io
import json
import lzma
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from corpora.errors import OptionError
from corpora.execution import Progress, silent
from corpora.operations.version_writer import Work
from corpora.store import Dataset, Store, remove_abandoned, staged_file, storage_errors, texts

FORMATS = (".txt", ".jsonl", ".parquet")
PACKED = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zst": "zstd"}
"""The codecs for compressed text and JSON lines, by suffix."""


def export(
    dataset: Dataset | str,
    file: Path,
    *,
    overwrite: bool = False,
    store: Store | None = None,
    progress: Progress = silent,
) -> int:
    """Write a dataset's rows as text lines, JSON lines or Parquet; token ids are decoded for text and JSON.

    Args:
        dataset: open, or given by reference.
        file: its suffix determines the format (.txt, .jsonl, .parquet) and the compression (.jsonl.gz).
        overwrite: replace an existing file.

    Returns:
        The number of rows.

    Raises:
        OptionError: the suffix is not supported, or the file exists and `overwrite` is not given.
        StorageError: the disk is full or read-only, or the file cannot be created.
    """
    packing = file.suffix if file.suffix in PACKED else ""
    suffix = Path(file.stem).suffix if packing else file.suffix
    if suffix not in FORMATS or (packing and suffix == ".parquet"):
        raise OptionError(
            f"{file} has the suffix {(suffix + packing) or '(none)'}; use {', '.join(FORMATS)}, or .txt or .jsonl "
            f"followed by {', '.join(PACKED)}"
        )
    if file.exists() and not overwrite:
        raise OptionError(f"{file} exists; --overwrite replaces it")
    found = Work.here(store, "serial", progress).open(dataset)
    with storage_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with staged_file(file) as staged:
            if suffix == ".parquet":
                _parquet(found, staged, progress)
            else:
                _lines(found, staged, suffix, progress, packing)
        remove_abandoned(file)
    return found.rows


def _parquet(dataset: Dataset, file: BinaryIO, progress: Progress) -> None:
    done = 0
    with pq.ParquetWriter(file, dataset.schema, compression="zstd") as writer:
        for batch in dataset.batches():
            writer.write_batch(batch)
            done += batch.num_rows
            progress("export", done, dataset.rows, "")


def _lines(dataset: Dataset, file: BinaryIO, suffix: str, progress: Progress, packing: str) -> None:
    with io.TextIOWrapper(_packer(file, packing), "utf-8", errors="surrogatepass", newline="\n") as stream:
        for done, line in enumerate(_texts(dataset, suffix), 1):
            stream.write(line + "\n")
            if done % 10_000 == 0 or done == dataset.rows:
                progress("export", done, dataset.rows, "")


def _packer(file: IO[bytes], packing: str) -> IO[bytes]:
    """A stream that writes to a file, possibly compressed; closing it does not close the file."""
    if packing == ".xz":
        return lzma.LZMAFile(file, "w")
    own = io.FileIO(os.dup(file.fileno()), "wb")
    if not packing:
        return io.BufferedWriter(own)
    stream: IO[bytes] = pa.CompressedOutputStream(pa.PythonFile(own, "w"), PACKED[packing])
    return stream


def _texts(dataset: Dataset, suffix: str) -> Iterator[str]:
    for row in texts(dataset):
        yield row["text"] if suffix == ".txt" else json.dumps(row, ensure_ascii=False)
