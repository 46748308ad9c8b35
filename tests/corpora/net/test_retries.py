"""What is tried again, how long we wait before, and when we stop."""

import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from corpora import DownloadError, Retries, ServerBusy

BODY = b"It was a long book. " * 50


def first(times, bad, good=lambda h: h.answer(BODY)):
    """A page that answers with `bad` the first few times, and with `good` after."""
    count = iter(range(10**9))
    return lambda handler: (bad if next(count) < times else good)(handler)


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for(serve, save, status):
    site = serve({"/a": first(1, lambda h: h.answer(b"", status, Retry_After="1"))})
    started = time.monotonic()
    assert save(site.url + "/a") == BODY
    assert time.monotonic() - started >= 1 and site.times("/a") == 2


def test_retry_after_may_be_a_date(serve, save):
    date = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    site = serve({"/a": lambda h: h.answer(b"", 503, Retry_After=date)})
    with pytest.raises(ServerBusy, match=r"HTTP 503.*in (7,1\d\d seconds|7,200 seconds|[23] hours)"):
        save(site.url + "/a")
    assert site.times("/a") == 1


@pytest.mark.parametrize("value", ["soon", "-1", "1e99", "NaN", "²", "Mon, 99 Xyz 99999 99:99:99 GMT", "", "0x10"])
def test_malformed_retry_after_is_ignored(serve, save, value):
    site = serve({"/a": first(1, lambda h: h.raw(b"HTTP/1.1 503 x\r\nRetry-After: " + value.encode() + b"\r\n\r\n"))})
    assert save(site.url + "/a") == BODY


@pytest.mark.parametrize("seconds", ["86400", "601", "99999999999999999999"])
def test_wait_of_more_than_ten_minutes_ends_the_run_at_once(serve, save, seconds):
    site = serve({"/a": lambda h: h.answer(b"", 429, Retry_After=seconds)})
    with pytest.raises(
        ServerBusy,
        match=r"the server is busy \(HTTP 429\); run the same command again in ([\d,]+ (seconds|hours)|some months)",
    ):
        save(site.url + "/a")
    assert site.times("/a") == 1


def test_host_that_stays_busy_ends_the_run(serve, save):
    site = serve({"/a": lambda h: h.answer(b"", 429)})
    with pytest.raises(ServerBusy, match="run the same command again later to continue"):
        save(site.url + "/a")
    assert site.times("/a") == 5


@pytest.mark.parametrize(
    ("status", "reason"),
    [(403, "refused"), (401, "refused"), (451, "refused"), (404, "not found"), (410, "not found")]
    + [(status, "unexpected answer") for status in (204, 206, 300, 304, 400, 418, 501, 599)],
)
def test_refusal_is_final(serve, save, status, reason):
    site = serve({"/a": lambda h: h.answer(b"", status)})
    with pytest.raises(DownloadError, match=rf"/a: {reason} \(HTTP {status}\)$") as error:
        save(site.url + "/a")
    assert site.times("/a") == 1 and not error.value.failed and error.value.status == status


@pytest.mark.parametrize("status", [408, 500, 502, 504])
def test_server_error_is_tried_again(serve, save, status):
    site = serve({"/a": first(2, lambda h: h.answer(b"", status))})
    assert save(site.url + "/a") == BODY


def test_waits_double_and_never_shrink_below_what_was_asked(serve, save):
    site = serve({"/a": lambda h: h.answer(b"", 500)})
    with pytest.raises(DownloadError, match=r"download failed \(HTTP 500; tried 4 times\); run the same command again"):
        save(site.url + "/a", retries=Retries(4, 0.05))
    times = [when for path, _, when in site.asked if path == "/a"]
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert [wait >= least for wait, least in zip(waits, (0.05, 0.1, 0.2), strict=True)] == [True] * 3


@pytest.mark.parametrize(
    "answer",
    [b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: \0\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000],
    ids=range(9),
)  # fmt: skip
def test_malformed_answer_is_reported_at_once(serve, save, answer):
    site = serve({"/a": lambda h: h.raw(answer)})
    with pytest.raises(DownloadError, match=r"/a: invalid answer \(.+\); run the same command again"):
        save(site.url + "/a")
    assert site.times("/a") == 1


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTT", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"],
)  # fmt: skip
def test_answer_that_is_cut_is_asked_for_again(serve, save, answer):
    site = serve({"/a": first(2, lambda h: h.raw(answer))})
    assert save(site.url + "/a") == BODY


def test_every_wait_is_reported(serve, save, logged):
    site = serve({"/a": first(1, lambda h: h.answer(b"", 502))})
    save(site.url + "/a")
    assert logged == [f"{site.url}/a: HTTP 502; try 2 of 5 in 0 seconds"]


def test_unreachable_host_is_one_line(save):
    with pytest.raises(DownloadError, match=r"^http://127.0.0.1:9/a: .*Connection refused; tried 2 times.*$") as error:
        save("http://127.0.0.1:9/a", retries=Retries(2, 0.0))
    assert error.value.failed


def test_unknown_host_is_one_line_at_once(client, tmp_path, logged):
    with pytest.raises(DownloadError) as error:
        client().download("http://nowhere.invalid/a", tmp_path / "part", max_bytes=1)
    assert str(error.value).startswith("http://nowhere.invalid/a: host not found (")
    assert logged == []


def test_host_that_answered_before_is_tried_again_if_its_name_is_not_found(serve, save, monkeypatch):
    resolve, failures = socket.getaddrinfo, [socket.gaierror(socket.EAI_AGAIN, "Temporary failure")] * 2

    def flaky(host, port, *rest, **more):
        if site.times("/a") and failures:
            raise failures.pop()
        return resolve(host, port, *rest, **more)

    site = serve({"/a": first(1, lambda h: h.raw(b""))})
    monkeypatch.setattr(socket, "getaddrinfo", flaky)
    assert save(site.url.replace("127.0.0.1", "localhost") + "/a") == BODY
    assert not failures
