"""Books from folders of EPUB, TXT and HTML files: the sources `books` and `tbc`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from corpora import ChildDied, Defaults, Document, LimitExceeded, Reject, Shard, Source, guarded, hookimpl, option
from corpora.builtin.sources.books.clean import document_of
from corpora.builtin.sources.books.draft import Draft, Unreadable
from corpora.builtin.sources.books.folder import shards_of
from corpora.builtin.sources.books.reading import read_book

SUFFIXES = (".epub", ".txt", ".html", ".htm", ".xhtml")


@dataclass(frozen=True)
class Books(Source):
    """Books of any language, from your own folder of EPUB, TXT and HTML files."""

    name: ClassVar[str] = "books"

    folder: Path | None = option(None, "The folder that holds the books, at any depth.", decides=False)
    min_words: int = option(0, "Books with fewer words are rejected.", min=0)
    language: str = option("", "Books in another language are rejected; an ISO 639-1 code, empty for any.")

    def shards(self) -> Sequence[Shard]:
        """One shard a file, sorted by path."""
        return shards_of(self.folder, SUFFIXES, owner=self.name)

    def read(self, shard: Shard) -> Iterator[Document | Reject]:
        """The book in one file, or why it gives none."""
        yield _read(shard)

    def defaults(self) -> Defaults:
        """Filters by words and language as the options say, and the check for broken characters."""
        filters = [f"words:min={self.min_words}"] if self.min_words else []
        filters += [f"language:{self.language}"] if self.language else []
        return Defaults((*filters, "mojibake"))


@dataclass(frozen=True)
class Tbc(Books):
    """The Toronto BookCorpus replica: `books` with the study's criteria, English and 20,000 words."""

    name: ClassVar[str] = "tbc"

    min_words: int = option(20_000, "Books with fewer words are rejected.", min=0)
    language: str = option("en", "Books in another language are rejected; an ISO 639-1 code, empty for any.")


def _read(shard: Shard) -> Document | Reject:
    if shard.path is None:
        return Reject(shard.key, "read", "unreadable file", "a link to nothing, or no permission")
    try:
        document = document_of(_draft(shard.path), shard.key)
        return (
            document if document.paragraphs else Reject(shard.key, "read", "no text", "headings and boilerplate only")
        )
    except Unreadable as error:
        return Reject(shard.key, "read", error.reason, error.detail)
    except (ChildDied, LimitExceeded) as error:
        return Reject(shard.key, "read", "reader died", str(error), failed=True)
    except OSError as error:
        return Reject(shard.key, "read", "unreadable file", error.strerror or str(error))


def _draft(path: Path) -> Draft:
    return guarded(read_book, path) if path.suffix.lower() != ".txt" else read_book(path)


@hookimpl
def corpora_sources() -> list[type[Source]]:
    """Offer them."""
    return [Books, Tbc]
