"""Downloads from a real server on loopback: the newest finished dump, resumed, checked, and polite."""

import hashlib
import json
import threading
import time

import pytest

from corpora import DownloadError, InputError, Retries
from corpora.builtin.sources.wikipedia import Wikipedia
from corpora.builtin.sources.wikipedia.dump.download import fetch


class Mirror:
    """A mirror of dumps, in the folder `/dumps` of a site, that can be made to misbehave."""

    def __init__(self, site):
        self.site, self.url = site, site.url + "/dumps"
        self.trouble = {}
        """By path, how to answer the next requests instead."""
        self.open = self.most = 0
        self._lock = threading.Lock()

    def put(self, path, body):
        """Serve a file, with byte ranges."""
        self.site.pages[f"/dumps{path}"] = lambda handler: self._answer(handler, path, body)

    def dump(self, date, files, *, status="done", job="articlesmultistreamdump"):
        listed = {
            name: {"size": len(body), "url": f"/enwiki/{date}/{name}", "sha1": hashlib.sha1(body).hexdigest()}
            for name, body in files.items()
        }
        self.status(date, {"jobs": {job: {"status": status, "files": listed}}})
        for name, body in files.items():
            self.put(f"/enwiki/{date}/{name}", body)

    def status(self, date, status):
        """Serve a status file, and list its date."""
        self.put(
            f"/enwiki/{date}/dumpstatus.json", status if isinstance(status, bytes) else json.dumps(status).encode()
        )
        self.dates = {*getattr(self, "dates", ()), date}
        self.put("/enwiki/", "".join(f'<a href="{date}/">' for date in sorted(self.dates)).encode())

    def _answer(self, handler, path, body):
        with self._lock:
            self.open += 1
            self.most = max(self.most, self.open)
        try:
            if troubles := self.trouble.get(path):
                return troubles.pop(0)(handler)
            start = int(handler.headers.get("Range", "bytes=0-")[6:].rstrip("-"))
            handler.send_response(206 if start else 200)
            if start:
                handler.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            handler.send_header("Content-Length", str(len(body) - start))
            handler.end_headers()
            handler.wfile.write(body[start:])
        finally:
            with self._lock:
                self.open -= 1


@pytest.fixture
def mirror(serve):
    return Mirror(serve({}))


NAME = "enwiki-20260101-pages-articles-multistream.xml.bz2"
PATH = f"/enwiki/20260101/{NAME}"


def get(mirror, folder, date="latest", language="en"):
    return fetch(
        language, date, folder, mirror=mirror.url, contact="me@example.org", retries=Retries(wait_seconds=0.002)
    )


def cut(body, stated):
    return lambda handler: handler.answer(body, length=stated)


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
    with pytest.raises(InputError, match=r"no dump of enwiki of '20200101'; there are 20260101"):
        get(mirror, tmp_path, "20200101")


