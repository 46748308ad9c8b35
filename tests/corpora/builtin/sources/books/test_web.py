"""What hosts do to a downloader: nothing is lost, nothing fetched twice, and a refusal is an answer."""

import json
import signal
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from corpora import Entry, InputError, registry
from corpora.builtin.sources.books.download import Listed, Shelf, download, read_list
from corpora.builtin.sources.books.web import AskedToStop, NotGiven, Web

BODY = b"It was a long book. " * 5000


def first(times, bad, good):
    """A page that answers with `bad` for the first few times, and with `good` after."""
    count = iter(range(10**9))

    def page(handler):
        (bad if next(count) < times else good)(handler)

    return page


def ranged(body, etag='"v1"', drop_after=None):
    """A page that knows ranges; the first answer stops after `drop_after` bytes."""
    state = {"first": True}

    def page(handler):
        start = 0
        wanted = handler.headers.get("Range")
        if wanted and handler.headers.get("If-Range") == etag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        cut = drop_after if state["first"] and drop_after else len(body)
        state["first"] = False
        handler.send_response(206 if start else 200)
        handler.send_header("ETag", etag)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        handler.send_header("Content-Length", str(len(body) - start))
        handler.end_headers()
        handler.wfile.write(body[start:cut])
        handler.close_connection = True

    return page


def web(**options):
    return Web("ada@example.org", **{"pause_seconds": 0.0, **options})


def save(site, path, tmp_path, **options):
    web(**options).save(site.url + path, tmp_path / "part", max_bytes=1 << 20)
    return (tmp_path / "part").read_bytes()


def test_one_honest_name_with_a_contact_is_sent(serve):
    site = serve({"/page": b"hello"})
    assert web().page(site.url + "/page") == "hello"
    assert all(headers["User-Agent"].startswith("transferset/") for _, headers, _ in site.asked)
    assert all("(+ada@example.org)" in headers["User-Agent"] for _, headers, _ in site.asked)


@pytest.mark.parametrize("agent", ["*", "transferset"])
def test_robots_txt_is_obeyed(serve, tmp_path, agent):
    site = serve({"/robots.txt": f"User-agent: {agent}\nDisallow: /books/".encode(), "/books/a": BODY, "/b": BODY})
    with pytest.raises(NotGiven, match=r"robots.txt forbids it"):
        save(site, "/books/a", tmp_path)
    assert save(site, "/b", tmp_path) == BODY
    assert site.times("/books/a") == 0


def test_a_permission_lifts_robots_for_its_host_alone_and_keeps_the_delay(serve, tmp_path):
    rules = b"User-agent: *\nDisallow: /\nCrawl-delay: 0.2"
    site, other = serve({"/robots.txt": rules, "/a": BODY, "/b": BODY}), serve({"/robots.txt": rules, "/a": BODY})
    visitor = web(permissions={"localhost": "Ada, 2026-11-01"})
    local = site.url.replace("127.0.0.1", "localhost")
    assert visitor.page(local + "/a") and visitor.page(local + "/b")
    with pytest.raises(NotGiven, match="robots"):
        visitor.page(other.url + "/a")
    times = [when for _, _, when in site.asked]
    assert min(b - a for a, b in pairwise(times)) >= 0.19


def test_a_host_whose_rules_cannot_be_read_is_left_alone(serve):
    site = serve({"/robots.txt": lambda h: h.answer(b"", 500), "/a": BODY})
    with pytest.raises(NotGiven, match=r"no answer about robots.txt \(.*HTTP 500"):
        web().page(site.url + "/a")


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for(serve, tmp_path, status):
    wait = lambda h: h.answer(b"", status, Retry_After="1")  # noqa: E731
    site = serve({"/a": first(1, wait, lambda h: h.answer(BODY))})
    started = time.monotonic()
    assert save(site, "/a", tmp_path) == BODY
    assert time.monotonic() - started >= 1 and site.times("/a") == 2


def test_a_host_that_goes_on_asking_for_patience_stops_the_run(serve, tmp_path):
    site = serve({"/a": lambda h: h.answer(b"", 429)})
    with pytest.raises(AskedToStop, match="come back later"):
        save(site, "/a", tmp_path)
    assert site.times("/a") == 5


def test_a_wait_of_a_day_is_not_sat_out(serve, tmp_path):
    site = serve({"/a": lambda h: h.answer(b"", 429, Retry_After="86400")})
    with pytest.raises(AskedToStop):
        save(site, "/a", tmp_path)
    assert site.times("/a") == 1


@pytest.mark.parametrize(
    ("status", "reason"), [(403, "refused"), (401, "refused"), (404, "not there"), (410, "not there")]
)
def test_a_refusal_is_an_answer(serve, tmp_path, status, reason):
    site = serve({"/a": lambda h: h.answer(b"", status)})
    with pytest.raises(NotGiven, match=reason):
        save(site, "/a", tmp_path)
    assert site.times("/a") == 1


