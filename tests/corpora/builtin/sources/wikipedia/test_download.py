"""Downloads from a real server on loopback: the newest finished dump, resumed, checked, and polite."""

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from corpora import InputError
from corpora.builtin.sources.wikipedia import Wikipedia
from corpora.builtin.sources.wikipedia import http as web_module
from corpora.builtin.sources.wikipedia.download import fetch


class Mirror:
    """A mirror of dumps that can be made to misbehave."""

    def __init__(self):
        self.pages, self.requests, self.trouble = {}, [], {}
        self.open = self.most = 0
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                mirror.answer(self)

            def log_message(self, *args):
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def dump(self, date, files, *, status="done", job="articlesmultistreamdump"):
        said = {
            name: {"size": len(body), "url": f"/enwiki/{date}/{name}", "sha1": hashlib.sha1(body).hexdigest()}
            for name, body in files.items()
        }
        state = json.dumps({"jobs": {job: {"status": status, "files": said}}})
        self.pages[f"/enwiki/{date}/dumpstatus.json"] = state.encode()
        self.pages |= {f"/enwiki/{date}/{name}": body for name, body in files.items()}
        self.pages["/enwiki/"] = self.pages.get("/enwiki/", b"") + f'<a href="{date}/">'.encode()

    def answer(self, handler):
        self.requests.append((handler.path, dict(handler.headers)))
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            if troubles := self.trouble.get(handler.path):
                return troubles.pop(0)(handler)
            body = self.pages.get(handler.path)
            if body is None:
                return handler.send_error(404)
            start = int(handler.headers.get("Range", "bytes=0-")[6:].rstrip("-"))
            handler.send_response(206 if start else 200)
            handler.send_header("Content-Length", str(len(body) - start))
            handler.end_headers()
            handler.wfile.write(body[start:])
        finally:
            self.open -= 1

    def status(self, code, **headers):
        def trouble(handler):
            handler.send_response(code)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        return trouble

    def cut(self, body, promised):
        def trouble(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", str(promised))
            handler.end_headers()
            handler.wfile.write(body)

        return trouble


@pytest.fixture
def mirror(monkeypatch):
    monkeypatch.setattr(web_module, "PAUSE_SECONDS", 0.01)
    mirror = Mirror()
    yield mirror
    mirror.close()


NAME = "enwiki-20260101-pages-articles-multistream.xml.bz2"
PATH = f"/enwiki/20260101/{NAME}"


def get(mirror, folder, date="latest"):
    return fetch("en", date, folder, mirror=mirror.url, contact="me@example.org")


def test_latest_is_the_newest_that_is_finished(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"old"})
    mirror.dump("20260120", {NAME.replace("0101", "0120"): b"new"}, status="in-progress")
    date, (path,) = get(mirror, tmp_path)
    assert date == "20260101" and path.name == NAME and path.read_bytes() == b"old"


def test_parts_come_in_the_order_of_their_pages_without_indexes(mirror, tmp_path):
    names = [f"enwiki-20260101-pages-articles-multistream{i}.xml-p{i * 10}p{i * 10 + 9}.bz2" for i in (10, 2, 1)]
    index = "enwiki-20260101-pages-articles-multistream-index1.txt-p1p9.bz2"
    mirror.dump("20260101", {name: name.encode() for name in [*names, index]})
    assert [path.name for path in get(mirror, tmp_path)[1]] == names[::-1]


def test_single_stream_job_serves_where_the_multistream_one_is_not_done(mirror, tmp_path):
    name = "enwiki-20260101-pages-articles.xml.bz2"
    mirror.dump("20260101", {name: b"x"}, job="articlesdump")
    assert get(mirror, tmp_path)[1][0].name == name


