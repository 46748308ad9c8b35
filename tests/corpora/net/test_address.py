"""Which addresses are requested, and where a server may send us."""

import pytest

from corpora import DownloadError

BODY = b"It was a long book. " * 50


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("file:///etc/passwd", "scheme file"),
        ("ftp://example.org/a", "scheme ftp"),
        ("data:text/plain,x", "scheme data"),
        ("/etc/passwd", "scheme missing"),
        ("", "scheme missing"),
        ("http://", "no host"),
        ("http:///a", "no host"),
        ("http://example.org:0/", "invalid port"),
        ("http://example.org:99999/", "[Pp]ort"),
        ("http://example.org:x/", "[Pp]ort"),
        ("http://[::1/", "IPv6"),
        ("http://user:secret@example.org/", "user name"),
        ("http://a..b/", "label"),
        (f"http://{'a' * 70}.org/", "label"),
        ("http://exam ple.org/", "space"),
        ("http://example.org/\r\nHost: evil", "control characters"),
        ("http://example.org/\x1b[31m", "control characters"),
        ("http://example.org/" + "a" * 9000, "at most 8,192"),
    ],
)
def test_address_that_is_not_on_the_web_is_refused_in_one_line(client, url, problem):
    with pytest.raises(DownloadError, match=rf"not a web address \(.*{problem}") as error:
        client().text(url)
    assert "\n" not in str(error.value) and "\r" not in str(error.value) and len(str(error.value)) < 500


@pytest.mark.parametrize(("path", "asked"), [("/a b", "/a%20b"), ("/é", "/%C3%A9"), ("/a%2Fb?q=1", "/a%2Fb?q=1")])
def test_address_is_encoded_for_the_request(serve, client, path, asked):
    site = serve({asked: BODY})
    assert client().text(site.url + path) == BODY.decode()


def test_redirect_to_another_host_must_be_permitted(serve, save):
    other = serve({"/b": BODY})
    site = serve({"/a": lambda h: h.answer(b"", 302, Location=other.url + "/b")})
    with pytest.raises(DownloadError, match=rf"/a: redirected to another host \({other.url}/b\)"):
        save(site.url + "/a")
    assert other.asked == []
    assert save(site.url + "/a", redirect_hosts=(other.host.upper(),)) == BODY


def test_redirect_within_the_host_is_followed_with_the_range(serve, save, tmp_path):
    site = serve({"/a": lambda h: h.answer(b"", 307, Location="/b?x=1"), "/b?x=1": BODY})
    (tmp_path / "part").write_bytes(b"old")
    (tmp_path / "part.mark").write_text('"v1"', encoding="ascii")
    assert save(site.url + "/a") == BODY
    assert site.sent("/b?x=1", "Range") == ["bytes=3-"]


def test_redirect_to_a_subdomain_is_permitted_by_a_pattern(serve, client):
    site = serve({"/a": lambda h: h.answer(b"", 302, Location=site.url.replace("127.0.0.1", "cdn.localhost") + "/b")})
    local = site.url.replace("127.0.0.1", "localhost") + "/a"
    pattern = "*." + site.host.replace("127.0.0.1", "localhost")
    with pytest.raises(DownloadError, match="another host"):
        client().text(local, max_bytes=100)
    try:
        client(redirect_hosts=(pattern,)).text(local)
    except DownloadError as error:  # whether cdn.localhost resolves depends on the machine; it was permitted
        assert "another host" not in str(error)


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://127.0.0.1/a", "javascript:alert(1)", "http://[", "http://u:p@127.0.0.1/",
     "http://127.0.0.1:99999/", "/" + "a" * 60_000],
)  # fmt: skip
def test_redirect_off_the_web_is_refused_in_one_line(serve, client, location):
    site = serve({"/a": lambda h: h.answer(b"", 302, Location=location)})
    with pytest.raises(DownloadError, match="invalid redirect") as error:
        client().text(site.url + "/a")
    assert len(str(error.value)) < 600


def test_redirect_without_a_target_is_a_loop(serve, client):
    site = serve({"/a": lambda h: h.answer(b"", 302), "/b": lambda h: h.answer(b"", 301, Location="/b")})
    for path in ("/a", "/b"):
        with pytest.raises(DownloadError, match=r"too many redirects \(more than 5\)"):
            client().text(site.url + path)
        assert site.times(path) == 6
