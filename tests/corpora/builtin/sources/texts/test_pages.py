"""Text, Markdown and HTML files, also those that are too large for one document."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.builtin.sources.texts.pieces import Cuts, piece_of


def test_markdown_is_read_as_text(tmp_path, read):
    text = "---\ntags: x\n---\n# A title\n\nSome *bold* [linked](http://x.org) words\nin two lines.\n\n- one\n- two\n"
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    assert read(tmp_path)[0].paragraphs == ("A title", "Some bold linked words in two lines.", "one", "two")


@pytest.mark.parametrize("suffix", ["htm", "html"])
def test_html_is_read_in_the_encoding_that_it_declares(tmp_path, read, suffix):
    page = '<html><head><meta charset="windows-1251"><title>T</title></head><body><p>Да &amp; нет.</p></body></html>'
    (tmp_path / f"a.{suffix}").write_bytes(page.encode("cp1251"))
    (document,) = read(tmp_path)
    assert (document.paragraphs, document.encoding) == (("Да & нет.",), "windows-1251")


def test_html_that_declares_a_wrong_encoding_is_read_in_its_own(tmp_path, read):
    text = "Il était une fois un élève très doué, né à Orléans, qui aimait la forêt."
    (tmp_path / "a.html").write_bytes(f'<meta charset="utf-8"><p>{text}</p>'.encode("cp1252"))
    (document,) = read(tmp_path)
    assert (document.paragraphs, document.encoding) == ((text,), "cp1252")


@pytest.mark.slow
def test_a_large_text_file_is_cut_at_line_ends_and_nothing_is_lost(tmp_path, read):
    lines = [f"This is line {number} of a long file, and there is more to come." for number in range(600_000)]
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    documents = read(tmp_path)
    assert [document.id for document in documents] == ["a.txt#1", "a.txt#2", "a.txt#3"]
    assert [paragraph for document in documents for paragraph in document.paragraphs] == lines


def test_a_line_over_many_pieces_is_read_whole(tmp_path, read):
    text = "word " * 2000
    (tmp_path / "a.txt").write_text(f"First.\n{text}\nLast.", encoding="utf-8")
    documents = read(tmp_path, cuts=Cuts(piece_bytes=1000))
    assert [document.paragraphs for document in documents] == [("First.", text.strip()), ("Last.",)]


def test_a_line_that_is_too_long_is_rejected_by_size_and_the_others_are_read(tmp_path, read):
    (tmp_path / "a.txt").write_text("First.\n" + "word " * 1_000_000 + "\nLast.", encoding="utf-8")
    reject, first, last = read(tmp_path, cuts=Cuts(piece_bytes=1 << 20, line_bytes=2 << 20))
    assert (reject.id, reject.reason, reject.detail) == ("a.txt#1-line", "line too long", "5 MB; at most 2 MB")
    assert (first.paragraphs, last.paragraphs) == (("First.",), ("Last.",))


@given(st.lists(st.text("ab", max_size=6)), st.integers(1, 9))
def test_wherever_a_file_is_cut_each_line_is_in_one_piece(tmp_path_factory, lines, size):
    path = tmp_path_factory.getbasetemp() / "cut.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    whole = path.read_bytes()
    pieces = [piece_of(path, start, min(start + size, len(whole)), Cuts())[0] for start in range(0, len(whole), size)]
    assert b"".join(pieces) == whole


@pytest.mark.parametrize("rule", ["---", "+++"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_front_matter_and_note_marks_of_markdown_are_not_text(tmp_path, read, rule, end):
    text = f"{rule}\ntags: x\n{rule}\nReeds grow here.[^a]\n\n---\n\n[^a]: In spring.\n"
    (tmp_path / "a.md").write_text(text, encoding="utf-8", newline=end)
    assert read(tmp_path)[0].paragraphs == ("Reeds grow here.", "In spring.")


@pytest.mark.parametrize("content", ["<!DOCTYPE html><p>Reeds.</p>", r"{\rtf1\ansi Reeds.\par}", "%PDF-1.7\nReeds."])
def test_another_format_named_as_text_is_refused(tmp_path, read, content):
    (tmp_path / "a.txt").write_text(content, encoding="utf-8")
    assert read(tmp_path)[0].reason == "not plain text"


def test_sources_that_read_no_books_do_not_load_their_readers():
    program = """import sys, corpora
corpora.registry.find("sources", "wikipedia")
print([name for name in sys.modules if name.startswith("corpora.builtin.sources.books.formats.html")])"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
