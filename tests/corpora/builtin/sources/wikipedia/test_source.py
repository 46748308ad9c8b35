"""The source: dumps of every kind read to the last page, and bad ones refused with a line that says why."""

import bz2
import gzip
import lzma

import pyarrow as pa
import pytest

import corpora
from corpora import Document, InputError
from corpora.builtin.sources.wikipedia import Wikipedia
from corpora.builtin.sources.wikipedia.articles import is_redirect
from corpora.builtin.sources.wikipedia.dump import streams
from corpora.builtin.sources.wikipedia.dump.pages import pages
from corpora.builtin.templates.dates import Dates


@pytest.mark.parametrize(
    ("pack", "name"),
    [
        (lambda raw: raw, "wiki.xml"),
        (bz2.compress, "wiki.xml.bz2"),
        (gzip.compress, "wiki.xml.gz"),
        (lzma.compress, "wiki.xml.xz"),
        (lambda raw: pa.compress(raw, codec="zstd", asbytes=True), "wiki.xml.zst"),
        (lambda raw: raw.decode().encode("utf-16"), "wide.xml"),
        (lambda raw: bz2.compress(raw.decode().encode("utf-16")), "wide.xml.bz2"),
        (lambda raw: raw, "name-without-ending"),
    ],
)
def test_every_packing_gives_every_page(dumps, pack, name):
    path = dumps.write(pack(dumps.xml(*dumps.pages(50)).encode()), name)
    titles, reasons = dumps.read(path)
    assert titles == [f"Page {n}" for n in range(1, 51)] and not reasons


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize("shard_bytes", [1, 500, 5000, 1 << 30])
def test_multistream_gives_the_same_pages_however_it_is_cut(dumps, monkeypatch, size, shard_bytes):
    path = dumps.write(dumps.streams(dumps.pages(50), size), "wiki.xml.bz2")
    starts = streams.shard_starts(path, shard_bytes=shard_bytes)
    source = Wikipedia(dump=(path,))
    shards = [_shard(path, start, stop) for start, stop in zip(starts, [*starts[1:], None], strict=True)]
    found = [outcome.title for shard in shards for outcome in source.read(shard)]
    assert found == [f"Page {n}" for n in range(1, 51)]


@pytest.mark.parametrize("shard_bytes", [7, 100, 333, 1 << 20])
def test_plain_xml_gives_the_same_pages_however_it_is_cut(dumps, shard_bytes):
    path = dumps.write(dumps.xml(*dumps.pages(20)))
    starts = streams.shard_starts(path, shard_bytes=shard_bytes)
    source = Wikipedia(dump=(path,))
    shards = [_shard(path, start, stop) for start, stop in zip(starts, [*starts[1:], None], strict=True)]
    assert [o.title for shard in shards for o in source.read(shard)] == [f"Page {n}" for n in range(1, 21)]


@pytest.mark.parametrize(("count", "size"), [(40, 301), (4, 5)])
def test_streams_that_cut_pages_in_two_lose_none(dumps, count, size):
    raw = dumps.xml(*dumps.pages(count)).encode()
    path = dumps.write(b"".join(bz2.compress(raw[i : i + size]) for i in range(0, len(raw), size)), "wiki.xml.bz2")
    starts = streams.shard_starts(path, shard_bytes=1)
    source = Wikipedia(dump=(path,))
    shards = [_shard(path, start, stop) for start, stop in zip(starts, [*starts[1:], None], strict=True)]
    assert len(shards) > 10
    assert [o.title for shard in shards for o in source.read(shard)] == [f"Page {n}" for n in range(1, count + 1)]


def _shard(path, start, stop):
    from corpora import Shard

    return Shard(f"{path.name}:{start}", path, start, stop)


def test_index_gives_the_streams_and_a_wrong_one_is_refused(dumps):
    path = dumps.write(dumps.streams(dumps.pages(20), 5), "wiki.xml.bz2")
    starts = streams.stream_starts(path)
    index = dumps.write("".join(f"{start}:{n}:Page: {n}\n" for n, start in enumerate(starts[1:-1])), "index.txt")
    assert list(streams.stream_starts(path, index)) == [0, *starts[1:-1]]
    with pytest.raises(InputError, match="does not belong to wiki.xml.bz2: no stream starts at byte 999"):
        streams.stream_starts(path, dumps.write("999:1:Page 1\n", "wrong.txt"))
    with pytest.raises(InputError, match="line 1: 'nonsense' is not OFFSET:PAGE:TITLE"):
        streams.stream_starts(path, dumps.write("nonsense", "wrong.txt"))


def test_part_files_are_read_one_after_the_other(dumps):
    one = dumps.write(dumps.xml(dumps.page(1)), "p1.xml")
    two = dumps.write(bz2.compress(dumps.xml(dumps.page(2)).encode()), "p2.xml.bz2")
    assert dumps.read(one, two)[0] == ["Page 1", "Page 2"]


