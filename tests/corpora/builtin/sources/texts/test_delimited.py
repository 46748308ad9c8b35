"""Rows of CSV and TSV files, with quotation marks that are closed and with some that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import Document


def table(folder, text, suffix="csv"):
    (folder / f"a.{suffix}").write_text(text, encoding="utf-8")
    return folder


def texts(outcomes):
    return [" | ".join(made.paragraphs) if isinstance(made, Document) else made.reason for made in outcomes]


@pytest.mark.parametrize(("suffix", "delimiter"), [("csv", ","), ("csv", ";"), ("tsv", "\t")])
def test_each_row_is_a_document(tmp_path, read, suffix, delimiter):
    rows = 'id,text,title\nx,"One.\nTwo.",T\n\ny,Three.,\n'.replace(",", delimiter)
    (tmp_path / f"a.{suffix}").write_text(rows, encoding="utf-8-sig")
    first, second = read(tmp_path)
    assert (first.id, first.paragraphs, first.title) == (f"a.{suffix}#x", ("One.", "Two."), "T")
    assert (second.id, second.paragraphs) == (f"a.{suffix}#y", ("Three.",))


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_a_quotation_mark_that_is_never_closed_swallows_no_row(tmp_path, read, suffix):
    rows = 'id,text\n1,"Oh no\n2,He was 6 feet 3" tall\n3,Fine.\n4,"Twice,\n5,Last one.\n'
    rows = rows.replace("Twice,", "Twice")
    rows = rows.replace(",", "\t") if suffix == "tsv" else rows
    assert texts(read(table(tmp_path, rows, suffix))) == [
        '"Oh no', 'He was 6 feet 3" tall', "Fine.", '"Twice', "Last one.",
    ]  # fmt: skip


def test_rows_between_two_stray_quotation_marks_stay_rows(tmp_path, read):
    rows = 'id,text\n1,"Oh\n2,plain\n3,plain too\n4,five inches 5"\n5,end\n'
    assert texts(read(table(tmp_path, rows))) == ['"Oh', "plain", "plain too", 'five inches 5"', "end"]


def test_doubled_quotation_marks_and_line_breaks_in_fields(tmp_path, read):
    rows = 'id,text\n1,"She said ""no"".\n\nThen, later, ""yes""."\n2,Next.\n'
    assert texts(read(table(tmp_path, rows))) == ['She said "no". | Then, later, "yes".', "Next."]


def test_a_row_with_too_many_fields_is_one_reject(tmp_path, read):
    first, second = read(table(tmp_path, "id,text\n1,Hello, world\n2,Fine.\n"))
    assert (first.reason, first.detail) == ("damaged row", "line 2: 3 fields; the header has 2 columns")
    assert second.paragraphs == ("Fine.",)


def test_empty_fields_behind_the_last_column_are_ignored(tmp_path, read):
    assert texts(read(table(tmp_path, "id,text\n1,Hello.,,\n"))) == ["Hello."]


@pytest.mark.parametrize(("header", "reason"), [("text,text", "column text twice"), ("id,body", "no column text")])
def test_a_header_with_no_or_two_columns_for_the_text_is_one_reject(tmp_path, read, header, reason):
    (reject,) = read(table(tmp_path, f"{header}\na,b\nc,d\n"))
    assert reject.reason == reason and reject.detail.endswith("name one with --text COLUMN")


def test_a_reject_names_the_line_in_which_its_row_begins(tmp_path, read):
    rows = 'id,text\n\n1,"One.\nTwo."\n\n2,a,b\n3,\n"4"\n'
    rejects = [made.detail for made in read(table(tmp_path, rows)) if not isinstance(made, Document)]
    assert rejects == ["line 6: 3 fields; the header has 2 columns", "line 7", "line 8: it has id"]


@pytest.mark.parametrize("end", ['3,"Cut he', '"3 cut', '3,"Cut\nhere'])
def test_a_file_that_is_cut_inside_a_quoted_field_loses_only_that_row(tmp_path, read, end):
    *kept, cut = read(table(tmp_path, f"id,text\n1,One.\n2,Two.\n{end}"))
    assert texts(kept) == ["One.", "Two."]
    assert (cut.reason, cut.detail) == ("damaged row", "line 4: the file ends inside a quoted field")


def test_thousands_of_stray_quotation_marks_are_read_in_linear_time(tmp_path, read):
    rows = "id,text\n" + "".join(f'{n},"row {n}\n' for n in range(5_000))
    assert len(read(table(tmp_path, rows))) == 5_000


@given(st.lists(st.text('ab ,"\n', min_size=1).filter(str.strip), min_size=1, max_size=6))
def test_what_the_csv_module_writes_is_read_back(tmp_path_factory, values):
    import csv

    from corpora.builtin.sources.texts.tables import read as rows_of

    path = tmp_path_factory.getbasetemp() / "back.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["text", "n"], *([value, "end"] for value in values)])
    found = rows_of(path, "utf-8", "text").rows
    assert [row.values["text"] for row in found] == values


def test_a_row_that_is_too_short_keeps_the_commas_in_its_fields(tmp_path, read):
    rows = 'id,text,note\n1,"Rain, then sun."\n2,Snow.,late\n'
    assert texts(read(table(tmp_path, rows))) == ["Rain, then sun.", "Snow."]


def test_quotation_marks_behind_backslashes(tmp_path, read):
    rows = 'id,text\n1,"A \\"grey\\" day, he wrote."\n2,"The folder C:\\mail\\"\n3,Plain.\n'
    assert texts(read(table(tmp_path, rows))) == ['A "grey" day, he wrote.', "The folder C:\\mail\\", "Plain."]


def test_a_space_behind_each_delimiter_is_not_part_of_a_field(tmp_path, read):
    assert texts(read(table(tmp_path, 'id, text\n1, "Mud, mostly."\n2, Reeds.\n'))) == ["Mud, mostly.", "Reeds."]


def test_a_spreadsheet_states_its_delimiter_above_the_header(tmp_path, read):
    assert texts(read(table(tmp_path, "\ufeffsep=;\nid;text\n1;Mud, reeds, a heron.\n"))) == ["Mud, reeds, a heron."]


def test_a_line_of_a_table_with_one_column_is_its_field(tmp_path, read):
    assert texts(read(table(tmp_path, 'text\nMud, reeds, a heron.\n"Quoted, too."\n'))) == [
        "Mud, reeds, a heron.", "Quoted, too.",
    ]  # fmt: skip


def test_a_header_without_rows_is_one_reject(tmp_path, read):
    (reject,) = read(table(tmp_path, "id,text\n"))
    assert (reject.reason, reject.detail) == ("empty", "a header without rows")
