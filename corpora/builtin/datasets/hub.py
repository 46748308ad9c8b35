"""Datasets on the hub: `hub:OWNER/NAME` or `hub:OWNER/NAME@REVISION`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from corpora import DatasetProvider, hookimpl, option
from corpora.builtin.datasets import repository, rows

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Hub(DatasetProvider):
    """The Parquet files of a dataset on the hub, read like those of `parquet`; its revision is pinned to a commit."""

    name: ClassVar[str] = "hub"
    version: ClassVar[int] = 2
    repository: str = option(..., "OWNER/NAME, or OWNER/NAME@REVISION with a branch, a tag or a commit.")
    text: str = option("text", "The column with the sentences.")
    files: str = option("*", "Which files, by their path in the repository: data/train-*.")
    scores: tuple[str, ...] = option((), "Columns of numbers to keep as scores, joined by +.")

    def fetches(self) -> bool:
        """Always True; files in the hub's cache are not downloaded again."""
        return True

    def freeze(self) -> Self:
        """The same dataset pinned to the commit that the revision currently points to.

        Raises:
            DatasetNotFound: the repository or revision does not exist or is private.
            DatasetError: the hub cannot be reached.
        """
        return replace(self, repository=repository.pinned(self.repository))

    def fingerprint(self) -> str:
        """The sha256 of every file, by its path in the repository, and of the tokenizer.

        The commit alone is not enough: if the hub cannot be reached, the cache may contain only some of its files.
        """
        return rows.content_of(self._folder(), self.files, self.tokenizer())

    def blocks(self) -> Iterator[pa.RecordBatch]:
        """The rows, without empty ones; a row without a document id belongs to its file."""
        return rows.blocks(self._folder(), self.files, self.text, self.scores)

    def tokenizer(self) -> str | None:
        """The `tokenizer.json` of the commit, if its files contain token ids."""
        return rows.tokenizer_in(self._folder(), self.files, self.text)

    def licence(self) -> str:
        """The licence in the dataset card of the commit."""
        return rows.licence_in(self._folder())

    def _folder(self) -> Path:
        return repository.fetched(self.repository, [rows.wanted(self.files), rows.TOKENIZER, rows.CARD])


@hookimpl
def corpora_datasets() -> list[type[DatasetProvider]]:
    """Offer datasets on the hub."""
    return [Hub]
