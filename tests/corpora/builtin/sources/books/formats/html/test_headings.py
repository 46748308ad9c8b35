"""Headings that HTML marks only by classes, roles and types."""

import pytest

from corpora.builtin.sources.books.formats.html import blocks_of

TIDE = "<p>The tide came in before noon.</p>"


def read(markup):
    return [(block.text, block.level) for block in blocks_of(f"<html><body>{markup}</body></html>".encode())][:-1]


@pytest.mark.parametrize(
    ("markup", "headings"),
    [
        ('<p class="chapter-title">Salt at last</p>', [("Salt at last", 2)]),
        ('<div class="chapnum">4</div><div class="ChapTitle">SALT.</div>', [("4", 1), ("SALT.", 2)]),
        ('<p class="h3">Salt at last</p>', [("Salt at last", 3)]),
        ('<p class="MsoHeading2"><b>Who Took the Salt?</b></p>', [("Who Took the Salt?", 2)]),
        ('<p class="x7"><span class="heading">Salt at last</span></p>', [("Salt at last", 2)]),
        ('<div class="chapter-head"><p>IV</p><p>Salt at last</p></div>', [("IV", 2), ("Salt at last", 2)]),
        ('<div role="heading" aria-level="4">Salt at last</div>', [("Salt at last", 4)]),
        ('<p epub:type="title">Salt at last</p>', [("Salt at last", 2)]),
        ('<p class="Überschrift">Salz am Ende</p>', [("Salz am Ende", 2)]),
    ],
)
def test_a_short_block_that_its_attributes_call_a_heading_is_one(markup, headings):
    assert read(markup + TIDE) == headings


@pytest.mark.parametrize(
    "markup",
    [
        '<p class="title">The salt was gone.</p>',
        '<p class="heading">“Where is the salt?” she asked</p>',
        '<p class="chapter-first">Salt, and nothing but salt</p>',
        '<p class="letterhead">Salt Lane 4, Harbour Town</p>',
        '<p class="x7"><span class="title">Salt</span> is her second novel.</p>',
        '<p><span class="chapter-title">Salt</span> was the chapter she liked.</p>',
        "<p><b>Chapter Two</b> was the one she liked.</p>",
    ],
)
def test_sentences_speech_and_openings_are_text_whatever_their_class(markup):
    assert [level for _, level in read(markup + TIDE)] == [0]


def test_a_container_named_after_the_chapter_is_not_its_heading():
    assert read(f'<div class="chapter"><p>Salt at last</p></div>{TIDE}') == [("Salt at last", 0)]


@pytest.mark.parametrize(
    "markup",
    [
        '<p><span class="chapnum">4</span> The salt was gone.</p>',
        '<p><span class="chap-title">4</span><br/>The salt was gone.</p>',
    ],
)
def test_a_heading_inside_a_paragraph_is_apart_from_its_text(markup):
    assert read(markup + TIDE) == [("4", 1), ("The salt was gone.", 0)]


@pytest.mark.parametrize("head", ["<b>Chapter Four</b><br/>", "<strong>Chapter Four</strong> ", "Chapter Four<br/>"])
def test_a_division_on_the_first_line_of_a_paragraph_is_apart_from_its_text(head):
    texts = [text for text, _ in read(f"<p>{head}The salt was gone.</p>{TIDE}")]
    assert texts == ["Chapter Four", "The salt was gone."]


def test_links_that_edit_a_section_are_no_part_of_its_heading():
    page = '<h2>The Mole<span class="mw-editsection">[<a href="e">edit</a>]</span></h2><p>It rained.</p>'
    assert [block.text for block in blocks_of(page.encode()) if block.level] == ["The Mole"]
