"""Hostile and broken input costs one line in the rejects, and bounded memory."""

import io
import os
import time
import zipfile
from pathlib import Path

import pytest

from corpora import Document, InputError, Reject, registry

REAL = Path(__file__).parents[6] / "shared/data/books"
BOMB = b"<p>" + b"a" * (40 << 20)


def read(folder, **options):
    """What `books` makes of a folder, by file name."""
    source = registry.find("sources", "books").from_options({"folder": folder, **options})
    return {shard.key: list(source.read(shard)) for shard in source.shards()}


def only(folder):
    ((outcome,),) = read(folder).values()
    return outcome


def lies(path, old, new):
    """Overwrite bytes of a file that has them."""
    raw = path.read_bytes()
    assert old in raw
    path.write_bytes(raw.replace(old, new))


def test_a_zip_bomb_is_rejected(make_epub, tmp_path):
    make_epub("", extra={"OPS/text/c0.xhtml": BOMB})
    assert (only(tmp_path).reason, only(tmp_path).failed) == ("too large", False)


def test_a_zip_bomb_whose_directory_lies_about_its_size_is_rejected(make_epub, tmp_path):
    path = make_epub("", extra={"OPS/text/c0.xhtml": BOMB})
    lies(path, len(BOMB).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert isinstance(only(tmp_path), Reject)


@pytest.mark.slow
def test_many_large_entries_together_are_a_bomb_as_well(make_epub, tmp_path):
    page = b"<p>" + b"a " * (4 << 20)
    make_epub(*[""] * 20, extra={f"OPS/text/c{n}.xhtml": page for n in range(20)})
    assert only(tmp_path).reason == "too large"


def test_ten_thousand_entries_do_not_matter(make_epub, tmp_path):
    make_epub("<p>One book.</p>", extra={f"OPS/images/{n}.png": b"" for n in range(10_000)})
    assert only(tmp_path).paragraphs == ("One book.",)


def test_an_archive_of_too_many_entries_is_rejected(make_epub, tmp_path):
    make_epub("<p>One book.</p>", extra={f"{n}": b"" for n in range(20_001)})
    assert only(tmp_path).reason == "too many entries"


def test_names_that_point_outside_are_only_names(make_epub, tmp_path):
    make_epub("<p>One book.</p>", extra={"../../evil.txt": b"x", "/etc/passwd": b"x"})
    assert only(tmp_path).paragraphs == ("One book.",)
    assert not (tmp_path.parent.parent / "evil.txt").exists()


def test_a_wrong_checksum_is_damage(make_epub, tmp_path):
    path = make_epub("<p>One book.</p>")
    with zipfile.ZipFile(path) as archive:
        crc = archive.getinfo("OPS/text/c0.xhtml").CRC.to_bytes(4, "little")
    lies(path, crc, b"\0\0\0\1")
    assert (only(tmp_path).reason, only(tmp_path).detail) == ("spine lost", "1 of 1 texts: text/c0.xhtml (damaged)")


ENCRYPTED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData '
    'xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="{}"/><CipherData>'
    '<CipherReference URI="{}"/></CipherData></EncryptedData></encryption>'
)


def test_an_encrypted_text_is_rejected(make_epub, tmp_path):
    rights = ENCRYPTED.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OPS/text/c0.xhtml")
    make_epub("<p>x</p>", extra={"META-INF/encryption.xml": rights})
    assert only(tmp_path).reason == "encrypted"


@pytest.mark.parametrize("target", ["OPS/map.svg", "OPS/font.otf"])
def test_encrypted_pictures_and_fonts_do_not_matter(make_epub, tmp_path, target):
    rights = ENCRYPTED.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc", target)
    make_epub("<p>One book.</p>", extra={"META-INF/encryption.xml": rights, target: b"x"})
    assert only(tmp_path).paragraphs == ("One book.",)


def test_obfuscated_fonts_are_no_encryption(make_epub, tmp_path):
    rights = ENCRYPTED.format("http://www.idpf.org/2008/embedding", "OPS/font.otf")
    make_epub("<p>One book.</p>", extra={"META-INF/encryption.xml": rights})
    assert only(tmp_path).paragraphs == ("One book.",)


def test_a_zip_with_a_password_is_rejected(make_epub, tmp_path):
    path = make_epub("<p>x</p>")
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = raw.find(mark)
        while place >= 0:
            raw[place + at] |= 1
            place = raw.find(mark, place + 4)
    path.write_bytes(raw)
    assert only(tmp_path).reason == "encrypted"


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize("entity", [f'<!ENTITY e0 "ha">{ENTITIES}', '<!ENTITY e9 SYSTEM "file:///etc/passwd">'])
@pytest.mark.parametrize("place", ["OPS/book.opf", "OPS/text/c0.xhtml", "META-INF/container.xml"])
def test_entities_are_never_resolved(make_epub, tmp_path, entity, place):
    path = make_epub("<p>One book. &e9;</p>")
    with zipfile.ZipFile(path) as archive:
        page = archive.read(place).decode()
    make_epub("<p>One book. &e9;</p>", extra={place: f"<!DOCTYPE x [{entity}]>{page}"})
    text = " ".join(only(tmp_path).paragraphs)
    assert text.startswith("One book.") and "root:" not in text and len(text) < 100


@pytest.mark.parametrize("tag", ["div", "span", "b", "x", "section", "blockquote"])
def test_html_nested_a_hundred_thousand_deep_is_rejected(tmp_path, tag):
    (tmp_path / "a.html").write_text(f"<{tag}>" * 100_000 + "text", encoding="utf-8")
    outcome = only(tmp_path)
    assert isinstance(outcome, Reject) and outcome.reason == "nested too deep"


