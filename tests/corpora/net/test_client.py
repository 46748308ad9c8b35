"""What every request says of us, and which pages are read."""

import gzip
import subprocess
import sys

import pytest

from corpora import DownloadError, HttpClient, InputError


def test_every_request_names_the_program_and_a_contact(serve, client):
    site = serve({"/page": b"hello"})
    assert client().text(site.url + "/page") == "hello"
    assert [path for path, _, _ in site.asked] == ["/robots.txt", "/page"]
    agents = {headers["User-Agent"] for _, headers, _ in site.asked}
    assert len(agents) == 1 and agents.pop().startswith("transferset/")
    assert all("(+ada@example.org)" in headers["User-Agent"] for _, headers, _ in site.asked)


@pytest.mark.parametrize("contact", ["", "a@b.c\r\nHost: evil", "jörg@example.org", "x" * 300])
def test_contact_that_cannot_be_a_header_is_refused(contact):
    with pytest.raises(InputError, match="give an e-mail address or a web page"):
        HttpClient(contact)


@pytest.mark.parametrize("proxy", ["nonsense://proxy", "socks5://127.0.0.1:1", "http://[::1"])
def test_proxy_that_cannot_be_used_is_named(monkeypatch, proxy):
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(InputError, match=r"^the network settings in the environment cannot be used: .*ALL_PROXY"):
        HttpClient("ada@example.org")


def test_requests_go_through_the_proxy_of_the_environment(serve, client, monkeypatch):
    proxy = serve({"http://books.example/a": b"by proxy"})
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    assert client().text("http://books.example/a") == "by proxy"


def test_cookies_are_not_kept(serve, client):
    site = serve({"/a": lambda h: h.answer(b"x", Set_Cookie="id=1; Path=/"), "/b": b"x"})
    visitor = client()
    visitor.text(site.url + "/a")
    visitor.text(site.url + "/b")
    assert site.sent("/b", "Cookie") == [None]


def test_page_larger_than_the_limit_is_refused(serve, client):
    site = serve({"/a": b"x" * 101})
    assert client().text(site.url + "/a", max_bytes=101)
    with pytest.raises(DownloadError, match=r"/a: too large \(more than 100 bytes\)$"):
        client().text(site.url + "/a", max_bytes=100)


def test_compressed_page_counts_as_what_it_unpacks_to(serve, client):
    bomb = gzip.compress(b"x" * (1 << 20))
    site = serve({"/a": lambda h: h.answer(bomb, Content_Encoding="gzip")})
    assert len(client().text(site.url + "/a")) == 1 << 20
    with pytest.raises(DownloadError, match="too large"):
        client().text(site.url + "/a", max_bytes=10_000)


def test_page_that_is_cut_is_read_again(serve, client):
    answers = iter([lambda h: h.answer(b"hal", length=5), lambda h: h.answer(b"whole")])
    site = serve({"/a": lambda h: next(answers)(h)})
    assert client().text(site.url + "/a") == "whole"


def test_bytes_that_are_not_utf8_are_replaced(serve, client):
    assert client().text(serve({"/a": b"caf\xe9"}).url + "/a") == "caf�"


def test_the_http_library_is_imported_for_the_first_client_only():
    code = (
        "import sys, corpora; corpora.HttpClient; corpora.registry.find('sources', 'books'); "
        "print('httpx2' in sys.modules); corpora.HttpClient('a@b.c'); print('httpx2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
