"""EPUB files made on the spot."""

import zipfile
from pathlib import Path

import pytest

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="{}" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def package(manifest, spine, *, title="A Book", language="en"):
    """A package document from (id, href, media type) triples and spine entries as XML."""
    items = "".join(f'<item id="{i}" href="{href}" media-type="{kind}"/>' for i, href, kind in manifest)
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:language>{language}</dc:language></metadata>"
        f"<manifest>{items}</manifest><spine>{''.join(spine)}</spine></package>"
    )


@pytest.fixture
def make_epub(tmp_path):
    """A function that writes an EPUB from its chapters; `extra` adds or replaces entries, None leaves one out."""

    def make(
        *chapters, extra=(), name="book.epub", body='<html xmlns="http://www.w3.org/1999/xhtml"><body>{}</body></html>'
    ):
        xhtml = "application/xhtml+xml"
        manifest = [(f"c{n}", f"text/c{n}.xhtml", xhtml) for n in range(len(chapters))]
        entries = {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": CONTAINER.format("OPS/book.opf"),
            "OPS/book.opf": package(manifest, [f'<itemref idref="c{n}"/>' for n in range(len(chapters))]),
        }
        entries |= {f"OPS/text/c{n}.xhtml": body.format(chapter) for n, chapter in enumerate(chapters)}
        return write(tmp_path / name, entries | dict(extra))

    return make


def write(path: Path, entries) -> Path:
    """Write a zip archive; entries that are None are left out."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            if content is not None:
                archive.writestr(name, content)
    return path
