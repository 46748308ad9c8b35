"""Books have the encoding of their file and a language, and are split by its rules."""

import pyarrow.parquet as pq
import pytest

import corpora

pytestmark = pytest.mark.usefixtures("home")
GERMAN = "Am 3. Oktober kam er zurück. Die Straße war leer, und niemand wartete auf ihn. Es regnete den ganzen Tag.\n\n"


@pytest.mark.parametrize(("suffix", "frame"), [("txt", "{}"), ("html", "<html><body><p>{}</p></body></html>")])
def test_a_german_book_in_a_legacy_encoding(tmp_path, suffix, frame):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / f"a.{suffix}").write_bytes(frame.format(GERMAN * 5).encode("cp1252"))
    book = corpora.build(f"books:folder={tmp_path / 'in'}")
    table = pq.read_table(book.path / "documents.parquet")
    assert (table["encoding"].to_pylist(), table["language"].to_pylist()) == (["cp1252"], ["de"])
    assert next(book.batches())["text"][0].as_py() == "Am 3. Oktober kam er zurück."


def test_a_named_encoding_is_used(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(("Der Fluß war breit. " * 4).encode("cp850"))
    book = corpora.build(f"books:folder={tmp_path / 'in'},encoding=cp850")
    assert next(book.batches())["text"][0].as_py() == "Der Fluß war breit."


def test_files_with_other_suffixes_are_counted(tmp_path):
    (tmp_path / "a.mobi").write_bytes(b"x")
    source = corpora.registry.find("sources", "books").from_options({"folder": tmp_path})
    assert source.notes()[0].startswith("Files not read, by suffix: 1 .mobi; books reads .epub")
