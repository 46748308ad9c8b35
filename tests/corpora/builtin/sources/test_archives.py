"""Zip files in a folder: their members are read as files are, and what is wrong with them costs a line each."""

import gzip
import json
import stat
import struct
import zipfile

import pytest

import corpora
from corpora import Document, registry

PROSE = "The heron stood in the reeds all morning and caught one eel.\n"


def zipped(path, files, method=zipfile.ZIP_DEFLATED):
    """A zip file of names or entries, and contents."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content, method)
    return path


def read(folder, name="texts", **options):
    source = registry.find("sources", name).from_options({"folder": folder, **options})
    return [made for shard in source.shards() for made in source.read(shard)]


def told(folder, name="texts", **options):
    """By id, the first paragraph of a document or the reason for a reject."""
    return {
        made.id: made.paragraphs[0] if isinstance(made, Document) else f"{made.reason}: {made.detail}".rstrip(": ")
        for made in read(folder, name, **options)
    }


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_give_what_the_files_would(tmp_path, method):
    files = [
        ("deep/b.txt", PROSE), ("a.jsonl", json.dumps({"id": 1, "text": "One."})), ("c.md", "# Head\n\nTwo."),
        ("d.html", "<p>Three.</p>"), ("e.json", '["Four."]'), ("f.txt.gz", gzip.compress(b"Five.")),
        ("g.csv", "text\nSix.\n"), ("deep/", ""), ("é#1.txt", "Seven."),
    ]  # fmt: skip
    (tmp_path / "zip").mkdir()
    zipped(tmp_path / "zip" / "x.ZIP", files, method)
    for name, content in files:
        path = tmp_path / "plain" / "x.ZIP" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    expected = {id.replace("x.ZIP/", "x.ZIP#"): text for id, text in told(tmp_path / "plain").items()}
    assert told(tmp_path / "zip") == expected and len(expected) == 8


def test_books_in_an_archive_are_read(tmp_path):
    body = "".join(f"<p>{PROSE}</p>" for _ in range(5))
    fb2 = f"<FictionBook><body><section>{body}</section></body></FictionBook>"
    zipped(tmp_path / "book.epub", [
        ("META-INF/container.xml", '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'),
        ("b.opf", '<package><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
                  '<spine><itemref idref="a"/></spine></package>'),
        ("a.xhtml", f"<html><body>{body}</body></html>"),
    ])  # fmt: skip
    (tmp_path / "in").mkdir()
    zipped(tmp_path / "in" / "all.zip", [("b.epub", (tmp_path / "book.epub").read_bytes()), ("c.txt", PROSE * 9)])
    zipped(tmp_path / "in" / "x.fb2.zip", [("x.fb2", fb2)])
    found = told(tmp_path / "in", "books")
    assert found.keys() == {"all.zip#b.epub", "all.zip#c.txt", "x.fb2.zip#x.fb2"}
    assert set(found.values()) == {PROSE.strip()}


@pytest.mark.slow
def test_large_texts_are_cut_as_outside_an_archive(tmp_path):
    text = "".join(f"Line {n} of a very long text that is cut into documents.\n\n" for n in range(700_000))
    zipped(tmp_path / "a.zip", [("a.txt", text)])
    ids = [made.id for made in read(tmp_path)]
    assert ids == ["a.zip#a.txt#1", "a.zip#a.txt#2", "a.zip#a.txt#3"]


def _entry(name, **attributes):
    info = zipfile.ZipInfo(name)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (_entry("../up.txt"), "unsafe name: ../up.txt"),
        (_entry("/root.txt"), "unsafe name: /root.txt"),
        (_entry("a/../b.txt"), "unsafe name: a/../b.txt"),
        (_entry("C:x.txt"), "unsafe name: C:x.txt"),
        (_entry("dir\\a.txt"), "unsafe name: dir\\a.txt"),
        (_entry("link.txt", external_attr=(stat.S_IFLNK | 0o777) << 16), "link in an archive"),
    ],
)
def test_a_member_that_points_elsewhere_is_a_reject(tmp_path, entry, reason):
    zipped(tmp_path / "a.zip", [(entry, "secret"), ("b.txt", PROSE)])
    assert sorted(told(tmp_path).values()) == sorted([reason, PROSE.strip()])


def test_hidden_members_and_those_with_other_suffixes_are_not_read_but_counted(tmp_path):
    names = ("b.txt", ".c.txt", "__MACOSX/._b.txt", "d.jpg", "e.parquet", "f.zip", "README")
    zipped(tmp_path / "a.zip", [(name, PROSE) for name in names])
    source = registry.find("sources", "texts").from_options({"folder": tmp_path})
    assert [shard.key for shard in source.shards()] == ["a.zip#b.txt"]
    assert source.notes()[0].startswith("Files not read, by suffix: 1 .jpg, 1 .parquet, 1 .zip, 1 no suffix;")


def _cut(raw):
    return raw[:-40]


def _flipped(raw):
    at = raw.index(b"a.txt") + 9
    return raw[:at] + bytes([raw[at] ^ 255]) + raw[at + 1 :]


def _encrypted(raw):
    at = raw.rindex(b"PK\1\2")
    return raw[: at + 8] + struct.pack("<H", 1) + raw[at + 10 :]


@pytest.mark.parametrize(
    ("damage", "id", "reason"),
    [
        (_cut, "x.zip", "not a zip archive"),
        (lambda raw: b"", "x.zip", "not a zip archive"),
        (_flipped, "x.zip#a.txt", "damaged"),
        (_encrypted, "x.zip#a.txt", "encrypted"),
        (lambda raw: b"#!/bin/unpack\n" + raw, "x.zip#a.txt", PROSE.strip()),  # a program that unpacks itself
    ],
)
def test_a_damaged_archive_is_a_reject(tmp_path, damage, id, reason):
    raw = zipped(tmp_path / "x.zip", [("a.txt", PROSE * 9)]).read_bytes()
    (tmp_path / "x.zip").write_bytes(damage(raw))
    assert {key: value.partition(":")[0] for key, value in told(tmp_path).items()} == {id: reason}


def test_a_member_without_a_name_costs_nothing(tmp_path):
    raw = zipped(tmp_path / "a.zip", [("a.txt", PROSE), ("bcdef", "x")]).read_bytes()
    at = raw.rindex(b"PK\1\2")
    nameless = raw[at:].replace(b"\5\0" + bytes(14), b"\0\0" + bytes(14), 1).replace(b"bcdef", b"")
    size = struct.pack("<I", len(raw) - raw.index(b"PK\1\2") - 22 - 5)
    nameless = nameless[:-10] + size + nameless[-6:]
    (tmp_path / "a.zip").write_bytes(raw[:at] + nameless)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == ["a.txt", ""]
    assert told(tmp_path) == {"a.zip#a.txt": PROSE.strip()}
    assert told(tmp_path, "books") == {"a.zip#a.txt": PROSE.strip()}


def test_an_archive_without_texts_says_what_it_has(tmp_path):
    zipped(tmp_path / "a.zip", [("a.jpg", "x")])
    zipped(tmp_path / "b.zip", [])
    found = told(tmp_path)
    assert found == {"a.zip": "nothing to read: it contains a.jpg", "b.zip": "nothing to read: it contains nothing"}


def test_names_that_occur_twice_are_said(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(tmp_path / "a.zip", [("a.txt", "First."), ("a.txt", "Second.")])
    assert told(tmp_path) == {"a.zip#a.txt": "First.", "a.zip#a.txt#1": "name twice"}


def test_bombs_are_refused_before_they_are_unpacked(tmp_path):
    zipped(tmp_path / "a.zip", [("a.txt", b"\0" * (70 << 20))])
    raw = bytearray(zipped(tmp_path / "b.zip", [("a.txt", PROSE), ("b.txt", PROSE)]).read_bytes())
    at = raw.rindex(b"PK\1\2")
    raw[at + 42 : at + 46] = struct.pack("<I", 0)
    (tmp_path / "b.zip").write_bytes(raw)
    found = told(tmp_path)
    assert found["a.zip"].startswith("unpacks to too much: more than 250 times its")
    assert found["b.zip"].startswith("damaged: its members share data")


@pytest.mark.slow
def test_a_build_of_an_archive_is_the_same_with_any_workers(tmp_path, home):
    (tmp_path / "in").mkdir()
    zipped(tmp_path / "in" / "a.zip", [(f"{n}.txt", f"{PROSE} Number {n}.") for n in range(30)])
    one = corpora.build(f"texts:folder={tmp_path / 'in'}", name="one")
    files = {name: sha256 for name, sha256 in one.manifest.files.items() if not name.endswith((".md", ".html"))}
    assert one.manifest.accounting["written"] == 30
    corpora.Store(home).remove(one.reference)
    two = corpora.build(f"texts:folder={tmp_path / 'in'}", name="one", executor="processes:workers=2")
    assert two.fingerprint == one.fingerprint and files.items() <= two.manifest.files.items()


def test_a_survey_reads_archives(tmp_path, run):
    (tmp_path / "in").mkdir()
    zipped(tmp_path / "in" / "a.zip", [("a.txt", PROSE * 9), ("b.jsonl", json.dumps({"text": PROSE}))])
    said = run("survey", tmp_path / "in").out
    assert "corpora build texts" in said and ".zip" in said
