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
"""The files with rows, the tokenizer and the card."""


@dataclass(frozen=True)
class Parquet(DatasetProvider):
    """The Parquet files of a folder: one sentence per row, or token ids with their tokenizer.json in the folder.

    The folder may be an address (`parquet:s3://bucket/rows`); its files are downloaded first.
    """

    name: ClassVar[str] = "parquet"
    version: ClassVar[int] = 2
    folder: Path | Address = option(
        ..., "The folder that holds the files, at any depth; or an address (s3://, https://, hf://).", decides=False
    )
    text: str = option("text", "The column that holds the sentences.")
    files: str = option("*", "Which files, by their path in the folder: data/train-*.")
    follow_links: bool = option(False, "Read what is behind links that lead out of the folder.", decides=False)
    scores: tuple[str, ...] = option((), "Columns of numbers to keep as scores, joined by +.")

    def fetches(self) -> bool:
        """Whether the files are elsewhere and have to be downloaded."""
        return is_elsewhere(self.folder)

    def freeze(self) -> Self:
        """The same dataset with its folder's absolute path, so that recipes work from any directory.

        The files of an address are downloaded.

        Raises:
            InputError: a link in the folder leads out of it.
        """
        place: Path | Address
        if isinstance(self.folder, Address):
            place = fetched_folder(self.folder, default_store().downloads, READS, owner=self.name)
        else:
            place = self.folder.expanduser().absolute()
            if not self.follow_links:
                rows.refuse_links(place)
        return replace(self, folder=place)

    def fingerprint(self) -> str:
        """The sha256 of every file, by its path in the folder, and of the tokenizer."""
        return rows.content_of(local(self.folder), self.files, self.tokenizer())

    def blocks(self) -> Iterator[pa.RecordBatch]:
        """Rows that are not empty; a row without a document belongs to its file."""
        return rows.blocks(local(self.folder), self.files, self.text, self.scores)

    def tokenizer(self) -> str | None:
        """The `tokenizer.json` in the folder, if the files hold token ids."""
        return rows.tokenizer_in(local(self.folder), self.files, self.text)

    def licence(self) -> str:
        """The licence that the card in the folder names."""
        return rows.licence_in(local(self.folder))


@hookimpl
def corpora_datasets() -> list[type[DatasetProvider]]:
    """Offer Parquet folders."""
    return [Parquet]
