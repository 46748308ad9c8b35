"""Smashwords: pages that you saved, or the live site if you have its permission."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from corpora import Catalogue, Entry, HttpClient, InputError, hookimpl, links_out, option
from corpora.builtin.catalogues.smashwords.pages import SITE, books_of, next_page

FORBIDDEN = (
    "catalogue smashwords: {what} at {site}, and its terms forbid bulk download, so nothing is downloaded. "
    "Use a folder of books that you own (--folder DIR), pages that you saved (--catalogue saved-pages:DIR), "
    '--catalogue gutenberg, or ask Smashwords and add --permission {host}="who allowed it, when"'
)


@dataclass(frozen=True)
class SavedPages(Catalogue):
    """Smashwords pages that you saved: lists and book pages, in the layouts of 2012 and 2017."""

    name: ClassVar[str] = "saved-pages"
    version: ClassVar[int] = 2

    folder: Path = option(..., "The folder with the saved .html files, at any depth.", decides=False)
    follow_links: bool = option(False, "Follow symbolic links that lead out of the folder.", decides=False)

    def find(self) -> Iterator[Entry]:
        """Each book once, in the order of the files. A book's own page takes precedence over its entry in a list.

        Raises:
            InputError: the folder contains no .html file, or a link that leads out of it.
        """
        link = None if self.follow_links else next(links_out(self.folder), None)
        if link is not None:
            raise InputError(
                f"catalogue saved-pages: {link} leads out of the folder, to {link.resolve()}; remove it, or add "
                "follow-links=true"
            )
        files = sorted(path for path in self.folder.rglob("*") if path.suffix.lower() in (".html", ".htm"))
        if not files:
            raise InputError(
                f"catalogue saved-pages: no .html file under {self.folder}; save pages of the site there first"
            )
        found: dict[str, Entry] = {}
        for file in files:
            for entry in books_of(file.read_text(encoding="utf-8", errors="replace")):
                if entry.id not in found or entry.formats:
                    found[entry.id] = entry if entry.formats else replace(entry, url="")
        yield from found.values()


@dataclass(frozen=True)
class Smashwords(Catalogue):
    """The live site. It forbids bulk downloads, so this fails unless you state that you have its permission."""

    name: ClassVar[str] = "smashwords"
    version: ClassVar[int] = 2

    site: str = option(SITE, "The address of the site.", decides=False)
    start: str = option(
        "/books/category/1/newest/0/free/medium",
        "The first list page; the default lists free books of 20,000 words or more.",
    )
    limit: int | None = option(None, "Take at most this many books.", min=1)

    def find(self) -> Iterator[Entry]:
        """Always an error, because the site is read only through the polite HTTP client of `corpora build`.

        Raises:
            InputError: always; `corpora build` calls `visit`.
        """
        raise InputError("catalogue smashwords: the site is read only by corpora build books --catalogue smashwords")

    def visit(self, client: HttpClient) -> Iterator[Entry]:
        """The books in the list, each read from its own page.

        Args:
            client: downloads the pages.

        Raises:
            InputError: the site's robots.txt forbids its lists or its downloads, and no permission is stated.
        """
        self._check(client)
        page, taken = self.site + self.start, 0
        while page:
            text = client.text(page)
            for listed in books_of(text, base=self.site):
                yield next(iter(books_of(client.text(listed.url), base=self.site)), replace(listed, url=""))
                taken += 1
                if taken == self.limit:
                    return
            page = next_page(text)

    def _check(self, client: HttpClient) -> None:
        host = self.site.rpartition("/")[2].partition(":")[0]
        for path, what in (
            (self.start, "robots.txt forbids its lists"),
            ("/books/download/1/8/latest/0/0/a.epub", "robots.txt forbids downloads"),
        ):
            if not client.allows(self.site + path):
                raise InputError(FORBIDDEN.format(what=what, site=self.site, host=host))


@hookimpl
def corpora_catalogues() -> list[type[Catalogue]]:
    """Offer both catalogues."""
    return [SavedPages, Smashwords]
