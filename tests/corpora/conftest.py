"""A real HTTP server on loopback that behaves as badly as a test wants."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Handler(BaseHTTPRequestHandler):
    """Answers GET with a page of its site, and can break the protocol on request."""

    protocol_version = "HTTP/1.1"
    site: "Site"

    def do_GET(self):
        self.site.asked.append((self.path, dict(self.headers), time.monotonic()))
        page = self.site.pages.get(self.path)
        if callable(page):
            page(self)
        elif page is None:
            self.answer(b"", 404)
        else:
            self.answer(page)

    def answer(self, body, status=200, *, length=None, **headers):
        """Answer; `length` overrides the stated size of the body."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection |= length is not None

    def raw(self, *pieces, pause_seconds=0.0):
        """Write bytes that need not be HTTP, with pauses in between, and hang up."""
        self.close_connection = True
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(pause_seconds)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    """Says nothing about clients that hang up."""

    daemon_threads = True

    def handle_error(self, *_):
        pass


class Site:
    """Pages by path: bytes, or a function of the request handler. Records the requests."""

    def __init__(self, pages, tls=None):
        self.pages = dict(pages)
        self.asked = []
        """The path, the headers and the time of every request."""
        self._server = Server(("127.0.0.1", 0), type("SiteHandler", (Handler,), {"site": self}))
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"{'http' if tls is None else 'https'}://{self.host}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def times(self, path):
        """How often a path was requested."""
        return sum(asked == path for asked, _, _ in self.asked)

    def sent(self, path, header):
        """The value of a header in each request for a path."""
        return [headers.get(header) for asked, headers, _ in self.asked if asked == path]


@pytest.fixture
def serve():
    """A function that starts a site with the given pages, encrypted if it gets an `SSLContext`."""
    sites = []

    def start(pages, tls=None):
        sites.append(Site(pages, tls))
        return sites[-1]

    yield start
    for site in sites:
        site.close()
