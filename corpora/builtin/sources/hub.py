"""Texts of a dataset on the hub, one document per row: the source `hub`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import ClassVar, Self

from corpora import Defaults, Document, Reject, Shard, Source, hookimpl, option
from corpora.builtin.datasets import repository
from corpora.builtin.sources.texts import Texts


@dataclass(frozen=True)
class HubTexts(Source):
    """The Parquet files of a dataset on the hub, one document per row; its revision is pinned to a commit."""

    name: ClassVar[str] = "hub"
    version: ClassVar[int] = 6
    uses: ClassVar[tuple[str, ...]] = ("ftfy",)

    repository: str = option(..., "OWNER/NAME, or OWNER/NAME@REVISION with a branch, a tag or a commit.")
    text: str = option("text", "The column with the text; meta.text is the field text inside meta.")
    id: str = option("id", "The column with a row's id. Rows without an id of their own are numbered.")
    files: str = option("*", "Which files, by their path in the repository: data/train-*.")

    def fetches(self) -> bool:
        """Always True; files in the hub's cache are not downloaded again."""
        return True

    def freeze(self, downloads: Path) -> Self:
        """The same source pinned to the commit that the revision currently points to.

        Raises:
            DatasetNotFound: the repository or revision does not exist or is private.
            DatasetError: the hub cannot be reached.
        """
        return replace(self, repository=repository.pinned(self.repository))

    def shards(self) -> Sequence[Shard]:
        """One shard per file, sorted by path."""
        from corpora.builtin.datasets import rows

        folder = self._folder()
        files = rows.parquet_files(folder, self.files)
        keys = [path.relative_to(folder).as_posix() for path in files]
        return [Shard(key, path, size_bytes=path.stat().st_size) for key, path in zip(keys, files, strict=True)]

    def read(self, shard: Shard) -> Iterator[Document | Reject]:
        """The documents of one file, and a reject for each row that does not give one."""
        licence = _licence(shard)
        for made in Texts(text=self.text, id=self.id).read(shard):
            yield replace(made, licence=made.licence or licence) if isinstance(made, Document) else made

    def defaults(self) -> Defaults:
        """Those of the source `texts`."""
        return Texts().defaults()

    def _folder(self) -> Path:
        from corpora.builtin.datasets import rows

        return repository.fetched(self.repository, [rows.wanted(self.files), rows.CARD])


@cache
def _licence(shard: Shard) -> str:
    """The licence in the dataset card of the shard's commit."""
    from corpora.builtin.datasets import rows

    assert shard.path is not None
    return rows.licence_in(shard.path.parents[shard.key.count("/")])


@hookimpl
def corpora_sources() -> list[type[Source]]:
    """Offer texts on the hub."""
    return [HubTexts]