def test_a_server_error_is_tried_again(serve, tmp_path):
    site = serve({"/a": first(2, lambda h: h.answer(b"", 500), lambda h: h.answer(BODY))})
    assert save(site, "/a", tmp_path) == BODY


def test_a_dropped_connection_goes_on_where_it_stopped(serve, tmp_path):
    site = serve({"/a": ranged(BODY, drop_after=30_000)})
    assert save(site, "/a", tmp_path) == BODY
    ranges = [headers.get("Range") for path, headers, _ in site.asked if path == "/a"]
    assert ranges == [None, "bytes=30000-"]


def test_a_file_that_changed_meanwhile_is_fetched_whole(serve, tmp_path):
    site = serve({"/a": ranged(BODY, drop_after=30_000)})
    (tmp_path / "part").write_bytes(b"old" * 100)
    (tmp_path / "part.mark").write_text('"v0"', encoding="utf-8")
    assert save(site, "/a", tmp_path) == BODY


def test_a_size_that_the_body_does_not_reach_is_not_trusted(serve, tmp_path):
    site = serve({"/a": lambda h: h.answer(BODY, length=len(BODY) + 10)})
    with pytest.raises(NotGiven, match="no whole answer"):
        save(site, "/a", tmp_path)


def test_a_body_has_a_bound(serve, tmp_path):
    site = serve({"/a": b"x" * (1 << 20) + b"x"})
    with pytest.raises(NotGiven, match="too large"):
        save(site, "/a", tmp_path)


def test_a_redirect_to_another_host_needs_to_be_allowed(serve, tmp_path):
    other = serve({"/b": BODY})
    site = serve(
        {
            "/a": lambda h: h.answer(b"", 302, Location=other.url + "/b"),
            "/c": lambda h: h.answer(b"", 302, Location="/d"),
            "/d": BODY,
        }
    )
    with pytest.raises(NotGiven, match="another host"):
        save(site, "/a", tmp_path)
    assert other.asked == []
    assert save(site, "/a", tmp_path, redirect_hosts=(other.host,)) == BODY
    assert save(site, "/c", tmp_path) == BODY


def test_nothing_is_fetched_twice_and_everything_has_a_line(serve, tmp_path):
    site = serve({"/a.txt": BODY, "/b.txt": BODY + b"other", "/c.txt": lambda h: h.answer(b"", 403)})
    lines = [Listed(Entry(name, f"{site.url}/{name}.txt")) for name in "abcd"]
    one = download(lines, Shelf(tmp_path), web())
    assert [(line.entry.id, line.reason) for line in one] == [
        ("a", ""),
        ("b", ""),
        ("c", "refused"),
        ("d", "not there"),
    ]
    assert download(lines, Shelf(tmp_path), web())[:2] == one[:2]
    assert site.times("/a.txt") == site.times("/b.txt") == 1


KILLED = """
import sys
from pathlib import Path
from corpora import Entry
from corpora.builtin.sources.books.download import Listed, Shelf, download
from corpora.builtin.sources.books.web import Web
urls = sys.argv[2:]
download([Listed(Entry(url, url)) for url in urls], Shelf(Path(sys.argv[1])), Web("a@b.c", pause_seconds=0.0))
"""


def test_after_a_kill_the_finished_stay_and_the_half_goes_on(serve, tmp_path):
    def slow(handler):
        if handler.headers.get("Range"):
            ranged(BODY)(handler)
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
    while (
        not any(part.stat().st_size >= 40_000 for part in (tmp_path / "files").glob(".*.part"))
        and time.monotonic() < deadline
    ):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    shelf = Shelf(tmp_path)
    lines = download([Listed(Entry(url, url)) for url in urls], shelf, web())
    assert [shelf.path(line.sha256, line.suffix).read_bytes() for line in lines] == [BODY, BODY]
    assert site.times("/a.txt") == 1
    assert any(headers.get("Range") for path, headers, _ in site.asked if path == "/b.txt")


def test_a_build_from_a_list_of_addresses_has_a_fate_for_each(serve, tmp_path):
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
    assert outcomes["a"].metadata["flag"].startswith("its catalogue gives another number")
    assert {id: (o.stage, o.reason) for id, o in outcomes.items() if id != "a"} == {
        "b": ("download", "refused"), "c": ("find", "not free"), "a~2": ("find", "language de"),
    }  # fmt: skip
    assert site.times("/c.txt") == 0 and len(read_list(source.listing)) == 4


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
    with pytest.raises(InputError, match=r"gives nothing: refused \(HTTP 403\)"):
        source.freeze(tmp_path)
