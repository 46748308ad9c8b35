"""Dumps made on the spot: pages in one or many bz2 streams, whole or cut."""

import bz2
from collections import Counter
from pathlib import Path

import pytest

from corpora import Document, Reject
from corpora.builtin.sources.wikipedia import Wikipedia

HEADER = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo><sitename>Wikipedia</sitename><dbname>enwiki</dbname><base>https://en.wikipedia.org/wiki/Main_Page</base>
    <namespaces><namespace key="0" /><namespace key="1">Talk</namespace><namespace key="6">File</namespace>
    <namespace key="14">Category</namespace></namespaces></siteinfo>
"""
FOOTER = "</mediawiki>\n"
PAGE = """  <page>
    <title>{title}</title>{ns}<id>{id}</id>{extra}
    <revision><id>{id}7</id><timestamp>2026-01-01T00:00:00Z</timestamp><text>{text}</text></revision>
  </page>
"""


class Dumps:
    """Makes dumps in a folder."""

    header, footer = HEADER, FOOTER

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def page(self, number: int, text: str = "", *, title: str = "", ns: int | None = 0, extra: str = "") -> str:
        """The XML of one page."""
        title, text = title or f"Page {number}", text or f"Page {number} tells of things."
        return PAGE.format(id=number, title=title, text=text, ns="" if ns is None else f"<ns>{ns}</ns>", extra=extra)

    def pages(self, count: int) -> list[str]:
        """The XML of so many articles."""
        return [self.page(number) for number in range(1, count + 1)]

    def xml(self, *pages: str) -> str:
        """A whole dump of these pages."""
        return HEADER + "".join(pages) + FOOTER

    def streams(self, pages: list[str], size: int) -> bytes:
        """A multistream dump: the header, runs of so many pages, and the footer, a bz2 stream each."""
        runs = ["".join(pages[i : i + size]) for i in range(0, len(pages), size)]
        return b"".join(bz2.compress(part.encode()) for part in (HEADER, *runs, FOOTER))

    def write(self, content: str | bytes, name: str = "wiki.xml") -> Path:
        """A file of this content."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, *paths: Path, **options: object) -> tuple[list[str], Counter[str]]:
        """The titles written and the reasons of all others, over all shards in order."""
        source = Wikipedia.from_options({"dump": tuple(paths), **options})
        found = [outcome for shard in source.shards() for outcome in source.read(shard)]
        titles = [outcome.title for outcome in found if isinstance(outcome, Document)]
        return titles, Counter(outcome.reason for outcome in found if isinstance(outcome, Reject))


@pytest.fixture
def dumps(tmp_path: Path) -> Dumps:
    """Makes dumps for one test."""
    return Dumps(tmp_path)


@pytest.fixture
def wiki() -> Path:
    """The folder of real dumps."""
    return Path(__file__).resolve().parents[6] / "shared" / "data" / "wiki"
