"""Choose books from a catalogue, and make the list of downloads that a build is frozen to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

from corpora import Catalogue, DownloadError, Entry, HttpClient, InputError, registry
from corpora.builtin.sources.books.download import DownloadFolder, ListedBook, download
from corpora.builtin.sources.books.language_codes import code_of

READABLE = frozenset({"epub", "txt", "text", "html", "htm", "xhtml", "plain text"})


@dataclass(frozen=True)
class Criteria:
    """Requirements for books, checked as far as the catalogue has the information."""

    language: str = ""
    """An ISO 639-1 code; empty for any."""
    min_words: int = 0
    free: bool = False

    def reject(self, entry: Entry) -> tuple[str, str] | None:
        """The reason to reject a book, and a detail; None if it meets the requirements."""
        if self.language and entry.language and code_of(entry.language) != self.language:
            return f"language {code_of(entry.language) or entry.language.lower()}", entry.language
        if self.free and entry.price:
            return "not free", f"{entry.price:g}"
        if entry.words is not None and entry.words < self.min_words:
            return "too short", f"{entry.words:,} words"
        if entry.formats and READABLE.isdisjoint(name.lower() for name in entry.formats):
            return "no readable format", ", ".join(entry.formats)
        return None if entry.url else ("no address", "the catalogue gives none for its text")


class HostSettings(TypedDict):
    """Settings for requests: arguments of `HttpClient`."""

    permissions: Mapping[str, str]
    pause_seconds: float
    redirect_hosts: tuple[str, ...]


def frozen_list(short: str, criteria: Criteria, downloads: Path, *, contact: str, web: HostSettings) -> Path:
    """Download the books of a catalogue that meet the criteria, and return the path of their list.

    Args:
        short: the catalogue in its short form.
        criteria: which books to download; others are listed with a reason.
        downloads: the folder of all downloads.
        contact: an e-mail or web address, sent to all hosts; by default `$CORPORA_CONTACT`.
        web: settings for requests.

    Raises:
        InputError: the catalogue cannot be read or is empty, its host forbids downloads, or --contact is missing.
        StorageError: the disk is full or read-only.
    """
    contact = contact or os.environ.get("CORPORA_CONTACT", "")
    if not contact:
        raise InputError(
            "books: hosts must know who downloads from them; give --contact with an e-mail or web address, "
            "or set CORPORA_CONTACT"
        )
    client = HttpClient(contact, **web)
    catalogue: Catalogue = registry.make("catalogues", short)
    try:
        lines = list(chosen(_found(catalogue, client), criteria))
    except DownloadError as error:
        raise InputError(f"books: the catalogue {short} cannot be read: {error}") from error
    if not lines:
        raise InputError(f"books: the catalogue {short} contains no books")
    shelf = DownloadFolder(downloads / "books")
    return shelf.save_list(download(lines, shelf, client))


def _found(catalogue: Catalogue, client: HttpClient) -> Iterable[Entry]:
    """The entries of a catalogue; if it has a method `visit`, it is read through our polite client."""
    visit = getattr(catalogue, "visit", None)
    return catalogue.find() if visit is None else visit(client)


def chosen(entries: Iterable[Entry], criteria: Criteria) -> Iterator[ListedBook]:
    """A line for each entry, with the reason if it is rejected; ids are made unique.

    Args:
        entries: of a catalogue.
        criteria: which ones to take.
    """
    seen: dict[str, int] = {}
    for entry in entries:
        count = seen[entry.id] = seen.get(entry.id, 0) + 1
        if count > 1:
            entry = replace(entry, id=f"{entry.id}~{count}")
        reason, detail = criteria.reject(entry) or ("", "")
        yield ListedBook(entry, stage="find" if reason else "", reason=reason, detail=detail)


def permissions_of(given: Iterable[str]) -> dict[str, str]:
    """Parse permissions to ignore the robots.txt of hosts.

    Args:
        given: `HOST=who allowed it, when` each.

    Returns:
        Who allowed it and when, by host in lower case.

    Raises:
        InputError: one has no valid host, or does not say who allowed it.
    """
    permissions = {}
    for text in given:
        host, _, who = text.partition("=")
        if not who.strip() or "/" in host or urlsplit(f"//{host}").hostname is None:
            raise InputError(f'books: permission {text!r} must be HOST="who allowed it, when"')
        permissions[host.strip().lower()] = who.strip()
    return permissions
