"""A server cannot hold us by sending a byte now and then, wherever it does so."""

import time

import pytest

from corpora import DownloadError, Retries, Timeouts

TIMEOUTS = Timeouts(silence_seconds=2.0, grace_seconds=0.4, slowest_bytes_per_second=10_000)
pytestmark = pytest.mark.slow  # each waits on purpose
OK = b"HTTP/1.1 200 OK\r\n"


def drip(before, pieces):
    """A page that sends `before` at once, and then small pieces for ever."""
    return lambda handler: handler.raw(before, *pieces * 400, pause_seconds=0.05)


DRIPS = {
    "before the headers": drip(b"HTTP/1.", [b"1"]),
    "in the headers": drip(OK, [b"X: y\r\n"]),
    "in one header": drip(OK + b"X: ", [b"y"]),
    "interim answers": drip(b"", [b"HTTP/1.1 103 Early Hints\r\n\r\n"]),
    "in the body": drip(OK + b"Content-Length: 50000\r\n\r\n", [b"x"]),
    "in a body without a size": drip(OK + b"\r\n", [b"x"]),
    "in chunks": drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", [b"1\r\nx\r\n"]),
    "in the size of a chunk": drip(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", [b"x"]),
    "in a redirect": drip(b"HTTP/1.1 302 Found\r\nLocation: /", [b"a"]),
}


@pytest.mark.parametrize("place", DRIPS)
def test_slow_drip_is_cut_off(serve, client, place):
    site = serve({"/a": DRIPS[place]})
    started = time.monotonic()
    with pytest.raises(DownloadError, match=r"/a: too slow \(below 10 kB/s after 0.4 seconds\)") as error:
        client(timeouts=TIMEOUTS).text(site.url + "/a")
    assert time.monotonic() - started < 1.9 and error.value.failed


def test_slow_robots_txt_leaves_the_host_alone(serve, client):
    site = serve({"/robots.txt": DRIPS["in the body"], "/a": b"x"})
    with pytest.raises(DownloadError, match="robots.txt unavailable .too slow"):
        client(timeouts=TIMEOUTS).text(site.url + "/a")


def test_download_keeps_what_dripped_in(serve, client, tmp_path):
    site = serve({"/a": DRIPS["in the body"]})
    with pytest.raises(DownloadError, match="too slow"):
        client(timeouts=TIMEOUTS).download(site.url + "/a", tmp_path / "part", max_bytes=100_000)
    assert (tmp_path / "part").stat().st_size > 0


def test_large_file_may_take_longer_than_the_grace_period(serve, client):
    pieces = [b"x" * 5000] * 10
    head = OK + b"Content-Length: 50000\r\n\r\n"
    site = serve({"/a": lambda h: h.raw(head, *pieces, pause_seconds=0.1)})
    assert len(client(timeouts=TIMEOUTS).text(site.url + "/a")) == 50_000


def test_silence_is_tried_again_and_then_reported(serve, client):
    site = serve({"/a": lambda h: h.raw(OK, b"", pause_seconds=1.0)})
    timeouts = Timeouts(silence_seconds=0.1, grace_seconds=5.0)
    with pytest.raises(DownloadError, match=r"no answer for 0.1 seconds; tried 2 times"):
        client(timeouts=timeouts, retries=Retries(2, 0.0)).text(site.url + "/a")
