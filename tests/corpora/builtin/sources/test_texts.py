"""A folder of texts in four formats becomes documents, and every bad row a reject."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import Document, InputError, Reject, registry
from corpora.builtin.sources.texts import piece_of


def read(folder, **options):
    source = registry.find("sources", "texts").from_options({"folder": folder, **options})
    return [outcome for shard in source.shards() for outcome in source.read(shard)]


def test_a_text_file_is_a_document(tmp_path):
    (tmp_path / "a.txt").write_text("One.\n\nTwo.", encoding="utf-8")
    (document,) = read(tmp_path)
    assert (document.id, document.paragraphs) == ("a.txt", ("One.", "Two."))


def test_brackets_underscores_and_braces_of_own_texts_stay(tmp_path):
    text = "Take items[0] or x[A] of {12}, _now_.\n[1] It is [Illustration: so]."
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert read(tmp_path)[0].paragraphs == tuple(text.split("\n"))


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "tsv"])
def test_each_row_is_a_document(tmp_path, suffix):
    rows = {
        "jsonl": '{"id": "x", "text": "One.\\nTwo.", "title": "T"}\n\n{"id": "y", "text": "Three."}\n',
        "csv": 'id,text,title\nx,"One.\nTwo.",T\ny,Three.,\n',
        "tsv": 'id\ttext\ttitle\nx\t"One.\nTwo."\tT\ny\tThree.\t\n',
    }
    (tmp_path / f"a.{suffix}").write_text(rows[suffix], encoding="utf-8-sig" if suffix != "jsonl" else "utf-8")
    first, second = read(tmp_path)
    assert (first.id, first.paragraphs, first.title) == ("x", ("One.", "Two."), "T")
    assert (second.id, second.paragraphs) == ("y", ("Three.",))


def test_parquet_rows_are_documents_and_columns_can_be_named(tmp_path):
    pq.write_table(pa.table({"body": ["One.", None], "key": [7, 8]}), tmp_path / "a.parquet")
    first, second = read(tmp_path, text="body", id="key")
    assert (first.id, first.paragraphs) == ("7", ("One.",))
    assert isinstance(second, Reject) and second.reason == "empty"


def test_a_bad_row_is_a_reject_and_the_next_one_is_read(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "One."}\nnonsense\n[1]\n{"txt": "x"}\n{"text": "Two."}\n', "utf-8")
    outcomes = read(tmp_path)
    assert [type(outcome) for outcome in outcomes] == [Document, Reject, Reject, Reject, Document]
    assert [outcome.id for outcome in outcomes] == [f"a.jsonl#{n}" for n in range(1, 6)]


def test_halves_of_surrogate_pairs_do_not_stop_a_build(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "a \\ud83d\\ude00 b \\ud800 c", "id": "\\udc00"}', encoding="utf-8")
    (document,) = read(tmp_path)
    assert (document.id, document.paragraphs) == ("\ufffd", ("a 😀 b \ufffd c",))


def test_what_is_no_parquet_file_is_a_reject(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 not really")
    (reject,) = read(tmp_path)
    assert reject.reason == "no Parquet file"


@pytest.mark.parametrize("folder", [None, "absent", "."])
def test_a_folder_that_gives_nothing_says_what_to_do(tmp_path, folder):
    with pytest.raises(InputError, match="texts: "):
        read(folder and tmp_path / folder)


def test_a_large_text_file_is_cut_at_line_ends_and_nothing_is_lost(tmp_path):
    lines = [f"This is line {number} of a long file, and there is more to come." for number in range(600_000)]
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    documents = read(tmp_path)
    assert [document.id for document in documents] == ["a.txt#1", "a.txt#2", "a.txt#3"]
    assert [paragraph for document in documents for paragraph in document.paragraphs] == lines


@given(st.lists(st.text("ab", max_size=6)), st.integers(1, 9))
def test_wherever_a_file_is_cut_each_line_is_in_one_piece(tmp_path_factory, lines, size):
    path = tmp_path_factory.getbasetemp() / "cut.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    whole = path.read_bytes()
    pieces = [piece_of(path, start, min(start + size, len(whole))) for start in range(0, len(whole), size)]
    assert b"".join(pieces) == whole