def test_date_that_is_gone_names_those_that_exist(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    with pytest.raises(InputError, match=r"no dump of enwiki from '20200101'; it has 20260101"):
        get(mirror, tmp_path, "20200101")


def test_unfinished_date_and_unknown_wiki_are_said(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"}, status="in-progress")
    with pytest.raises(InputError, match="from 20260101 is not complete"):
        get(mirror, tmp_path, "20260101")
    with pytest.raises(InputError, match="no dumps of xxwiki"):
        fetch("xx", "latest", tmp_path, mirror=mirror.url, contact="me")


def test_every_request_names_program_and_contact(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    get(mirror, tmp_path)
    assert all("transferset/" in h["User-Agent"] and "me@example.org" in h["User-Agent"] for _, h in mirror.requests)


def test_without_a_contact_nothing_is_asked(mirror, tmp_path, monkeypatch):
    monkeypatch.delenv("CORPORA_CONTACT", raising=False)
    with pytest.raises(InputError, match="give --contact"):
        fetch("en", "latest", tmp_path, mirror=mirror.url, contact="")
    assert not mirror.requests


def test_finished_download_is_found_and_not_fetched_again(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    get(mirror, tmp_path)
    get(mirror, tmp_path)
    assert [path for path, _ in mirror.requests].count(PATH) == 1


def test_cut_download_goes_on_by_range(mirror, tmp_path):
    body = bytes(range(256)) * 4000
    mirror.dump("20260101", {NAME: body})
    mirror.trouble[PATH] = [mirror.cut(body[:300_000], len(body))]
    _, (path,) = get(mirror, tmp_path)
    assert path.read_bytes() == body
    assert [headers.get("Range") for asked, headers in mirror.requests if asked == PATH] == [None, "bytes=300000-"]


def test_partial_file_of_an_earlier_run_is_gone_on_from(mirror, tmp_path):
    body = b"abcdef" * 1000
    mirror.dump("20260101", {NAME: body})
    part = tmp_path / "wikipedia" / hashlib.sha1(body).hexdigest() / f"{NAME}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(body[:1234])
    assert get(mirror, tmp_path)[1][0].read_bytes() == body
    assert mirror.requests[-1][1]["Range"] == "bytes=1234-"


def test_lying_content_length_is_not_believed(mirror, tmp_path):
    body = b"abcdef" * 1000
    mirror.dump("20260101", {NAME: body})
    mirror.trouble[PATH] = [mirror.cut(body[:100], 100)]
    assert get(mirror, tmp_path)[1][0].read_bytes() == body


def test_server_that_sends_too_much_is_stopped(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"short"})
    mirror.trouble[PATH] = [mirror.cut(b"x" * 100, 100)]
    with pytest.raises(InputError, match="more than the 5 bytes"):
        get(mirror, tmp_path)


def test_wrong_bytes_are_fetched_once_more_and_then_refused(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"right"})
    mirror.trouble[PATH] = [mirror.cut(b"wrong", 5)]
    assert get(mirror, tmp_path)[1][0].read_bytes() == b"right"
    mirror.trouble[PATH] = [mirror.cut(b"wrong", 5), mirror.cut(b"wrong", 5)]
    with pytest.raises(InputError, match="has the sha1"):
        get(mirror, tmp_path / "again")


def test_patience_is_kept_when_it_is_asked_for(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    mirror.trouble[PATH] = [mirror.status(429, Retry_After="1"), mirror.status(503)]
    start = time.monotonic()
    get(mirror, tmp_path)
    assert time.monotonic() - start >= 1


def test_refusal_is_an_answer(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    mirror.trouble[PATH] = [mirror.status(403)]
    with pytest.raises(InputError, match="answered 403"):
        get(mirror, tmp_path)
    assert [path for path, _ in mirror.requests].count(PATH) == 1


def test_never_more_than_two_connections(mirror, tmp_path):
    files = {f"enwiki-20260101-pages-articles{i}.xml-p{i}p{i}.bz2": b"x" * 100_000 for i in range(1, 9)}
    mirror.dump("20260101", files)
    get(mirror, tmp_path)
    assert mirror.most <= 2


def test_status_file_without_a_sha1_is_not_trusted(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    status = mirror.pages["/enwiki/20260101/dumpstatus.json"]
    mirror.pages["/enwiki/20260101/dumpstatus.json"] = status.replace(b'"sha1"', b'"other"')
    with pytest.raises(InputError, match="has no sha1"):
        get(mirror, tmp_path)


def test_frozen_source_has_its_date_and_its_files(mirror, tmp_path, dumps):
    body = dumps.streams(dumps.pages(3), 1)
    mirror.dump("20260101", {NAME: body})
    source = Wikipedia(mirror=mirror.url, contact="me@example.org").freeze(tmp_path)
    assert source.date == "20260101"
    assert [d.title for shard in source.shards() for d in source.read(shard)] == ["Page 1", "Page 2", "Page 3"]
