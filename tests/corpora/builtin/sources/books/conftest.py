"""EPUB files made on the spot, and a real HTTP server on loopback that behaves as badly as it is told to."""

import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


@pytest.fixture
def serve():
    """A function that starts a site with the given pages."""
    sites = []

    def start(pages):
        sites.append(Site(pages))
        return sites[-1]

    yield start
    for site in sites:
        site.close()


class Site:
    """Pages by path: bytes, or a function of the request handler. Keeps what was asked for."""

    def __init__(self, pages):
        self.pages = dict(pages)
        self.asked = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.asked.append((self.path, dict(self.headers), time.monotonic()))
                page = site.pages.get(self.path)
                if callable(page):
                    page(self)
                elif page is None:
                    self.answer(b"", 404)
                else:
                    self.answer(page)

            def answer(self, body, status=200, *, length=None, **headers):
                """Answer; `length` overrides what is said of the body's size."""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection |= length is not None

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def times(self, path):
        """How often a path was asked for."""
        return sum(asked == path for asked, _, _ in self.asked)
