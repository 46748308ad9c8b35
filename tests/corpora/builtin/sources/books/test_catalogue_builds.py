"""Builds from catalogues: nothing is lost, nothing is downloaded twice, and a refusal is recorded."""

import json
import signal
import subprocess
import sys
import time

import pytest

from corpora import Entry, HttpClient, InputError, registry
from corpora.builtin.sources.books.download import DownloadFolder, ListedBook, download, read_list

BODY = b"It was a long book. " * 5000


def resumed(handler):
    """The rest of the book, or all of it."""
    start = int((handler.headers.get("Range") or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
    place = {"Content_Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"} if start else {}
    handler.answer(BODY[start:], 206 if start else 200, ETag='"v1"', **place)


def client():
    return HttpClient("ada@example.org", pause_seconds=0.0)


def test_nothing_is_fetched_twice_and_everything_has_a_line(serve, tmp_path):
    site = serve({"/a.txt": BODY, "/b.txt": BODY + b"other", "/c.txt": lambda h: h.answer(b"", 403)})
    lines = [ListedBook(Entry(name, f"{site.url}/{name}.txt")) for name in "abcd"]
    one = download(lines, DownloadFolder(tmp_path), client())
    assert [(line.entry.id, line.reason) for line in one] == [
        ("a", ""),
        ("b", ""),
        ("c", "refused"),
        ("d", "not found"),
    ]
    assert download(lines, DownloadFolder(tmp_path), client())[:2] == one[:2]
    assert site.times("/a.txt") == site.times("/b.txt") == 1


KILLED = """
import sys
from pathlib import Path
from corpora import Entry, HttpClient
from corpora.builtin.sources.books.download import DownloadFolder, ListedBook, download
urls = sys.argv[2:]
books, folder = [ListedBook(Entry(url, url)) for url in urls], DownloadFolder(Path(sys.argv[1]))
download(books, folder, HttpClient("a@b.c", pause_seconds=0.0))
"""


def test_after_a_kill_the_finished_stay_and_the_half_goes_on(serve, tmp_path):
    def slow(handler):
        if handler.headers.get("Range"):
            resumed(handler)
            return
        handler.send_response(200)
        handler.send_header("ETag", '"v1"')
        handler.send_header("Content-Length", str(len(BODY)))
        handler.end_headers()
        handler.wfile.write(BODY[:50_000])
        handler.wfile.flush()
        time.sleep(5)

    site = serve({"/a.txt": BODY, "/b.txt": slow})
    urls = [site.url + "/a.txt", site.url + "/b.txt"]
    process = subprocess.Popen([sys.executable, "-c", KILLED, tmp_path, *urls])
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        parts = [part.stat().st_size for part in (tmp_path / "files").glob(".*.part")] if site.times("/b.txt") else []
        if any(size >= 40_000 for size in parts):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    shelf = DownloadFolder(tmp_path)
    lines = download([ListedBook(Entry(url, url)) for url in urls], shelf, client())
    assert [shelf.path(line.sha256, line.suffix).read_bytes() for line in lines] == [BODY, BODY]
    assert site.times("/a.txt") == 1
    assert any(headers.get("Range") for path, headers, _ in site.asked if path == "/b.txt")


def test_build_from_a_list_of_addresses_records_the_outcome_of_each(serve, tmp_path):
    site = serve({"/a.txt": BODY, "/b.txt": lambda h: h.answer(b"", 403)})
    rows = [
        {"id": "a", "url": f"{site.url}/a.txt", "title": "A Book", "licence": "CC0", "words": 9},
        {"id": "b", "url": f"{site.url}/b.txt"},
        {"id": "c", "url": f"{site.url}/c.txt", "price": 3},
        {"id": "a", "url": f"{site.url}/a.txt", "language": "German"},
    ]
    (tmp_path / "list.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    options = {
        "catalogue": f"file:{tmp_path}/list.jsonl",
        "language": "en",
        "free": True,
        "contact": "a@b.c",
        "pause": 0.0,
    }
    source = registry.find("sources", "books").from_options(options).freeze(tmp_path / "downloads")
    outcomes = {o.id: o for shard in source.shards() for o in source.read(shard)}
    assert (outcomes["a"].title, outcomes["a"].licence) == ("A Book", "CC0")
    assert outcomes["a"].metadata["flag"].startswith("the catalogue's number of words")
    assert {id: (o.stage, o.reason) for id, o in outcomes.items() if id != "a"} == {
        "b": ("download", "refused"), "c": ("find", "not free"), "a~2": ("find", "language de"),
    }  # fmt: skip
    assert site.times("/c.txt") == 0 and len(read_list(source.listing)) == 4


def test_a_web_page_in_place_of_a_book_is_a_failure_and_is_not_kept(serve, tmp_path):
    page = b"<!DOCTYPE html><html><body><p>Please sign in to read this book.</p></body></html>"
    site = serve({"/a.txt": page, "/b.html": page})
    lines = [ListedBook(Entry(name, f"{site.url}/{name}")) for name in ("a.txt", "b.html")]
    wrong, book = download(lines, DownloadFolder(tmp_path), client())
    assert (wrong.stage, wrong.reason, wrong.failed) == ("download", "a web page instead of the book", True)
    assert book.suffix == ".html" and len([*(tmp_path / "files").iterdir()]) == 1


def test_downloads_need_a_contact(tmp_path, monkeypatch):
    monkeypatch.delenv("CORPORA_CONTACT", raising=False)
    (tmp_path / "list.txt").write_text("http://example.org/a.txt", encoding="utf-8")
    source = registry.find("sources", "tbc").from_options({"catalogue": f"file:{tmp_path}/list.txt"})
    with pytest.raises(InputError, match="--contact"):
        source.freeze(tmp_path)


def test_a_permission_must_say_who_and_when(tmp_path):
    source = registry.find("sources", "books").from_options({"permission": ("example.org",)})
    with pytest.raises(InputError, match='HOST="who allowed it, when"'):
        source.notes()


def test_a_catalogue_that_refuses_is_an_error_that_says_so(serve, tmp_path):
    site = serve({"/pg.csv": lambda h: h.answer(b"", 403)})
    catalogue = f'gutenberg:catalogue-url="{site.url}/pg.csv"'
    source = registry.find("sources", "tbc").from_options({"catalogue": catalogue, "contact": "a@b.c", "pause": 0.0})
    with pytest.raises(InputError, match=r"cannot be read: \S+/pg.csv: refused \(HTTP 403\)"):
        source.freeze(tmp_path)
