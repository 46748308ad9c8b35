"""Bad input: each gives a clear line or a counted reject; a half-read dump is never taken for whole."""

import bz2
import gzip
import lzma

import pyarrow as pa
import pytest

from corpora import InputError
from corpora.builtin.sources.wikipedia import Wikipedia


def zstd(raw):
    return pa.compress(raw, codec="zstd", asbytes=True)


@pytest.mark.parametrize("pack", [lambda raw: raw, gzip.compress, lzma.compress, bz2.compress, zstd])
def test_dump_cut_in_mid_page_is_refused_or_its_whole_pages_are_taken(dumps, pack):
    raw = dumps.xml(*dumps.pages(9)).encode()
    path = dumps.write(pack(raw[: raw.rindex(b"tells")]), "cut.xml")
    with pytest.raises(InputError, match=r"dump .*cut.xml is cut.*--allow-cut"):
        dumps.read(path)
    titles, reasons = dumps.read(path, **{"allow-cut": True})
    assert len(titles) == 8 and reasons == {"cut": 1}
    said = Wikipedia(dump=(path,), allow_cut=True).notes()
    assert said[0] == "cut.xml is cut or damaged: only its intact pages were read"


@pytest.mark.slow
@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress, zstd])
def test_packing_cut_in_the_middle_is_refused_or_its_whole_pages_are_taken(dumps, pack):
    packed = pack(dumps.xml(*dumps.pages(30_000)).encode())
    path = dumps.write(packed[: len(packed) * 2 // 3], "cut.xml")
    with pytest.raises(InputError, match="--allow-cut"):
        dumps.read(path)
    titles, _ = dumps.read(path, **{"allow-cut": True})
    assert titles == [f"Page {n}" for n in range(1, len(titles) + 1)]


def test_bz2_cut_at_a_stream_boundary_is_refused(dumps):
    whole = dumps.streams(dumps.pages(20), 5)
    path = dumps.write(whole[: whole.rindex(b"BZh")], "cut.xml.bz2")
    with pytest.raises(InputError, match="ends without </mediawiki>"):
        dumps.read(path)
    assert len(dumps.read(path, **{"allow-cut": True})[0]) == 20


def test_garbage_after_the_end_is_refused(dumps):
    path = dumps.write(dumps.streams(dumps.pages(20), 5) + b"garbage" * 100, "wiki.xml.bz2")
    with pytest.raises(InputError, match="--allow-cut"):
        dumps.read(path)
    assert len(dumps.read(path, **{"allow-cut": True})[0]) == 20


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("<!DOCTYPE html><p>404</p>", "is not a MediaWiki dump: it has no <mediawiki> element"),
        ("<feed><doc><title>A</title></doc></feed>", "is not a MediaWiki dump"),
    ],
)
def test_another_file_is_not_called_a_cut_dump(tmp_path, content, reason):
    path = tmp_path / "dump.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        Wikipedia(dump=(path,)).shards()


def test_flipped_bit_in_a_stream_is_noticed(dumps):
    raw = bytearray(dumps.streams(dumps.pages(200), 50))
    raw[raw.index(b"BZh", 4) + 60] ^= 1
    with pytest.raises(InputError, match="damaged"):
        dumps.read(dumps.write(bytes(raw), "wiki.xml.bz2"))


@pytest.mark.parametrize("bad", ["\0", "\x0b", "<b>", "&bomb;", "</text>"])
def test_malformed_page_costs_itself_and_no_other(dumps, bad):
    path = dumps.write(dumps.xml(dumps.page(1), dumps.page(2, f"Two {bad} two."), dumps.page(3)))
    titles, reasons = dumps.read(path)
    assert titles in (["Page 1", "Page 3"], ["Page 1", "Page 2", "Page 3"])
    assert len(titles) + reasons["malformed XML"] == 3


def test_xml_bomb_is_refused(dumps):
    bomb = '<!DOCTYPE mediawiki [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n' + dumps.xml(dumps.page(1, "&b;"))
    with pytest.raises(InputError, match="declares a document type"):
        dumps.read(dumps.write(bomb))


def test_dump_without_a_page_and_what_is_no_dump_are_refused(dumps):
    with pytest.raises(InputError, match="has no pages"):
        dumps.read(dumps.write(dumps.xml()))
    with pytest.raises(InputError, match="not a MediaWiki dump"):
        dumps.read(dumps.write("<html></mediawiki>"))
    with pytest.raises(InputError, match="cannot be read: No such file"):
        dumps.read(dumps.folder / "missing.xml")
    with pytest.raises(InputError, match="is a 7z archive"):
        dumps.read(dumps.write(b"7z\xbc\xaf\x27\x1c", "wiki.7z"))


def test_dump_of_another_project_is_refused_unless_any_is_taken(dumps):
    path = dumps.write(dumps.xml(dumps.page(1)).replace("en.wikipedia", "en.wiktionary"))
    with pytest.raises(InputError, match="is from wiktionary, not from Wikipedia; --project any"):
        dumps.read(path)
    assert dumps.read(path, project="any")[0] == ["Page 1"]


def test_page_that_is_no_wikitext_is_rejected(dumps):
    text = dumps.page(1).replace("<text>", "<model>wikibase-item</model><text>")
    assert dumps.read(dumps.write(dumps.xml(text)))[1] == {"not wikitext": 1}


def test_page_without_text_is_rejected(dumps):
    text = dumps.page(1).replace("<text>", '<text deleted="deleted">')
    assert dumps.read(dumps.write(dumps.xml(text)))[1] == {"no text": 1}


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "written", "others"),
    [
        ("elwiki-20230501-truncated-100k-lines.xml.xz", 523, 411),
        ("viwiki-20230501-truncated-100k-lines.xml.xz", 271, 700),
        ("enwiki-wp2txt-testdata_en-B.xml.bz2", 138, 113),
    ],
)
def test_real_dumps_that_are_cut_give_their_whole_pages(dumps, wiki, name, written, others):
    with pytest.raises(InputError, match="cut"):
        dumps.read(wiki / name)
    titles, reasons = dumps.read(wiki / name, **{"allow-cut": True})
    assert (len(titles), reasons.total()) == (written, others)
