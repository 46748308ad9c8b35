"""Project Gutenberg's catalogue of public domain books, whose texts are downloaded from a mirror meant for programs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from corpora import Catalogue, Entry, HttpClient, InputError, hookimpl, option

LICENCE = "public domain in the USA (Project Gutenberg)"
COLUMNS = ("Text#", "Type", "Title", "Language", "Authors", "Subjects")


@dataclass(frozen=True)
class Gutenberg(Catalogue):
    """Project Gutenberg, by its CSV catalogue. Texts are downloaded from a mirror, as its rules for robots require."""

    name: ClassVar[str] = "gutenberg"

    csv: Path | None = option(None, "Your copy of pg_catalog.csv; by default it is downloaded.", decides=False)
    language: str = option("en", "Take only books in this language, an ISO 639-1 code; empty for any.")
    limit: int | None = option(None, "Take at most this many books, in the order of the catalogue.", min=1)
    catalogue_url: str = option(
        "https://www.gutenberg.org/cache/epub/feeds/pg_catalog.csv", "The address of the catalogue.", decides=False
    )
    mirror: str = option("https://gutenberg.pglaf.org", "The mirror to download texts from.", decides=False)

    def find(self) -> Iterator[Entry]:
        """The entries of a catalogue on disk.

        Raises:
            InputError: no file is given, or it is not Project Gutenberg's catalogue.
        """
        if self.csv is None:
            raise InputError("catalogue gutenberg: give csv=FILE, or let `corpora build` fetch the catalogue")
        try:
            with self.csv.open(encoding="utf-8", newline="") as file:
                yield from self._entries(file)
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"catalogue gutenberg: {self.csv} cannot be read: {error}") from error

    def visit(self, client: HttpClient) -> Iterator[Entry]:
        """The entries; the catalogue is downloaded if no file is given.

        Args:
            client: downloads the catalogue.
        """
        if self.csv is not None:
            return self.find()
        return self._entries(client.text(self.catalogue_url).splitlines(keepends=True))

    def _entries(self, lines: Iterable[str]) -> Iterator[Entry]:
        reader = csv.DictReader(lines)
        if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
            raise InputError(f"catalogue gutenberg: it has no column {missing[0]}; is it pg_catalog.csv?")
        taken = 0
        for row in reader:
            languages = [language.strip() for language in (row["Language"] or "").split(";")]
            if (
                row["Type"] != "Text"
                or not row["Text#"].isdigit()
                or (self.language and self.language not in languages)
            ):
                continue
            yield self._entry(row, languages)
            taken += 1
            if taken == self.limit:
                return

    def _entry(self, row: dict[str, str], languages: list[str]) -> Entry:
        number = row["Text#"]
        return Entry(
            f"gutenberg-{number}",
            f"{self.mirror.rstrip('/')}/cache/epub/{number}/pg{number}.txt",
            title=" ".join(row["Title"].split()),
            author=row["Authors"],
            language=languages[0] if len(languages) == 1 else self.language,
            price=0.0,
            formats=("txt",),
            categories=tuple(part.strip() for part in row["Subjects"].split(";") if part.strip()),
            licence=LICENCE,
        )


@hookimpl
def corpora_catalogues() -> list[type[Catalogue]]:
    """Offer the catalogue."""
    return [Gutenberg]
