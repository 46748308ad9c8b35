"""Tests of compressed files in a folder of texts."""

import bz2
import gzip
import io
import lzma
from dataclasses import replace

import pyarrow as pa
import pytest

import corpora
from corpora import Document, Reject
from corpora.builtin.sources.texts.pieces import Cuts, piece_of, pieces, stream_pieces

PACK = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda content: pa.compress(content, codec="zstd", asbytes=True),
}
PROSE = "This is a sentence about a house on a hill. It has a red door.\n\n"
FILES = {
    "a.txt": PROSE,
    "b.md": f"# Title\n\n{PROSE}",
    "c.html": f"<p>{PROSE}</p>",
    "d.jsonl": f'{{"text": "{PROSE.strip()}"}}\n',
    "e.csv": f'id,text\n1,"{PROSE.strip()}"\n',
    "f.tsv": f"id\ttext\n1\t{PROSE.strip()}\n",
}


@pytest.mark.parametrize("packing", PACK)
def test_every_kind_gives_the_same_documents_compressed(tmp_path, read, packing):
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    for folder in (plain, packed):
        folder.mkdir()
    for name, text in FILES.items():
        (plain / name).write_text(text, encoding="utf-8")
        (packed / f"{name}.{packing}").write_bytes(PACK[packing](text.encode()))
    made = [replace(each, id=each.id.replace(f".{packing}", "")) for each in read(packed)]
    assert made == read(plain) and len(made) == len(FILES)


@pytest.mark.parametrize("text", [PROSE * 40, "one line " * 400, "x\n" * 3000, ("y" * 700 + "\n") * 9 + "end"])
def test_large_texts_are_cut_at_the_same_places(tmp_path, text):
    path, cuts = tmp_path / "a.txt", Cuts(piece_bytes=512, line_bytes=2000)
    path.write_bytes(text.encode())
    whole = corpora.Shard("a.txt", path, size_bytes=len(text))
    ranges = [piece_of(path, piece.start, piece.stop, cuts) for piece in pieces(whole, cuts)]
    streamed = list(stream_pieces(io.BytesIO(text.encode()), cuts))
    assert [*filter(any, streamed)] == [*filter(any, ranges)]


def test_a_large_compressed_text_gives_the_documents_of_the_plain_one(tmp_path, read):
    (tmp_path / "a.txt").write_text(PROSE * 60, encoding="utf-8")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress((PROSE * 60).encode()))
    made = read(tmp_path, cuts=Cuts(piece_bytes=1000))
    plain, packed = ([each for each in made if each.id.startswith(name)] for name in ("a.txt", "b.txt"))
    assert [each.paragraphs for each in plain] == [each.paragraphs for each in packed] and len(plain) > 3
    assert packed[1].id == "b.txt.gz#2"


@pytest.mark.parametrize("encoding", ["auto", "utf-8"])
@pytest.mark.parametrize("name", ["a.txt.gz", "a.jsonl.gz", "a.csv.gz", "a.html.gz"])
def test_a_file_that_ends_early_is_one_reject_and_gives_no_rows(tmp_path, read, name, encoding):
    rows = "".join(f'{{"text": "Row {number} of many, {number * 7919}."}}\n' for number in range(5000))
    (tmp_path / name).write_bytes(gzip.compress(rows.encode())[:-500])
    (reject,) = read(tmp_path, encoding=encoding)
    assert isinstance(reject, Reject) and reject.reason == "ends early" and reject.id == name


def test_the_encoding_of_a_compressed_file_is_found(tmp_path, read):
    words = "Příliš žluťoučký kůň úpěl ďábelské ódy. Byl to krásný den a všichni se smáli.\n\n" * 20
    (tmp_path / "a.txt.xz").write_bytes(lzma.compress(words.encode("cp1250")))
    (document,) = read(tmp_path)
    assert isinstance(document, Document) and document.encoding == "cp1250" and "žluťoučký" in document.paragraphs[0]


@pytest.mark.slow
def test_a_bomb_costs_its_own_document_only(tmp_path, home):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bomb.txt.gz").write_bytes(gzip.compress(bytes(80 << 20)))
    (tmp_path / "in" / "good.txt.zst").write_bytes(PACK["zst"]((PROSE * 3).encode()))
    made = corpora.build(f"texts:folder={tmp_path / 'in'}")
    assert made.manifest.documents == 1
    line = (made.path / "rejects.jsonl").read_text(encoding="utf-8")
    assert line.count("\n") == 1 and "bomb.txt.gz" in line and "too" in line


def test_books_are_read_compressed(tmp_path, home):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "book.txt.bz2").write_bytes(bz2.compress((PROSE * 30).encode()))
    assert corpora.build(f"books:folder={tmp_path / 'in'}").manifest.documents == 1