def test_paragraphs_that_are_never_closed_are_no_nesting(tmp_path):
    (tmp_path / "a.html").write_text("<p>A line of it.<br>" * 10_000, encoding="utf-8")
    assert len(only(tmp_path).paragraphs) == 10_000


def test_a_text_file_of_500_mb_is_rejected_unread(tmp_path):
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(500 << 20)
    assert only(tmp_path).reason == "too large"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", bytes(range(256)) * 40, "binary"),
        ("a.epub", b"", "not a zip archive"),
        ("a.epub", b"\x89PNG\r\n\x1a\n" + bytes(100), "not a zip archive"),
        ("a.html", b"<html><body></body></html>", "no text"),
        ("a.html", b"", "no text"),
    ],
)
def test_what_is_no_book_says_why(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    assert only(tmp_path).reason == reason


def test_a_zip_that_is_no_epub_is_rejected(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.epub", "w") as archive:
        archive.writestr("readme.md", "hello")
    assert only(tmp_path).reason == "not an EPUB"


def test_links_in_a_circle_end_and_a_link_to_nothing_is_a_reject(tmp_path):
    (tmp_path / "books").mkdir()
    (tmp_path / "books/a.txt").write_text("One book.", encoding="utf-8")
    (tmp_path / "books/again").symlink_to(tmp_path / "books", target_is_directory=True)
    (tmp_path / "books/lost.txt").symlink_to(tmp_path / "nowhere")
    outcomes = read(tmp_path)
    assert sorted(outcomes) == ["books/a.txt", "books/lost.txt"]
    assert outcomes["books/lost.txt"][0].reason == "unreadable file"


def test_names_that_are_no_utf8_are_read(tmp_path):
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))).write_text("One book.", encoding="utf-8")
    assert only(tmp_path).id == "caf\\xe9.txt"


@pytest.mark.parametrize("folder", ["absent", "."])
def test_a_folder_that_gives_nothing_says_what_to_do(tmp_path, folder):
    with pytest.raises(InputError, match="books: "):
        read(tmp_path / folder)


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not here")
def test_each_conformance_file_gives_a_document_or_a_reason():
    outcomes = read(REAL / "epub-conformance")
    rejects = {name: found[0].reason for name, found in outcomes.items() if isinstance(found[0], Reject)}
    assert all(len(found) == 1 for found in outcomes.values())
    assert {name.partition("ocf-")[2].removesuffix(".epub"): reason for name, reason in rejects.items()} == {
        "container-not-ocf-error": "not an EPUB",
        "zip-unreadable-empty-fatal": "not a zip archive",
        "zip-unreadable-image-with-epub-extension-fatal": "not a zip archive",
        "zip-unreadable-no-end-header-fatal": "not a zip archive",
    }


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not here")
def test_every_real_epub_gives_its_text():
    outcomes = read(REAL / "epub")
    assert outcomes and all(isinstance(found, Document) and found.paragraphs for (found,) in outcomes.values())


def test_a_damaged_book_never_crashes_the_reader(make_epub, tmp_path):
    path = make_epub("<h1>One</h1><p>First.</p>", "<p>Second.</p>")
    whole = path.read_bytes()
    path.unlink()
    for cut in range(0, len(whole), 97):
        (tmp_path / f"{cut}.epub").write_bytes(whole[:cut])
        flipped = io.BytesIO(whole)
        flipped.seek(cut)
        flipped.write(b"\xff\xff")
        (tmp_path / f"{cut}-flipped.epub").write_bytes(flipped.getvalue())
    assert not any(
        outcome.failed for found in read(tmp_path).values() for outcome in found if isinstance(outcome, Reject)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<" + b"a" * (1 << 21)),
        ("a.html", b"<a " + b" " * (1 << 21) + b"<p>" * 3000 + b"/>"),
        ("a.html", b"<p>&" + b"amp;&" * (1 << 19)),
        ("a.txt", b"copyright " + b"." * (1 << 21)),
        ("a.txt", b"word " * (1 << 22) + b"\xe9"),
        ("a.txt", b"\n \n" * (1 << 20) + b"x"),
        ("a.txt", b"_" * (1 << 21)),
        ("a.txt", b"[Illustration " * (1 << 17)),
        ("a.txt", b"word-\n" * (1 << 18)),
        ("a.txt", b"*** START OF THIS PROJECT GUTENBERG\n" * (1 << 16)),
        ("a.txt", b"http://" * (1 << 18)),
        ("a.txt", b"a.b@" * (1 << 18)),
        ("a.txt", b"x [1]" * (1 << 19)),
        ("a.txt", b"x[Note 1: " * (1 << 18)),
        ("a.txt", b"x[1]\n\n[1] It is.\n\nx* y\n\n* It is.\n\n" * (1 << 15)),
        ("a.txt", b"x[1]\n\nNOTES\n\n1. It is.\n\n" * (1 << 16)),
        ("a.txt", b"x" + b" " * (1 << 22) + b"y\n"),
        ("a.txt", b"x $y #z @" * (1 << 18)),
        ("a.html", b"<style>" + b"a{/*" * (1 << 17) + b"</style><p>x"),
        ("a.html", b"<p>x<a id=r href=#n>1</a><p id=n>y" * (1 << 13)),
        ("a.html", b"<div>" + b"x<p><b>y</b></p>" * (1 << 15)),
        ("a.html", b"<p><![CDATA[" * (1 << 16)),
    ],
    ids=range(22),
)
def test_no_pattern_takes_long_on_what_was_made_to_make_it(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    started = time.process_time()
    only(tmp_path)
    assert time.process_time() - started < 10
