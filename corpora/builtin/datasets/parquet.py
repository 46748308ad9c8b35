"""Datasets in a folder of Parquet files: `parquet:DIR`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from corpora import Address, DatasetProvider, default_store, hookimpl, option
from corpora.builtin.datasets import rows
from corpora.builtin.sources.addresses import fetched_folder, is_elsewhere, local
from corpora.builtin.sources.packed import Suffixes

if TYPE_CHECKING:
    import pyarrow as pa

READS = Suffixes((".parquet", ".json", ".md"))
"""The files that are downloaded from an address: rows, the tokenizer and the card."""


@dataclass(frozen=True)
class Parquet(DatasetProvider):
    """The Parquet files in a folder: one sentence per row, or token ids with their tokenizer.json in the folder.

    The folder can be an address (`parquet:s3://bucket/rows`), whose files are downloaded first.
    """

    name: ClassVar[str] = "parquet"
    version: ClassVar[int] = 2
    folder: Path | Address = option(
        ..., "The folder with the files, at any depth; or an address (s3://, https://, hf://).", decides=False
    )
    text: str = option("text", "The column with the sentences.")
    files: str = option("*", "Which files, by their path in the folder: data/train-*.")
    follow_links: bool = option(False, "Follow symbolic links that lead out of the folder.", decides=False)
    scores: tuple[str, ...] = option((), "Columns of numbers to keep as scores, joined by +.")

    def fetches(self) -> bool:
        """Whether the folder is an address, whose files have to be downloaded."""
        return is_elsewhere(self.folder)

    def freeze(self) -> Self:
        """The same dataset with the folder's absolute path, so that recipes work from any directory.

        The files of an address are downloaded.

        Raises:
            InputError: a symbolic link leads out of the folder.
        """
        place: Path | Address
        if isinstance(self.folder, Address):
            place = fetched_folder(self.folder, default_store().downloads, READS, owner=self.name, whole=True)
        else:
            place = self.folder.expanduser().absolute()
            if not self.follow_links:
                rows.refuse_links(place)
        return replace(self, folder=place)

    def fingerprint(self) -> str:
        """The sha256 of every file, by its path in the folder, and of the tokenizer."""
        return rows.content_of(local(self.folder), self.files, self.tokenizer())

    def blocks(self) -> Iterator[pa.RecordBatch]:
        """The rows, without empty ones; a row without a document id belongs to its file."""
        return rows.blocks(local(self.folder), self.files, self.text, self.scores)

    def tokenizer(self) -> str | None:
        """The `tokenizer.json` in the folder, if the files contain token ids."""
        return rows.tokenizer_in(local(self.folder), self.files, self.text)

    def licence(self) -> str:
        """The licence in the dataset card in the folder."""
        return rows.licence_in(local(self.folder))


@hookimpl
def corpora_datasets() -> list[type[DatasetProvider]]:
    """Offer Parquet folders."""
    return [Parquet]
