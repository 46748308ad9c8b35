"""Datasets in a folder of Parquet files: `parquet:DIR`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from corpora import DatasetProvider, hookimpl, option, sha256_file, sha256_of
from corpora.builtin.datasets import rows

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Parquet(DatasetProvider):
    """Sentences, one a row, in the Parquet files of a folder."""

    name: ClassVar[str] = "parquet"
    folder: Path = option(..., "The folder that holds the files, at any depth.", decides=False)
    text: str = option("text", "The column that holds the sentences.")

    def fingerprint(self) -> str:
        """The sha256 of every file, by its path in the folder."""
        files = rows.parquet_files(self.folder)
        return sha256_of([[path.relative_to(self.folder).as_posix(), sha256_file(path)] for path in files])

    def blocks(self) -> Iterator[pa.RecordBatch]:
        """Rows that hold text; a row without a document belongs to its file."""
        return rows.sentence_rows(self.folder, self.text)


@hookimpl
def corpora_datasets() -> list[type[DatasetProvider]]:
    """Offer it."""
    return [Parquet]
