"""Files arrive whole or not at all: resumed where they stopped, within their size, and checked."""

import hashlib

import pytest

from corpora import DownloadError
from corpora.net.download import Size, append
from corpora.net.partial_file import PartialFile

BODY = b"It was a long book. " * 5000
SHA1 = f"sha1:{hashlib.sha1(BODY).hexdigest()}"


def ranged(body, *, drop_after=None, **validators):
    """A page that knows ranges; the first answer stops after `drop_after` bytes."""
    state = {"first": True}
    validators = validators or {"ETag": '"v1"'}

    def page(handler):
        start = 0
        wanted = handler.headers.get("Range")
        if wanted and handler.headers.get("If-Range") in (None, *validators.values()):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        cut = drop_after if state["first"] and drop_after else len(body)
        state["first"] = False
        handler.send_response(206 if start else 200)
        for name, value in validators.items():
            handler.send_header(name.replace("_", "-"), value)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        handler.send_header("Content-Length", str(len(body) - start))
        handler.end_headers()
        handler.wfile.write(body[start:cut])
        handler.close_connection = True

    return page


@pytest.mark.parametrize("validators", [{"ETag": '"v1"'}, {"Last_Modified": "Tue, 01 Sep 2026 08:00:00 GMT"}])
def test_dropped_connection_continues_where_it_stopped(serve, save, validators):
    site = serve({"/a": ranged(BODY, drop_after=30_000, **validators)})
    assert save(site.url + "/a") == BODY
    assert site.sent("/a", "Range") == [None, "bytes=30000-"]
    assert site.sent("/a", "If-Range") == [None, *validators.values()]


@pytest.mark.parametrize("validators", [{"ETag": 'W/"v1"'}, {"ETag": "v1"}, {"Last_Modified": "yesterday"}])
def test_without_a_strong_validator_the_download_starts_again(serve, save, validators):
    site = serve({"/a": ranged(BODY, drop_after=30_000, **validators)})
    assert save(site.url + "/a") == BODY
    assert site.sent("/a", "Range") == [None, None]


def test_with_a_checksum_the_download_continues_without_a_validator(serve, save, tmp_path):
    site = serve({"/a": ranged(BODY)})
    (tmp_path / "part").write_bytes(BODY[:1234])
    assert save(site.url + "/a", checksum=SHA1) == BODY
    assert site.sent("/a", "Range") == ["bytes=1234-"] and site.sent("/a", "If-Range") == [None]
    assert [path.name for path in tmp_path.iterdir()] == ["part"]


@pytest.mark.parametrize("mark", [b'"v0"', b"", b"\xff\xfe", b"x\r\nHost: evil", b'"' + b"x" * 10_000])
def test_file_of_another_version_is_downloaded_whole(serve, save, tmp_path, mark):
    site = serve({"/a": ranged(BODY, drop_after=30_000)})
    (tmp_path / "part").write_bytes(b"old" * 100)
    (tmp_path / "part.mark").write_bytes(mark)
    assert save(site.url + "/a") == BODY


@pytest.mark.parametrize(
    "content_range",
    [
        f"bytes 7-{len(BODY) - 1}/{len(BODY)}",
        "",
        "bytes",
        "bytes 1000",
        "bytes 1000-1/5",
        "bytes x-y/z",
        "items 1000-2/3",
    ],
)
def test_answer_that_is_not_the_rest_is_not_joined(serve, save, tmp_path, content_range):
    def page(handler):
        partial = handler.headers.get("Range")
        return handler.answer(BODY[7:], 206, Content_Range=content_range) if partial else handler.answer(BODY)

    site = serve({"/a": page})
    (tmp_path / "part").write_bytes(BODY[:1000])
    (tmp_path / "part.mark").write_text('"v1"', encoding="ascii")
    assert save(site.url + "/a") == BODY
    assert site.sent("/a", "Range") == ["bytes=1000-", None]


def test_rest_without_a_content_range_is_joined_if_a_checksum_proves_it(serve, save, tmp_path):
    site = serve({"/a": lambda h: h.answer(BODY[1000:], 206)})
    (tmp_path / "part").write_bytes(BODY[:1000])
    assert save(site.url + "/a", checksum=SHA1) == BODY
    assert site.sent("/a", "Range") == ["bytes=1000-"]


def test_range_that_cannot_be_satisfied_starts_again(serve, save, tmp_path):
    def page(handler):
        return handler.answer(b"", 416) if handler.headers.get("Range") else handler.answer(BODY)

    (tmp_path / "part").write_bytes(b"more than there is" * 10_000)
    assert save(serve({"/a": page}).url + "/a", checksum=SHA1) == BODY


def test_size_that_the_body_does_not_reach_is_not_trusted(serve, save):
    site = serve({"/a": lambda h: h.answer(BODY, length=len(BODY) + 10)})
    with pytest.raises(DownloadError, match=r"download failed \(the connection was cut: .*; tried 5 times\)"):
        save(site.url + "/a")


