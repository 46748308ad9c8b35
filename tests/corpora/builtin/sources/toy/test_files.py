"""Toy texts as files: what the sources for books and wikis read back is what the grammar wrote."""

import zipfile
from collections import Counter

import pytest

from corpora import Document, Reject, registry
from corpora.builtin.sources.toy import Toy
from corpora.builtin.sources.toy.dump import write_dump
from corpora.builtin.sources.toy.files import write_files


def read(short):
    source = registry.make("sources", short)
    return [found for shard in source.shards() for found in source.read(shard)]


def test_books_come_back_from_epub_and_text(tmp_path):
    paths = write_files(tmp_path, 2, seed=3, words=800)
    toy = Toy(books=2, articles=0, words=800, seed=3)
    written = [d for shard in toy.shards() for d in toy.read(shard)]
    found = read(f"books:folder={tmp_path}")
    assert [p.suffix for p in paths] == [".epub", ".txt"]
    assert [d.paragraphs for d in found] == [d.paragraphs for d in written]
    assert found[0].title == written[0].title and found[0].author == written[0].author


@pytest.mark.parametrize("name", ["toy.xml", "toy.xml.bz2"])
def test_articles_come_back_from_a_dump(tmp_path, name):
    path = write_dump(tmp_path / name, 60, seed=3)
    toy = Toy(books=0, articles=60, seed=3)
    found = read(f"wikipedia:dump={path}")
    assert [d.paragraphs for d in found if isinstance(d, Document)] == [
        d.paragraphs for shard in toy.shards() for d in toy.read(shard)
    ]
    assert Counter(r.reason for r in found if isinstance(r, Reject)) == {"redirect": 3, "namespace": 1}


def test_an_epub_begins_with_its_mimetype_uncompressed(tmp_path):
    path = write_files(tmp_path, 1, seed=3, words=100)[0]
    first = zipfile.ZipFile(path).infolist()[0]
    assert first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED and first.extra == b""


def test_the_same_seed_gives_the_same_files(tmp_path):
    one, two = write_files(tmp_path / "a", 2, seed=3, words=300), write_files(tmp_path / "b", 2, seed=3, words=300)
    dumps = [write_dump(tmp_path / f"{name}.xml.bz2", 30, seed=3).read_bytes() for name in "ab"]
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two] and dumps[0] == dumps[1]


def test_the_index_of_a_dump_names_every_page(tmp_path):
    import bz2

    write_dump(tmp_path / "toy.xml.bz2", 200, seed=3)
    lines = bz2.decompress((tmp_path / "toy-index.txt.bz2").read_bytes()).decode().splitlines()
    offsets = sorted({int(line.split(":")[0]) for line in lines})
    assert len(lines) == 200 + 10 + 4 and len(offsets) == 3
    stream = (tmp_path / "toy.xml.bz2").read_bytes()[offsets[1] :]
    assert bz2.BZ2Decompressor().decompress(stream).startswith(b"  <page>")