def test_unfinished_date_and_unknown_wiki_are_said(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"}, status="in-progress")
    with pytest.raises(InputError, match="of 20260101 is not finished"):
        get(mirror, tmp_path, "20260101")
    with pytest.raises(InputError, match="no dumps of xxwiki"):
        get(mirror, tmp_path, language="xx")


def test_every_request_names_program_and_contact(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    get(mirror, tmp_path)
    agents = {headers["User-Agent"] for _, headers, _ in mirror.site.asked}
    assert len(agents) == 1 and "transferset/" in (agent := agents.pop()) and "me@example.org" in agent


def test_without_a_contact_nothing_is_asked(mirror, tmp_path, monkeypatch):
    monkeypatch.delenv("CORPORA_CONTACT", raising=False)
    with pytest.raises(InputError, match="give --contact"):
        fetch("en", "latest", tmp_path, mirror=mirror.url, contact="")
    assert not mirror.site.asked


def test_finished_download_is_found_and_not_fetched_again(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    get(mirror, tmp_path)
    get(mirror, tmp_path)
    assert mirror.site.times("/dumps" + PATH) == 1


def test_cut_download_goes_on_by_range(mirror, tmp_path):
    body = bytes(range(256)) * 4000
    mirror.dump("20260101", {NAME: body})
    mirror.trouble[PATH] = [cut(body[:300_000], len(body))]
    _, (path,) = get(mirror, tmp_path)
    assert path.read_bytes() == body
    assert mirror.site.sent("/dumps" + PATH, "Range") == [None, "bytes=300000-"]


def test_partial_file_of_an_earlier_run_is_gone_on_from(mirror, tmp_path):
    body = b"abcdef" * 1000
    mirror.dump("20260101", {NAME: body})
    part = tmp_path / "wikipedia" / hashlib.sha1(body).hexdigest() / f"{NAME}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(body[:1234])
    assert get(mirror, tmp_path)[1][0].read_bytes() == body
    assert mirror.site.sent("/dumps" + PATH, "Range") == ["bytes=1234-"]


def test_lying_content_length_is_not_believed(mirror, tmp_path):
    body = b"abcdef" * 1000
    mirror.dump("20260101", {NAME: body})
    mirror.trouble[PATH] = [cut(body[:100], 100)]
    assert get(mirror, tmp_path)[1][0].read_bytes() == body


def test_server_that_sends_too_much_is_stopped(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"short"})
    mirror.trouble[PATH] = [cut(b"x" * 100, 100)]
    with pytest.raises(InputError, match=r"too large \(100 bytes; expected 5\)"):
        get(mirror, tmp_path)


def test_wrong_bytes_are_fetched_once_more_and_then_refused(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"right"})
    mirror.trouble[PATH] = [cut(b"wrong", 5)]
    assert get(mirror, tmp_path)[1][0].read_bytes() == b"right"
    mirror.trouble[PATH] = [cut(b"wrong", 5), cut(b"wrong", 5)]
    with pytest.raises(InputError, match="wrong checksum"):
        get(mirror, tmp_path / "again")


@pytest.mark.slow
def test_patience_is_kept_when_it_is_asked_for(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    mirror.trouble[PATH] = [lambda h: h.answer(b"", 429, Retry_After="1"), lambda h: h.answer(b"", 503)]
    start = time.monotonic()
    get(mirror, tmp_path)
    assert time.monotonic() - start >= 1


def test_refusal_is_an_answer(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    mirror.trouble[PATH] = [lambda h: h.answer(b"", 403)]
    with pytest.raises(InputError, match=r"refused \(HTTP 403\)"):
        get(mirror, tmp_path)
    assert mirror.site.times("/dumps" + PATH) == 1


def test_never_more_than_two_connections(mirror, tmp_path):
    files = {f"enwiki-20260101-pages-articles{i}.xml-p{i}p{i}.bz2": b"x" * 100_000 for i in range(1, 9)}
    mirror.dump("20260101", files)
    get(mirror, tmp_path)
    assert mirror.most <= 2


def test_mirror_may_redirect_to_its_own_hosts_and_no_other(mirror, serve, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    other = serve({"/x": b"x"})
    mirror.trouble[PATH] = [lambda h: h.answer(b"", 302, Location=other.url + "/x")]
    with pytest.raises(DownloadError, match="redirected to another host"):
        get(mirror, tmp_path)
    assert other.asked == []


def test_robots_txt_of_a_mirror_is_obeyed(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    mirror.site.pages["/robots.txt"] = b"User-agent: *\nDisallow: /dumps/"
    with pytest.raises(DownloadError, match="/dumps/enwiki/: robots.txt forbids it"):
        get(mirror, tmp_path)


@pytest.mark.parametrize("address", ["file:///srv/dumps", "ftp://example.org", "dumps", "http://["])
def test_mirror_that_is_not_on_the_web_is_refused(address, tmp_path):
    with pytest.raises(InputError, match="not a web address"):
        fetch("en", "latest", tmp_path, mirror=address, contact="me@example.org")


def test_absurd_listing_is_one_short_line(mirror, tmp_path):
    mirror.dump("20260101", {NAME: b"x"})
    mirror.put("/enwiki/", "".join(f'<a href="{date}">' for date in range(10**7, 10**7 + 50_000)).encode())
    with pytest.raises(InputError, match=r"there are 50,000, the newest .*, 10049999$") as error:
        get(mirror, tmp_path, "20200101")
    assert len(str(error.value)) < 500


def test_frozen_source_has_its_date_and_its_files(mirror, tmp_path, dumps):
    body = dumps.streams(dumps.pages(3), 1)
    mirror.dump("20260101", {NAME: body})
    source = Wikipedia(mirror=mirror.url, contact="me@example.org").freeze(tmp_path)
    assert source.date == "20260101"
    assert [d.title for shard in source.shards() for d in source.read(shard)] == ["Page 1", "Page 2", "Page 3"]