def test_body_may_come_in_chunks_without_a_size(serve, save):
    chunks = b"".join(b"%x\r\n%b\r\n" % (1000, BODY[at : at + 1000]) for at in range(0, len(BODY), 1000))
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    site = serve({"/a": lambda h: h.raw(head, chunks, b"0\r\n\r\n"), "/cut": lambda h: h.raw(head, chunks[:5000])})
    assert save(site.url + "/a") == BODY
    with pytest.raises(DownloadError, match="download failed"):
        save(site.url + "/cut")


def test_body_that_ends_with_the_connection_is_not_known_to_be_whole(serve, save):
    site = serve({"/a": lambda h: h.raw(b"HTTP/1.1 200 OK\r\n\r\n", BODY)})
    with pytest.raises(DownloadError, match="no size given"):
        save(site.url + "/a")
    assert save(site.url + "/a", size_bytes=len(BODY)) == BODY


@pytest.mark.parametrize("page", ["stated", "chunked"])
def test_file_larger_than_the_limit_is_refused(serve, save, tmp_path, page):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    pages = {
        "/stated": lambda h: h.answer(b"", length=10**18),
        "/chunked": lambda h: h.raw(head, *[b"400\r\n" + b"x" * 1024 + b"\r\n"] * 2000),
    }
    with pytest.raises(DownloadError, match="too large"):
        save(f"{serve(pages).url}/{page}")
    assert not (tmp_path / "part").exists() or (tmp_path / "part").stat().st_size <= 1 << 20


@pytest.mark.parametrize(("sent", "stated"), [(b"x" * 100, 100), (b"short", 5_000_000)])
def test_more_than_the_exact_size_is_refused_before_it_is_read(serve, save, sent, stated):
    site = serve({"/a": lambda h: h.answer(sent, length=stated)})
    with pytest.raises(DownloadError, match=rf"too large \({stated:,} bytes; expected 5\)"):
        save(site.url + "/a", size_bytes=5)


def test_exact_size_above_the_limit_is_refused_before_anything_is_asked(serve, save):
    site = serve({"/a": BODY})
    with pytest.raises(DownloadError, match=r"too large \(2,000,000 bytes; at most 1,048,576\)"):
        save(site.url + "/a", size_bytes=2_000_000)
    assert site.asked == []


def test_wrong_bytes_are_downloaded_once_more_and_then_refused(serve, save, tmp_path):
    answers = [lambda h: h.answer(b"wrong" * 20_000), lambda h: h.answer(BODY)]
    site = serve({"/a": lambda h: answers.pop(0)(h)})
    assert save(site.url + "/a", checksum=SHA1) == BODY
    site.pages["/a"] = b"wrong" * 20_000
    (tmp_path / "part").unlink()
    with pytest.raises(DownloadError, match=rf"wrong checksum \(sha1:[0-9a-f]{{40}}, expected {SHA1}\)"):
        save(site.url + "/a", checksum=SHA1)
    assert not (tmp_path / "part").exists()


def test_complete_file_is_not_asked_for_again(serve, save, tmp_path):
    site = serve({"/a": BODY})
    (tmp_path / "part").write_bytes(BODY)
    assert save(site.url + "/a", size_bytes=len(BODY), checksum=SHA1) == BODY
    assert site.asked == []


def test_rest_of_another_version_is_not_joined(serve, save, tmp_path):
    def page(handler):
        if handler.headers.get("Range"):
            rest = BODY[1000:].upper()
            return handler.answer(rest, 206, ETag='"v2"', Content_Range=f"bytes 1000-{len(BODY) - 1}/{len(BODY)}")
        return handler.answer(BODY, ETag='"v2"')

    (tmp_path / "part").write_bytes(BODY[:1000])
    (tmp_path / "part.mark").write_text('"v1"', encoding="ascii")
    assert save(serve({"/a": page}).url + "/a") == BODY


def test_rest_that_is_shorter_than_the_file_is_continued(serve, save, tmp_path):
    def page(handler):
        start = int(handler.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        stop = min(start + 40_000, len(BODY))
        handler.answer(BODY[start:stop], 206, ETag='"v1"', Content_Range=f"bytes {start}-{stop - 1}/{len(BODY)}")

    site = serve({"/a": page})
    (tmp_path / "part").write_bytes(BODY[:1000])
    (tmp_path / "part.mark").write_text('"v1"', encoding="ascii")
    assert save(site.url + "/a") == BODY
    assert site.sent("/a", "Range") == ["bytes=1000-", "bytes=41000-", "bytes=81000-"]


def test_endless_body_is_read_up_to_a_limit(serve, client, tmp_path):
    def page(handler):
        handler.raw(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"400\r\n" + b"x" * 1024 + b"\r\n"] * 500
        )

    part = PartialFile(tmp_path / "part")
    with pytest.raises(DownloadError, match=r"too large \(more than 100,000 bytes\)"):
        append(f"{serve({'/a': page}).url}/a", part, Size(1 << 40, unsized_bytes=100_000), client()._open)
