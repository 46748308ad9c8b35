"""Smashwords: pages that you saved, and the live site where it allows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from corpora import Catalogue, Entry, HttpClient, InputError, hookimpl, option
from corpora.builtin.catalogues.smashwords.pages import SITE, books_of, next_page

FORBIDDEN = (
    "catalogue smashwords: {what} at {site}, and its terms forbid bulk download, so this stops here. "
    "Take a folder of books that you have (--folder DIR), pages that you saved (--catalogue saved-pages:DIR), "
    'gutenberg, or ask Smashwords and say --permission {host}="who allowed it, when"'
)


@dataclass(frozen=True)
class SavedPages(Catalogue):
    """Pages of Smashwords that you saved yourself: lists and book pages, in either layout of the site."""

    name: ClassVar[str] = "saved-pages"
    version: ClassVar[int] = 2

    folder: Path = option(..., "The folder with the saved .html files.", decides=False)

    def find(self) -> Iterator[Entry]:
        """Each book once, by file name; its own page, where it is there, says more than a list."""
        files = sorted(path for path in self.folder.rglob("*") if path.suffix.lower() in (".html", ".htm"))
        if not files:
            raise InputError(f"catalogue saved-pages: no .html file under {self.folder}")
        found: dict[str, Entry] = {}
        for file in files:
            for entry in books_of(file.read_text(encoding="utf-8", errors="replace")):
                if entry.id not in found or entry.formats:
                    found[entry.id] = entry if entry.formats else replace(entry, url="")
        yield from found.values()


@dataclass(frozen=True)
class Smashwords(Catalogue):
    """The live site: it forbids bulk download, so this needs its permission and stops without one."""

    name: ClassVar[str] = "smashwords"
    version: ClassVar[int] = 2

    site: str = option(SITE, "The site's address.", decides=False)
    start: str = option(
        "/books/category/1/newest/0/free/medium", "The list to begin with: free books, 20,000 words up."
    )
    limit: int | None = option(None, "Only so many books.", min=1)

    def find(self) -> Iterator[Entry]:
        """Nothing without a client that knows the site's rules.

        Raises:
            InputError: always; `corpora build` reads it through `visit`.
        """
        raise InputError("catalogue smashwords: it is read live, by corpora build books --catalogue smashwords")

    def visit(self, client: HttpClient) -> Iterator[Entry]:
        """The books of the list, each by its own page.

        Raises:
            InputError: the site's robots.txt forbids its lists or its downloads, and no permission lifts it.
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
    """Offer them."""
    return [SavedPages, Smashwords]
