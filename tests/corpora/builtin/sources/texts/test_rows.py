"""Rows of JSONL and Parquet files: each a document or one clear reject."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import corpora
from corpora import Reject


def jsonl(folder, text):
    (folder / "a.ndjson").write_text(text, encoding="utf-8")
    return folder


def test_each_line_is_a_document(tmp_path, read):
    text = '{"id": "x", "text": "One.\\nTwo.", "title": "T"}\n\n{"id": 7, "text": "Three."}\n'
    first, second = read(jsonl(tmp_path, text))
    assert (first.id, first.paragraphs, first.title) == ("a.ndjson#x", ("One.", "Two."), "T")
    assert (second.id, second.paragraphs) == ("a.ndjson#7", ("Three.",))


def test_a_list_of_strings_is_a_list_of_paragraphs(tmp_path, read):
    (document,) = read(jsonl(tmp_path, '{"text": ["One.", "Two."], "author": ["Ann", "Bob"]}'))
    assert (document.paragraphs, document.author) == (("One.", "Two."), "Ann, Bob")


@pytest.mark.parametrize(
    ("value", "kind"),
    [("3", "a number"), ("true", "true or false"), ('{"a": 1}', "an object"), ("[1]", "a list with other values")],
)
def test_text_that_is_not_a_string_is_a_reject_that_says_what_it_is(tmp_path, read, value, kind):
    (reject,) = read(jsonl(tmp_path, f'{{"text": {value}}}'))
    assert (reject.reason, reject.detail) == (
        "text is not text",
        f"line 1: {kind}; it must be a string or a list of strings",
    )


def test_a_key_that_occurs_twice_is_a_reject(tmp_path, read):
    (reject,) = read(jsonl(tmp_path, '{"text": "One.", "text": "Two."}'))
    assert (reject.reason, reject.detail) == ("damaged row", "line 1: not JSON: the key 'text' occurs twice")


def test_a_line_that_is_too_long_is_rejected_with_its_size_and_the_next_one_is_read(tmp_path, read):
    long = "many words " * 6_200_000
    first, second = read(jsonl(tmp_path, f'{{"text": "{long}"}}\n{{"text": "Two."}}\n'))
    assert (first.reason, first.detail) == ("line too long", "line 1: 68 M characters; at most 67 M")
    assert second.paragraphs == ("Two.",)


def test_a_damaged_line_is_named_by_its_number_and_character(tmp_path, read):
    _, *rejects = read(jsonl(tmp_path, '{"text": "One."}\n\n{"text": "Two." 5}\n{"text": "Thr'))
    assert [reject.detail for reject in rejects] == [
        "line 3: not JSON: Expecting ',' delimiter at character 17",
        "line 4: not JSON: Unterminated string starting at character 10",
    ]


@pytest.mark.parametrize(
    ("text", "kind"), [('[\n{"text": "One."}\n]\n', "array"), ('[{"text": "A."},\n{"text": "B."}]', "array"),
                       ('\n{\n "text": "One."\n}\n', "object")]
)  # fmt: skip
def test_json_that_is_not_one_object_per_line_is_one_reject(tmp_path, read, text, kind):
    (reject,) = read(jsonl(tmp_path, text))
    assert reject.reason == "not JSON Lines" and f"the {kind} in line" in reject.detail


def test_halves_of_surrogate_pairs_do_not_stop_a_build(tmp_path, read):
    (document,) = read(jsonl(tmp_path, '{"text": "a \\ud83d\\ude00 b \\ud800 c", "id": "\\udc00"}'))
    assert (document.id, document.paragraphs) == ("a.ndjson#\ufffd", ("a 😀 b \ufffd c",))


def test_parquet_rows_are_documents_and_columns_can_be_named(tmp_path, read):
    pq.write_table(pa.table({"body": ["One.", None], "key": [7, 8]}), tmp_path / "a.parquet")
    first, second = read(tmp_path, text="body", id="key")
    assert (first.id, first.paragraphs) == ("a.parquet#7", ("One.",))
    assert isinstance(second, Reject) and second.reason == "empty"


def test_a_parquet_file_without_the_column_is_one_reject(tmp_path, read):
    pq.write_table(pa.table({"body": ["One.", "Two."]}), tmp_path / "a.parquet")
    (reject,) = read(tmp_path)
    assert (reject.reason, reject.detail) == ("no column text", "it has body; name one with --text COLUMN")


def test_a_dotted_name_is_a_key_inside_an_object(tmp_path, read):
    lines = [
        {"meta": {"text": "One.", "id": 7}}, {"meta.text": "Two.", "meta": {"text": "Not it."}},
        {"meta": {"text": None}}, {"meta": {"body": "Three."}, "n": 1}, {"meta": "Four."},
    ]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    first, second, *rejects = read(tmp_path, text="meta.text", id="meta.id")
    assert (first.id, first.paragraphs, second.paragraphs) == ("a.jsonl#7", ("One.",), ("Two.",))
    assert [(r.reason, r.detail) for r in rejects] == [
        ("empty", "line 3"),
        ("no meta.text", "line 4: it has meta, meta.body, n"),
        ("no meta.text", "line 5: it has meta"),
    ]


def test_a_dotted_name_is_a_field_inside_a_struct_of_a_parquet_file(tmp_path, read):
    pq.write_table(pa.table({"meta": [{"page": {"text": "One."}}], "id": [3]}), tmp_path / "a.parquet")
    (document,) = read(tmp_path, text="meta.page.text")
    assert (document.id, document.paragraphs) == ("a.parquet#3", ("One.",))
    (reject,) = read(tmp_path, text="meta.text")
    assert reject.detail == "it has meta, meta.page, meta.page.text, id; name one with --text COLUMN"


def test_objects_of_any_depth_are_read_in_a_file_of_two_encodings(tmp_path, read):
    deep = f'{{"meta": {{"text": "naïve garçon, où"}}, "x": {"[" * 450 + "]" * 450}}}'
    lines = [json.dumps({"meta": {"text": "été à la café où"}}, ensure_ascii=False).encode()] * 9
    lines += [deep.encode(), '{"meta": {"text": "déjà vu"}}'.encode("cp1252")]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    made = read(tmp_path, text="meta.text")
    assert [d.paragraphs[0] for d in made[-2:]] == ["naïve garçon, où", "déjà vu"]


def test_what_is_not_a_parquet_file_is_a_reject(tmp_path, read):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 not really")
    (reject,) = read(tmp_path)
    assert reject.reason == "not a Parquet file"


def test_a_hard_wrapped_text_in_a_row_is_read_by_paragraphs(tmp_path, read):
    wrapped = "The heron stood in\\nthe reeds all\\nmorning and\\ncaught one eel.\\n\\nThen it rained\\non the reeds."
    (document,) = read(jsonl(tmp_path, f'{{"text": "{wrapped}"}}'))
    assert document.paragraphs == (
        "The heron stood in the reeds all morning and caught one eel.", "Then it rained on the reeds.",
    )  # fmt: skip


def test_control_characters_and_terminal_colours_are_not_text(tmp_path, read):
    (document,) = read(jsonl(tmp_path, '{"text": "A \\u001b[31mred\\u001b[0m\\u0007 heron,\\u0000 then\ta grey one."}'))
    assert document.paragraphs == ("A red heron, then a grey one.",)


def test_rows_with_the_same_id_are_all_kept_under_ids_of_their_own(tmp_path, read):
    rows = [("7", "Nobody answered."), ("7", "The bell rang twice."), ("", "Rain."), ("7", "Nobody answered.")]
    lines = [json.dumps({"id": id, "text": text}) for id, text in rows]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert [made.id for made in read(tmp_path)] == ["a.jsonl#7", "a.jsonl#7#2", "a.jsonl#3", "a.jsonl#7#4"]


def test_an_id_that_looks_like_a_numbered_one_stays_different_too(tmp_path, read):
    lines = [json.dumps({"id": id, "text": "Rain."}) for id in ("a", "a", "a#2")]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert [made.id for made in read(tmp_path)] == ["a.jsonl#a", "a.jsonl#a#2", "a.jsonl#a#2#3"]


@pytest.mark.parametrize(("duplicates", "written"), [("keep", 3), ("exact", 2), ("near", 2)])
def test_only_equal_texts_are_duplicates_of_rows_with_the_same_id(tmp_path, home, duplicates, written):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("id,text\n1,Nobody came.\n1,The bell rang.\n1,Nobody came.\n", encoding="utf-8")
    made = corpora.build(f"texts:folder={folder}", name="made", duplicates=duplicates)
    accounting = made.manifest.accounting
    assert accounting["written"] == written and accounting["found"] == 3
    assert accounting["rejected"] == ({"deduplicate: same text": 1} if written == 2 else {})