def test_page_accounting_closes_by_reason(dumps):
    pages = [
        dumps.page(1),
        dumps.page(2, extra='<redirect title="Page 1" />'),
        dumps.page(3, "#WEITERLEITUNG [[Page 1]]"),
        dumps.page(4, title="Talk:Page 1", ns=1),
        dumps.page(5, "{{Infobox}}"),
        dumps.page(6, title="Star Trek: Voyager"),
        dumps.page(7, "{{disambig}} X may mean this."),
    ]
    titles, reasons = dumps.read(dumps.write(dumps.xml(*pages)), disambiguation="drop")
    assert titles == ["Page 1", "Star Trek: Voyager"]
    assert reasons == {"redirect": 2, "namespace": 1, "no prose": 1, "disambiguation": 1}


def test_old_dumps_without_ns_are_told_apart_by_the_prefixes_of_their_siteinfo(dumps):
    pages = [dumps.page(1, ns=None), dumps.page(2, title="Talk:X", ns=None), dumps.page(3, title="Alien: Y", ns=None)]
    titles, reasons = dumps.read(dumps.write(dumps.xml(*pages)))
    assert titles == ["Page 1", "Alien: Y"] and reasons == {"namespace": 1}


@pytest.mark.parametrize("version", ["0.3", "0.5", "0.8", "0.10", "0.11"])
def test_every_schema_is_read(dumps, version):
    path = dumps.write(dumps.xml(*dumps.pages(3)).replace("0.11", version))
    assert len(dumps.read(path)[0]) == 3


def test_documents_carry_what_the_licence_asks_for(dumps):
    path = dumps.write(dumps.xml(dumps.page(1, "A [[b]] {{cn}} x. [[Category:C]]", title="A b/c?")))
    source = Wikipedia(dump=(path,))
    (document,) = source.read(source.shards()[0])
    assert isinstance(document, Document)
    assert (document.id, document.url) == ("enwiki:1", "https://en.wikipedia.org/wiki/A_b/c%3F")
    assert (document.licence, document.author, document.language) == ("CC BY-SA 4.0", "Wikipedia contributors", "en")
    assert document.metadata["revision"] == "17"
    assert document.metadata["categories"] == ["C"] and document.metadata["links"] == ["b"]
    assert document.metadata["dropped_templates"] == {"cn": 1}


def test_several_revisions_give_the_newest(dumps):
    old = "<revision><id>9</id><timestamp>2020-01-01T00:00:00Z</timestamp><text>Old text.</text></revision>"
    path = dumps.write(dumps.xml(dumps.page(1, "New text.", extra=old)))
    source = Wikipedia(dump=(path,))
    assert [d.paragraphs for d in source.read(source.shards()[0])] == [("New text.",)]


@pytest.mark.parametrize(
    ("wikitext", "redirect"),
    [
        ("#REDIRECT [[A]]", True),
        ("#redirect: [[A]]", True),
        ("#Перенаправление [[A]]", True),
        ("#WOANDERS [[A]]", True),
        ("#1 Hits [[A]] is a record.", False),
        ("#Born in [[A]], he left.", False),
        ("#9 Dream is by [[A]].", False),
    ],
)
def test_only_a_redirect_word_makes_a_redirect(wikitext, redirect):
    assert is_redirect(wikitext) == redirect


def test_a_dump_without_its_root_element_is_refused_for_that(dumps):
    path = dumps.write(dumps.page(1))
    with pytest.raises(InputError, match="the <mediawiki> element around it is missing"):
        dumps.read(path)


def test_another_version_of_a_built_in_renderer_makes_another_version_of_the_dataset(dumps, home, monkeypatch):
    text = f"wikipedia:dump={dumps.write(dumps.xml(*dumps.pages(3)).encode(), 'wiki.xml')}"
    first = corpora.build(text)
    listed = {each["name"]: each["version"] for each in first.manifest.plan["components"]}
    assert listed.keys() >= {"wikipedia", "dates", "numbers", "prose"}
    monkeypatch.setattr(Dates, "version", Dates.version + 1)
    second = corpora.build(text)
    assert second.fingerprint != first.fingerprint
    assert {each["name"]: each["version"] for each in second.manifest.plan["components"]} == listed | {
        "dates": Dates.version
    }


@pytest.mark.parametrize("level", [9, 5])  # with 5, every reader of bz2 leaves the streams to Python's
def test_range_that_ends_between_pages_reads_nothing_beyond(dumps, level):
    whole = dumps.streams(dumps.pages(20), 10)
    starts = [match.start() for match in streams.STREAM.finditer(whole)]
    parts = [whole[start:stop] for start, stop in zip(starts, [*starts[1:], None], strict=True)]
    whole = b"".join(bz2.compress(bz2.decompress(part), level) for part in parts)
    starts = [match.start() for match in streams.STREAM.finditer(whole)]
    path = dumps.write(whole[: starts[2]] + b"BZh9 is all that is left of the next stream", "wiki.xml.bz2")
    found = list(pages(path, starts[1], starts[2], allow_cut=False))
    assert [page.title for page in found] == [f"Page {n}" for n in range(1, 11)]
