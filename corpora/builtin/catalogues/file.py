"""A catalogue in your own file: one address per line, or JSON lines with more about each book."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from corpora import Catalogue, Entry, InputError, hookimpl, option

TEXTS = ("title", "author", "language", "licence")


@dataclass(frozen=True)
class File(Catalogue):
    """Your own list: one address per line, or JSON lines with `url` and what you know about the book."""

    name: ClassVar[str] = "file"

    path: Path = option(..., "The list; lines that start with # are comments.", decides=False)

    def find(self) -> Iterator[Entry]:
        """The entries, in the order of the file.

        Raises:
            InputError: the file cannot be read, or a line is neither an address nor an entry.
        """
        try:
            lines = self.path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"catalogue file: {self.path} cannot be read: {error}") from error
        for number, line in enumerate(lines, start=1):
            if line.strip() and not line.startswith("#"):
                yield _entry(line.strip(), f"{self.path}, line {number}")


def _entry(line: str, place: str) -> Entry:
    if not line.startswith("{"):
        if "://" not in line or any(map(str.isspace, line)):
            raise InputError(f"catalogue file: {place} is {line[:60]!r}; write one address or one JSON object per line")
        return Entry(line, line)
    try:
        row = json.loads(line)
        url = str(row["url"])
        words, price = row.get("words"), row.get("price")
        return Entry(
            str(row.get("id") or url),
            url,
            **{name: str(row.get(name) or "") for name in TEXTS},
            words=None if words in (None, "") else int(words),
            price=None if price in (None, "") else float(price),
            formats=tuple(map(str, row.get("formats") or ())),
            categories=tuple(map(str, row.get("categories") or ())),
        )
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise InputError(
            f"catalogue file: {place}: {repr(error)[:200]}; an entry needs `url`, and `words` and `price` must be "
            "numbers"
        ) from error


@hookimpl
def corpora_catalogues() -> list[type[Catalogue]]:
    """Offer the catalogue."""
    return [File]
