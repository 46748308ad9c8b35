"""Files that servers compress for the transfer are stored as they are at the server."""

import gzip

import pytest

from corpora import DownloadError
from corpora.net import content_encoding

BODY = b"It was a long book. " * 5000
PACKED = gzip.compress(BODY)


def encoded(body, encoding):
    return lambda handler: handler.answer(body, ETag='"v1"', Content_Encoding=encoding)


@pytest.mark.parametrize(
    ("name", "sent", "encoding", "stored"),
    [
        ("a.txt", PACKED, "gzip", BODY),
        ("a.txt", PACKED, "X-GZIP", BODY),
        ("a.txt", BODY, "gzip", BODY),
        ("a.txt", BODY, "identity", BODY),
        ("a.txt", BODY, "aws-chunked", BODY),
        ("a.txt.gz", PACKED, "gzip", PACKED),
    ],
)
def test_only_the_encoding_that_the_server_added_is_taken_off(serve, save, name, sent, encoding, stored):
    assert save(f"{serve({f'/{name}': encoded(sent, encoding)}).url}/{name}") == stored


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate"])
def test_encoding_that_cannot_be_decoded_is_one_line(serve, save, tmp_path, encoding):
    with pytest.raises(DownloadError, match=rf"compressed for the transfer \(Content-Encoding {encoding}; only gzip"):
        save(serve({"/a.txt": encoded(PACKED, encoding)}).url + "/a.txt")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("sent", [PACKED[:-9], PACKED[:100] + b"x" * 50 + PACKED[150:]])
def test_damaged_encoding_is_one_line_and_is_not_continued(serve, save, tmp_path, sent):
    with pytest.raises(DownloadError, match=r"damaged \(its gzip encoding: "):
        save(serve({"/a.txt": encoded(sent, "gzip")}).url + "/a.txt")
    assert not [*tmp_path.iterdir()]


def test_file_that_decodes_to_too_much_is_refused(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(PACKED)
    with pytest.raises(DownloadError, match=r"too large \(it decodes to more than 50,000 bytes\)"):
        content_encoding.decode("http://a/a", path, 50_000)
    assert [*tmp_path.iterdir()] == [path]


def test_checksum_is_of_the_bytes_as_sent(serve, save):
    import hashlib

    site = serve({"/a.txt": encoded(PACKED, "gzip")})
    assert save(site.url + "/a.txt", checksum=f"sha1:{hashlib.sha1(PACKED).hexdigest()}") == PACKED
