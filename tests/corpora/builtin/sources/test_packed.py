"""Tests of compressed files: equal to their plain form, strict about damage, safe against bombs."""

import bz2
import gzip
import lzma

import pyarrow as pa
import pytest

from corpora.builtin.sources.packed import Suffixes, UnpackedLimits, open_packed
from corpora.builtin.sources.unreadable import Unreadable

PACK = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda content: pa.compress(content, codec="zstd", asbytes=True),
}
TEXT = "Ein Satz über Äpfel.\n".encode() * 5000


@pytest.fixture(params=PACK)
def write(request, tmp_path):
    """Write bytes, after `change`, as a compressed file."""

    def write(content, change=lambda packed: packed):
        path = tmp_path / f"a.txt{request.param}"
        path.write_bytes(change(PACK[request.param](content)))
        return path

    return write


def content(path):
    with open_packed(path) as file:
        return file.read()


def test_a_compressed_file_gives_its_content(write):
    assert content(write(TEXT)) == TEXT


def test_streams_one_after_the_other_are_one_content(write):
    assert content(write(TEXT, lambda raw: raw * 3)) == TEXT * 3


@pytest.mark.parametrize("left_bytes", [1, 3, 40, -1])
def test_a_stream_that_ends_early_is_named(write, left_bytes):
    with pytest.raises(Unreadable, match="ends early"):
        content(write(TEXT, lambda raw: raw[:left_bytes]))


def test_a_second_stream_that_ends_early_is_named(write):
    with pytest.raises(Unreadable, match="ends early"):
        content(write(TEXT, lambda raw: raw + raw[:-2]))


def test_what_follows_the_last_stream_is_not_ignored(write):
    with pytest.raises(Unreadable, match="damaged"):
        content(write(TEXT, lambda raw: raw + b"something else"))


def test_a_file_that_only_has_the_suffix_is_damaged(write):
    with pytest.raises(Unreadable, match="damaged"):
        content(write(TEXT, lambda _: b"This was never compressed."))


def test_an_empty_file_is_empty(write):
    with pytest.raises(Unreadable, match="empty"):
        content(write(TEXT, lambda _: b""))


def test_a_bomb_is_stopped_by_its_ratio(write):
    path, given = write(bytes(8 << 20)), 0
    limits = UnpackedLimits(judged_bytes=1 << 20)
    with pytest.raises(Unreadable, match="more than 250 times"), open_packed(path, limits=limits) as file:
        while chunk := file.read(1 << 16):
            given += len(chunk)
    assert given <= 2 << 20


def test_a_file_larger_than_the_limit_is_stopped(write):
    with (
        pytest.raises(Unreadable, match="unpacks to too much"),
        open_packed(write(TEXT), limits=UnpackedLimits(size_bytes=1000)) as file,
    ):
        file.read()


def test_suffixes_match_packable_kinds_only():
    reads = Suffixes((".txt", ".epub"), (".txt",))
    names = ["a.txt", "a.TXT.GZ", "a.epub", "a.epub.gz", "a.gz", "a.txt.zip", "gz"]
    assert [reads.match(name) for name in names] == [True, True, True, False, False, False, False]
    assert str(reads) == ".txt, .epub (all but .epub also as .gz, .bz2, .xz, .zst)"
