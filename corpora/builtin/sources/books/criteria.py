"""Which of a catalogue's books are taken, and the list that a build is frozen to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

from corpora import Catalogue, DownloadError, Entry, HttpClient, InputError, registry
from corpora.builtin.sources.books.download import Listed, Shelf, download
from corpora.builtin.sources.books.language_codes import code_of

READABLE = frozenset({"epub", "txt", "text", "html", "htm", "xhtml", "plain text"})


@dataclass(frozen=True)
class Criteria:
    """What a book must be, as far as its catalogue says anything of it."""

    language: str = ""
    min_words: int = 0
    free: bool = False

    def reject(self, entry: Entry) -> tuple[str, str] | None:
        """A reason and what was seen, or None."""
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
    """How hosts are asked: arguments of `HttpClient`."""

    permissions: Mapping[str, str]
    pause_seconds: float
    redirect_hosts: tuple[str, ...]


def frozen_list(short: str, criteria: Criteria, downloads: Path, *, contact: str, web: HostSettings) -> Path:
    """The list of a catalogue's books, with those that fit downloaded.

    Args:
        short: the catalogue in its short form.
        downloads: the folder of all downloads.
        contact: for the live catalogues and for the hosts of the books.
        web: how hosts are asked.

    Raises:
        InputError: the catalogue cannot be read or is empty, its host forbids downloads, or --contact is missing.
        StorageError: the disk is full or refuses.
    """
    contact = contact or os.environ.get("CORPORA_CONTACT", "")
    if not contact:
        raise InputError(
            "books: hosts are told who downloads; give --contact with an e-mail address or a page, "
            "or set CORPORA_CONTACT"
        )
    client = HttpClient(contact, **web)
    catalogue: Catalogue = registry.make("catalogues", short)
    try:
        lines = list(chosen(_found(catalogue, client), criteria))
    except DownloadError as error:
        raise InputError(f"books: the catalogue {short} cannot be read: {error}") from error
    if not lines:
        raise InputError(f"books: the catalogue {short} lists no books")
    shelf = Shelf(downloads / "books")
    return shelf.save_list(download(lines, shelf, client))


def _found(catalogue: Catalogue, client: HttpClient) -> Iterable[Entry]:
    """The entries; a catalogue that has a method `visit` is read through our own polite client."""
    visit = getattr(catalogue, "visit", None)
    return catalogue.find() if visit is None else visit(client)


def chosen(entries: Iterable[Entry], criteria: Criteria) -> Iterator[Listed]:
    """A line for each entry, with the reason where it is not taken; ids are made unique."""
    seen: dict[str, int] = {}
    for entry in entries:
        count = seen[entry.id] = seen.get(entry.id, 0) + 1
        if count > 1:
            entry = replace(entry, id=f"{entry.id}~{count}")
        reason, detail = criteria.reject(entry) or ("", "")
        yield Listed(entry, stage="find" if reason else "", reason=reason, detail=detail)


def permissions_of(given: Iterable[str]) -> dict[str, str]:
    """Hosts with who allowed more than their robots.txt says, and when, from `HOST=who, when`.

    Raises:
        InputError: one names no host, or does not say who allowed it.
    """
    permissions = {}
    for text in given:
        host, _, who = text.partition("=")
        if not who.strip() or "/" in host or urlsplit(f"//{host}").hostname is None:
            raise InputError(f'books: permission {text!r} must be HOST="who allowed it, when"')
        permissions[host.strip().lower()] = who.strip()
    return permissions
