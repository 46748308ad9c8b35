"""Headings of EPUBs that are marked only by their looks, and other things that style sheets tell."""

import pytest

from corpora.builtin.sources.books.cleaning.cleaner import document_of
from corpora.builtin.sources.books.formats.epub import read_epub

STORY = "".join(f"<p>The ferry was late on day {n}, and nobody on the quay knew why it was late.</p>" for n in range(9))
TITLES = ["The Frost", "Salt and Bread", "What Became of Anna?", "a letter home"]
CSS = """/* made by hand */ .calibre5 { display: block; font-size: 1.6em;\n text-align: center }
p.t, .u {font-weight:bold} @media print { .v { display: none } } .x {display : none} .w{display:block}"""
HEAD = '<head><link rel="stylesheet" href="a.css"/></head>'
PAGE = f'<html xmlns="http://www.w3.org/1999/xhtml">{HEAD}<body>{{}}</body></html>'


def blocks(make_epub, *pages):
    return read_epub(make_epub(*pages, body=PAGE, extra={"OPS/text/a.css": CSS})).blocks


def headings(make_epub, *pages):
    return [block.text for block in blocks(make_epub, *pages) if block.level]


@pytest.mark.parametrize(
    "form",
    [
        "<p><b>{}</b></p>", '<p align="center">{}</p>', "<center>{}</center>", '<p class="calibre5">{}</p>',
        '<p style="text-align: center">{}</p>', '<p><font size="6">{}</font></p>', '<p class="t">{}</p>',
        '<p><span class="u">{}</span></p>', '<div class="calibre5"><p>{}</p></div>',
    ],
)  # fmt: skip
def test_lines_with_the_same_look_that_open_the_texts_are_headings(make_epub, form):
    assert headings(make_epub, *(form.format(title) + STORY for title in TITLES)) == TITLES


@pytest.mark.parametrize(
    "line",
    [
        "<p><b>“The Frost!”</b></p>", "<p><b>It was cold in town.</b></p>",
        '<p style="text-align:right">Leeds, May 3</p>',
        '<p align="center">Dear friends of the ferry,</p>',
        '<h2>One</h2><p class="calibre5">Cold is the mother of salt</p>',
        '<p class="calibre5">Cold is the wind</p>' * 5,
    ],
)  # fmt: skip
def test_speech_sentences_dates_and_inscriptions_are_text(make_epub, line):
    found = headings(make_epub, *[line + STORY] * 4)
    assert found in ([], ["One"] * 4)


def test_a_single_bold_line_inside_a_text_is_text(make_epub):
    assert headings(make_epub, *[f"<h2>{n}</h2>{STORY}" for n in "ABC"], f"{STORY}<p><b>Salt</b></p>{STORY}") == [
        *"ABC"
    ]


def test_messages_in_bold_amid_a_book_without_headings_are_text(make_epub):
    assert headings(make_epub, STORY * 3 + "".join(f"<p><b>{text}</b></p>{STORY}" for text in TITLES)) == []
    messages = "".join(f"<p><b>{text} r u at the quay</b></p>{STORY}" for text in ("where", "why", "when", "how"))
    assert headings(make_epub, STORY + messages) == []


def test_lines_in_capitals_amid_chapters_whose_headings_are_marked_are_text(make_epub):
    signs = ["FERRY CLOSED", "NO BREAD TODAY", "FROST KILLS FORTY"]
    pages = [f"<h2>{title}</h2>{STORY}<p>{sign}</p>{STORY}" for title, sign in zip(TITLES, signs, strict=False)]
    book = document_of(read_epub(make_epub(*pages)), "book")
    assert set(signs) <= set(book.paragraphs)


def test_bold_lines_divide_a_book_in_one_file(make_epub):
    assert headings(make_epub, "".join(f"<p><b>{title}</b></p>{STORY}" for title in TITLES)) == TITLES


def test_what_a_style_sheet_hides_is_recorded_and_what_it_sets_apart_is_not_joined(make_epub):
    lines = '<div><span class="w">One</span><span class="w">two.</span></div>'
    page = f'<p class="x">Hidden.</p><p class="v">Shown.</p>{lines}'
    found = [(block.text, block.rule) for block in blocks(make_epub, page)]
    assert found == [("Hidden.", "hidden"), ("Shown.", ""), ("One two.", "")]


def test_long_lines_that_end_in_stops_are_paragraphs_and_verse_is_one(make_epub):
    lines = [f"On day {n} the ferry was late, and {'nobody on the quay knew why ' * 6}it was late." for n in range(4)]
    lines.append(f"He had {'a great many reasons of his own ' * 5}, and here they are: 1.<br/>The ferry was late.")
    verse = ["Cold is the wind.", "Cold is the stone.", "Cold am I."]
    found = blocks(make_epub, f"<div>{'<br/>'.join(lines)}</div><p>{'<br/>'.join(verse)}</p>")
    assert [block.text for block in found] == [*(line.replace("<br/>", " ") for line in lines), " ".join(verse)]
