"""Write toy books as EPUB and plain-text files, to read them back with the sources for books."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

from corpora.builtin.sources.toy.book import Book, Chapter, books

CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:toy:book:{number}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:creator>{author}</dc:creator>
<dc:language>en</dc:language>
<dc:rights>CC0-1.0</dc:rights>
<meta property="dcterms:modified">2020-01-01T00:00:00Z</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
{items}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="en">
<head><title>{title}</title></head>
<body>
{body}
</body>
</html>
"""


def write_files(folder: Path, number: int, seed: int, *, words: int = 20_000) -> list[Path]:
    """Write toy books into a folder: the even ones as EPUB, the odd ones as plain text.

    The same arguments give the same bytes.

    Args:
        folder: created if it does not exist.
        number: how many books; every second one is an EPUB.
        seed: of the books.
        words: the minimum number of words of each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for book in books(seed, range(number), words):
        path = folder / f"toy-{book.number:06d}.{'txt' if book.number % 2 else 'epub'}"
        if path.suffix == ".txt":
            path.write_text(_plain(book), encoding="utf-8")
        else:
            _write_epub(path, book)
        paths.append(path)
    return paths


def _plain(book: Book) -> str:
    """The book as text: a blank line between paragraphs, each on one line."""
    blocks = [f"{book.title}\nby {book.author}"]
    for chapter in book.chapters:
        blocks += [chapter.title, *chapter.paragraphs]
    return "\n\n".join(blocks) + "\n"


def _write_epub(path: Path, book: Book) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in _entries(book):
            info = zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.create_system = 3
            archive.writestr(info, text.encode())


def _entries(book: Book) -> Iterator[tuple[str, str]]:
    """Every file of the EPUB, `mimetype` first, as the format requires."""
    names = [f"chapter-{number:03d}" for number in range(1, len(book.chapters) + 1)]
    yield "mimetype", "application/epub+zip"
    yield "META-INF/container.xml", CONTAINER
    items = (f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in names)
    spine = (f'<itemref idref="{name}"/>' for name in names)
    facts = {"number": book.number, "title": escape(book.title), "author": escape(book.author)}
    yield "book/package.opf", PACKAGE.format(items="\n".join(items), spine="\n".join(spine), **facts)
    links = (
        f'<li><a href="{name}.xhtml">{escape(chapter.title)}</a></li>'
        for name, chapter in zip(names, book.chapters, strict=True)
    )
    contents = '<nav epub:type="toc"><ol>\n' + "\n".join(links) + "\n</ol></nav>"
    yield "book/nav.xhtml", PAGE.format(title="Contents", body=contents)
    for name, chapter in zip(names, book.chapters, strict=True):
        yield f"book/{name}.xhtml", _page(chapter)


def _page(chapter: Chapter) -> str:
    lines = [
        f"<h1>{escape(chapter.title)}</h1>",
        *(f"<p>{escape(text, quote=False)}</p>" for text in chapter.paragraphs),
    ]
    return PAGE.format(title=escape(chapter.title), body="\n".join(lines))
