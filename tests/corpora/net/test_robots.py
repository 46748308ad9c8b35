"""The rules of hosts are kept: robots.txt, crawl delays, and permissions that lift the first but not the second."""

import time
from threading import Thread

import pytest

from corpora import DownloadError, ServerBusy

BODY = b"It was a long book. " * 50


@pytest.mark.parametrize("agent", ["*", "transferset"])
def test_robots_txt_is_obeyed(serve, save, agent):
    site = serve({"/robots.txt": f"User-agent: {agent}\nDisallow: /books/".encode(), "/books/a": BODY, "/b": BODY})
    with pytest.raises(DownloadError, match=r"/books/a: robots.txt forbids it$"):
        save(site.url + "/books/a")
    assert save(site.url + "/b") == BODY
    assert site.times("/books/a") == 0


def test_permission_lifts_the_rules_of_its_host_alone_and_keeps_the_delay(serve, client):
    rules = b"User-agent: *\nDisallow: /\nCrawl-delay: 0.2"
    site, other = serve({"/robots.txt": rules, "/a": BODY, "/b": BODY}), serve({"/robots.txt": rules, "/a": BODY})
    visitor = client(permissions={"LOCALHOST": "Ada, 2026-11-01"})
    local = site.url.replace("127.0.0.1", "localhost")
    started = time.monotonic()
    assert visitor.text(local + "/a") and visitor.text(local + "/b")
    with pytest.raises(DownloadError, match="robots"):
        visitor.text(other.url + "/a")
    assert paused(site, started, 0.2)


def paused(site, started, seconds):
    """Whether no request came before its time; on a busy machine they may come later, and closer to each other."""
    return all(when - started >= number * seconds for number, (_, _, when) in enumerate(site.asked))


def test_pause_is_kept_between_requests_of_all_threads(serve, client):
    site = serve({f"/{n}": BODY for n in range(4)})
    visitor = client(pause_seconds=0.15)
    threads = [Thread(target=visitor.text, args=(f"{site.url}/{n}",)) for n in range(4)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(site.asked) == 5 and site.times("/robots.txt") == 1
    assert paused(site, started, 0.15)


@pytest.mark.parametrize("delay", ["nan", "inf", "-5", "1e", "soon"])
def test_absurd_crawl_delay_is_ignored(serve, client, delay):
    site = serve({"/robots.txt": f"User-agent: *\nCrawl-delay: {delay}".encode(), "/a": BODY})
    assert client().text(site.url + "/a")


def test_host_whose_rules_cannot_be_read_is_left_alone(serve, client):
    site = serve({"/robots.txt": lambda h: h.answer(b"", 500), "/a": BODY})
    with pytest.raises(
        DownloadError, match=r"robots.txt unavailable \(download failed: HTTP 500; tried 5 times\)"
    ) as e:
        client().text(site.url + "/a")
    assert e.value.failed and site.times("/a") == 0


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_host_without_rules_allows_everything(serve, client, status):
    site = serve({"/robots.txt": lambda h: h.answer(b"", status), "/a": BODY})
    assert client().text(site.url + "/a")


def test_busy_host_is_asked_for_its_rules_again_later(serve, client):
    site = serve({"/robots.txt": lambda h: h.answer(b"", 503, Retry_After="9999"), "/a": BODY})
    visitor = client()
    with pytest.raises(ServerBusy, match="in 3 hours to continue"):
        visitor.text(site.url + "/a")
    site.pages["/robots.txt"] = b"User-agent: *\nDisallow:"
    assert visitor.text(site.url + "/a")


def test_rules_after_the_first_half_megabyte_are_ignored(serve, client):
    padding = b"# padding\n" * 60_000
    site = serve(
        {"/robots.txt": b"User-agent: *\nDisallow: /a\n" + padding + b"Disallow: /b\n", "/a": BODY, "/b": BODY}
    )
    assert client().text(site.url + "/b")
    with pytest.raises(DownloadError, match="robots.txt forbids it"):
        client().text(site.url + "/a")


def test_rules_that_take_too_long_to_read_leave_the_host_alone(serve, client):
    hostile = b"".join(b"User-agent: a%d\n" % n for n in range(12_000)) + b"Allow: /b\n" * 20_000
    site = serve({"/robots.txt": hostile, "/a": BODY})
    with pytest.raises(DownloadError, match=r"robots.txt unavailable \(too many rules: for 12,000 user agents\)"):
        client().text(site.url + "/a")


def test_rules_behind_a_redirect_to_another_host_leave_the_host_alone(serve, client):
    other = serve({"/robots.txt": b""})
    site = serve({"/robots.txt": lambda h: h.answer(b"", 301, Location=other.url + "/robots.txt"), "/a": BODY})
    with pytest.raises(DownloadError, match="robots.txt unavailable.*another host"):
        client().text(site.url + "/a")
    assert other.asked == []


def test_target_of_a_redirect_has_its_own_rules(serve, client):
    rules = b"User-agent: *\nDisallow: /private/"
    site = serve({"/robots.txt": rules, "/a": lambda h: h.answer(b"", 302, Location="/private/a"), "/private/a": BODY})
    with pytest.raises(DownloadError, match="robots.txt forbids it"):
        client().text(site.url + "/a")
    assert site.times("/private/a") == 0
